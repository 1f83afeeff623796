-- Beside the events of this pass, those that stand for the same jobs: a CE's ads and the batch
-- system's own log. $first, $last: TIMESTAMP, of the ends; $near: INTERVAL.
INSERT INTO stage.join_events
WITH here AS MATERIALIZED (
    SELECT DISTINCT e.site, coalesce(e.batch_job, stage.batch_id(e.job_name, e.join_id)) AS id
    FROM stage.join_here() AS e
    WHERE e.end_time BETWEEN $first::TIMESTAMP_S AND $last::TIMESTAMP_S),
named AS MATERIALIZED (
    SELECT DISTINCT h.site, h.id
    FROM here AS h JOIN store.events AS ad ON ad.site = h.site AND ad.batch_job = h.id
    WHERE ad.end_time >= $first::TIMESTAMP - $near::INTERVAL
      AND ad.end_time <= $last::TIMESTAMP + $near::INTERVAL)
SELECT e.message_id, e.line
FROM store.events AS e
JOIN named AS n
  ON n.site = e.site AND n.id = coalesce(e.batch_job, stage.batch_id(e.job_name, e.join_id))
WHERE e.end_time >= $first::TIMESTAMP - $near::INTERVAL
  AND e.end_time <= $last::TIMESTAMP + $near::INTERVAL
EXCEPT SELECT message_id, line FROM stage.join_here()
