-- Events that want a look, latest first. $reason: VARCHAR, empty for any; local jobs that no
-- gatekeeper knows, and ads of CEs beside a batch system's own log, are as they should be, unless
-- they are asked for. $limit: INTEGER.
WITH odd AS (
    SELECT site, end_time, message_id, line, gatekeeper_message_id, gatekeeper_line, candidates,
           kind, reason AS why
    FROM store.joins
    WHERE reason IS NOT NULL
      AND (reason = $reason
           OR $reason = '' AND reason <> 'batch_log' AND NOT (kind = 'local' AND reason = 'no_gatekeeper'))
    UNION ALL
    SELECT site, end_time, message_id, line, NULL, NULL, 0, 'none', 'no_gatekeeper'
    FROM store.events AS e
    WHERE $reason IN ('', 'no_gatekeeper')
      AND NOT EXISTS (SELECT 1 FROM store.joins AS j
                      WHERE j.message_id = e.message_id AND j.line = e.line)
    UNION ALL
    SELECT site, end_time, message_id, line, gatekeeper_message_id, gatekeeper_line, candidates,
           kind, 'no_benchmark'
    FROM store.joins
    WHERE kind <> 'none' AND NOT covered AND $reason IN ('', 'no_benchmark')),
latest AS (SELECT * FROM odd ORDER BY end_time DESC, message_id DESC, line DESC, why LIMIT $limit)
SELECT o.why AS reason, o.kind AS became, o.end_time::TIMESTAMP AS end_time,
       date_diff('day', o.end_time::TIMESTAMP, get_current_timestamp() AT TIME ZONE 'UTC') AS days,
       o.site, e.machine_name, e.job_name AS job, e.local_user_id AS user,
       e.local_user_group AS "group", g.ce AS submit_host, o.candidates,
       m.source_name AS file, f.first_line + o.line - 1 AS line, o.message_id
FROM latest AS o
JOIN store.events AS e ON e.message_id = o.message_id AND e.line = o.line
LEFT JOIN store.gatekeeper_records AS g
  ON g.message_id = o.gatekeeper_message_id AND g.line = o.gatekeeper_line
LEFT JOIN store.messages AS m ON m.message_id = o.message_id
LEFT JOIN store.log_files AS f ON f.message_id = o.message_id
ORDER BY o.end_time DESC, o.message_id DESC, o.line DESC, o.why
