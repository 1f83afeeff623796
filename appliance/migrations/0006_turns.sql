-- In what order messages were loaded: a reject that is retried keeps its number, so numbers do not
-- say, and several batches share a second. Messages of one turn were one transaction; within it,
-- they count in the order of their numbers.

ALTER TABLE store.numbers ADD COLUMN last_turn BIGINT DEFAULT 0;
ALTER TABLE store.messages ADD COLUMN turn BIGINT;
UPDATE store.messages SET turn = known.turn
FROM (SELECT message_id AS number, row_number() OVER (ORDER BY loaded_at, message_id) AS turn
      FROM store.messages) AS known
WHERE message_id = known.number;
UPDATE store.numbers SET last_turn = (SELECT coalesce(max(turn), 0) FROM store.messages);
