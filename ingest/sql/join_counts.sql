-- What became of the events of the months that this pass touched. $first, $last: TIMESTAMP, of the
-- ends of its events.
INSERT INTO store.join_counts
SELECT site, month, kind, reason, covered, count(*) AS events
FROM (SELECT *, date_trunc('month', end_time)::DATE AS month
      FROM store.joins
      WHERE end_time >= date_trunc('month', $first::TIMESTAMP)
        AND end_time < date_trunc('month', $last::TIMESTAMP) + INTERVAL 1 MONTH)
WHERE (site, month) IN (SELECT DISTINCT (site, date_trunc('month', end_time)::DATE) FROM stage.joins)
GROUP BY site, month, kind, reason, covered
