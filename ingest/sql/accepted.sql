-- The next accepted messages in the order in which they were loaded, behind the one of $turn and
-- $number; at most $most. A message without text has had no records.
SELECT m.turn, m.message_id, m.loaded_at, m.bytes, l.message_id IS NOT NULL AS is_log
FROM store.messages AS m LEFT JOIN store.log_files AS l ON l.message_id = m.message_id
WHERE m.state = 'accepted'
  AND (m.turn > $turn OR m.turn = $turn AND m.message_id > $number)
ORDER BY m.turn, m.message_id
LIMIT $most
