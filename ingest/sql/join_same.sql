-- The events of this pass whose jobs stand as they would be made: they are left alone. Compared by
-- a hash of the whole row, so that no wide row is kept; in a CASE, so that it is taken only of rows
-- that have the message and the end. $first, $last: TIMESTAMP, of the ends; and the parameters of
-- join_jobs.sql.
INSERT INTO stage.join_same
SELECT n.message_id, n.line
FROM (SELECT message_id, line, end_time, hash({columns}) AS said FROM ({jobs})) AS n
JOIN store.jobs AS t ON t.message_id = n.message_id AND t.end_time = n.end_time
WHERE t.joined_at IS NOT NULL
  AND t.end_time BETWEEN $first::TIMESTAMP_S AND $last::TIMESTAMP_S
  AND CASE WHEN n.said = hash({stored}) THEN true ELSE false END
