-- The keys of the jobs of this pass that were joined before and are others now, or none.
-- $first, $last: TIMESTAMP, of the ends.
SELECT e.site, e.machine_name, e.job_name AS local_job_id, e.end_time
FROM stage.join_here() AS e
WHERE e.end_time BETWEEN $first::TIMESTAMP_S AND $last::TIMESTAMP_S
  AND NOT EXISTS (SELECT 1 FROM stage.join_same AS a
                  WHERE a.message_id = e.message_id AND a.line = e.line)
