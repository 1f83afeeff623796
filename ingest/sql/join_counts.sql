-- What became of the events of the months that this pass touched. $first, $last: TIMESTAMP, of the
-- ends of its events.
INSERT INTO store.join_counts
WITH known AS (
    SELECT site, date_trunc('month', end_time)::DATE AS month, kind, reason, covered,
           count(*) AS events
    FROM store.joins
    WHERE end_time >= date_trunc('month', $first::TIMESTAMP)
      AND end_time < date_trunc('month', $last::TIMESTAMP) + INTERVAL 1 MONTH
    GROUP BY site, month, kind, reason, covered),
there AS (
    SELECT site, date_trunc('month', end_time)::DATE AS month, count(*) AS events
    FROM store.events
    WHERE end_time >= date_trunc('month', $first::TIMESTAMP)
      AND end_time < date_trunc('month', $last::TIMESTAMP) + INTERVAL 1 MONTH
    GROUP BY site, month)
SELECT k.* FROM known AS k JOIN stage.join_months USING (site, month)
UNION ALL
SELECT site, month, 'none', 'no_gatekeeper', false, t.events - coalesce(k.events, 0)
FROM there AS t
JOIN stage.join_months USING (site, month)
LEFT JOIN (SELECT site, month, sum(events) AS events FROM known GROUP BY site, month) AS k
  USING (site, month)
WHERE t.events > coalesce(k.events, 0)
