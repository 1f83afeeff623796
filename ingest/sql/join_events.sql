-- The events of whole pieces that came in.
INSERT INTO stage.join_events
SELECT message_id, line
FROM store.events
WHERE message_id IN (SELECT message_id FROM stage.join_lines WHERE line IS NULL)
