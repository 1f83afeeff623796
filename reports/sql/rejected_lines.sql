-- Lines of logs that failed: one row a piece of a file and reason, latest first. $limit: INTEGER.
SELECT message_id, received_at, source_name, NULL AS signer,
       sum(octet_length(content))::BIGINT AS bytes,
       code || ': ' || arg_min(reason, line) AS error, count(*) AS lines
FROM store.rejected_lines JOIN store.messages USING (message_id)
GROUP BY message_id, received_at, source_name, code
ORDER BY message_id DESC, lines DESC, code
LIMIT $limit
