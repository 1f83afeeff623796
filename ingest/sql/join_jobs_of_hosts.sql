-- The jobs that were joined and have a host whose benchmark was set since, as submit host or as
-- batch host.
SELECT j.site, j.machine_name, j.local_job_id, j.end_time
FROM store.jobs AS j
JOIN store.join_due AS d ON d.site = j.site AND d.host = j.submit_host
 AND j.end_time >= d.since AND j.end_time < coalesce(d.until, TIMESTAMP '9999-12-31')
WHERE j.joined_at IS NOT NULL
UNION ALL
SELECT j.site, j.machine_name, j.local_job_id, j.end_time
FROM store.jobs AS j
JOIN store.join_due AS d ON d.site = j.site AND d.host = j.machine_name
 AND j.end_time >= d.since AND j.end_time < coalesce(d.until, TIMESTAMP '9999-12-31')
WHERE j.joined_at IS NOT NULL
