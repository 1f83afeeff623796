-- Lines of gatekeepers that no event claimed, latest first; their time stands for the end.
-- $limit: INTEGER.
SELECT 'unclaimed' AS reason, 'none' AS became, g.time_stamp::TIMESTAMP AS end_time,
       date_diff('day', g.time_stamp::TIMESTAMP,
                 get_current_timestamp() AT TIME ZONE 'UTC') AS days,
       g.site, NULL AS machine_name, g.lrms_id AS job, g.local_user AS user, NULL AS "group",
       g.ce AS submit_host, 0 AS candidates, m.source_name AS file,
       f.first_line + g.line - 1 AS line, g.message_id
FROM store.gatekeeper_records AS g
LEFT JOIN store.messages AS m ON m.message_id = g.message_id
LEFT JOIN store.log_files AS f ON f.message_id = g.message_id
WHERE NOT EXISTS (SELECT 1 FROM store.joins AS j
                  WHERE j.gatekeeper_message_id = g.message_id AND j.gatekeeper_line = g.line)
ORDER BY g.time_stamp DESC, g.message_id DESC, g.line DESC
LIMIT $limit
