-- Events whose job was received as well, latest first. $limit: INTEGER.
SELECT 'received' AS reason, 'none' AS became, e.end_time::TIMESTAMP AS end_time,
       date_diff('day', e.end_time::TIMESTAMP, get_current_timestamp() AT TIME ZONE 'UTC') AS days,
       e.site, e.machine_name, e.job_name AS job, e.local_user_id AS user,
       e.local_user_group AS "group", r.submit_host, coalesce(j.candidates, 0) AS candidates,
       m.source_name AS file, f.first_line + e.line - 1 AS line, e.message_id
FROM store.events AS e
JOIN store.jobs AS r
  ON r.site = e.site AND r.machine_name = e.machine_name AND r.local_job_id = e.job_name
 AND r.end_time = e.end_time AND r.joined_at IS NULL
LEFT JOIN store.joins AS j ON j.message_id = e.message_id AND j.line = e.line
LEFT JOIN store.messages AS m ON m.message_id = e.message_id
LEFT JOIN store.log_files AS f ON f.message_id = e.message_id
ORDER BY e.end_time DESC, e.message_id DESC, e.line DESC
LIMIT $limit
