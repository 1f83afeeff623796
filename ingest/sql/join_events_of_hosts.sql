-- The events whose jobs have to be joined again for want of a benchmark that was set since, or for
-- another value of it: of one span of time. $since, $until: TIMESTAMP.
INSERT INTO stage.join_events
SELECT DISTINCT e.message_id, e.line
FROM ({jobs}) AS j
JOIN store.events AS e
  ON e.site = j.site AND e.machine_name = j.machine_name AND e.job_name = j.local_job_id
 AND e.end_time = j.end_time
WHERE j.end_time >= $since::TIMESTAMP_S AND j.end_time < $until::TIMESTAMP_S
  AND e.end_time >= $since::TIMESTAMP_S AND e.end_time < $until::TIMESTAMP_S
