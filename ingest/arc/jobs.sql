-- Finished jobs of ARC's accounting.db (SQLite), the earliest end first. {fqan} and {benchmark} are
-- the expressions that the form of the database has for them (ingest/arc/database.py).
-- Source: ARC 7, the SQL schemas of A-REX accounting, versions 1 and 2.
SELECT a.JobID AS job_id, a.LocalJobID AS local_job_id, lower(s.Name) AS status,
       a.ExitCode AS exit_code, e.Interface AS interface, e.URL AS url, q.Name AS queue,
       u.Name AS user, v.Name AS vo, {fqan} AS fqan, {benchmark} AS benchmark,
       a.SubmitTime AS submit_time, a.EndTime AS end_time, a.NodeCount AS nodes,
       a.CPUCount AS processors, a.UsedMemory AS memory_kb, a.UsedVirtMem AS virtual_kb,
       a.UsedWalltime AS wall_s, a.UsedCPUUserTime AS user_s, a.UsedCPUKernelTime AS kernel_s,
       (SELECT max(InfoValue) FROM JobExtraInfo i
        WHERE i.RecordID = a.RecordID AND InfoKey = 'lrms') AS lrms,
       (SELECT max(InfoValue) FROM JobExtraInfo i
        WHERE i.RecordID = a.RecordID AND InfoKey = 'localuser') AS local_user,
       (SELECT max(EventTime) FROM JobEvents j
        WHERE j.RecordID = a.RecordID AND upper(EventKey) = 'LRMSSTART') AS lrms_start,
       (SELECT max(EventTime) FROM JobEvents j
        WHERE j.RecordID = a.RecordID AND upper(EventKey) = 'LRMSEND') AS lrms_end
FROM AAR a
JOIN Status s ON s.ID = a.StatusID
LEFT JOIN Endpoints e ON e.ID = a.EndpointID
LEFT JOIN Queues q ON q.ID = a.QueueID
LEFT JOIN Users u ON u.ID = a.UserID
LEFT JOIN WLCGVOs v ON v.ID = a.VOID
{joins}
WHERE lower(s.Name) IN ('completed', 'failed')
ORDER BY a.EndTime, a.RecordID
