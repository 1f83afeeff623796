-- The benchmarks of hosts in spans in which nothing of a host changes, a column a benchmark.
CREATE OR REPLACE TABLE stage.join_levels AS
SELECT row_number() OVER (ORDER BY s.site, s.host, s.since) AS level, s.site, s.host, s.since,
       coalesce(s.until, TIMESTAMP '9999-12-31') AS until, {levels}
FROM (SELECT site, host, moment AS since,
             lead(moment) OVER (PARTITION BY site, host ORDER BY moment) AS until
      FROM (SELECT site, host, valid_from AS moment FROM benchmarks
            UNION
            SELECT site, host, valid_until FROM benchmarks WHERE valid_until IS NOT NULL)) AS s
JOIN benchmarks AS b
  ON b.site = s.site AND b.host = s.host AND b.valid_from <= s.since
 AND (b.valid_until IS NULL OR b.valid_until > s.since)
GROUP BY s.site, s.host, s.since, s.until
