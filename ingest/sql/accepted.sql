-- The next accepted messages in the order in which they were loaded, behind the one of $turn and
-- $number; at most $most. A message without text has had no records.
SELECT m.turn, m.message_id, m.loaded_at, m.bytes
FROM store.messages AS m
WHERE m.state = 'accepted'
  AND (m.turn > $turn OR m.turn = $turn AND m.message_id > $number)
ORDER BY m.turn, m.message_id
LIMIT $most
