-- The benchmark of each submit host (or batch host) over time: from valid_from, 1970 being the
-- beginning, up to valid_until, NULL being without end. A value holds until the next one is set
-- for a later time; one that was set `also` ends only its own type. Of two that are set for the
-- same moment the later setting holds.
CREATE OR REPLACE VIEW benchmarks AS
SELECT host, service_level_type, service_level, valid_from, valid_until, set_at, site
FROM (SELECT *,
             least(min(CASE WHEN NOT also THEN valid_from END) OVER (
                       PARTITION BY site, host ORDER BY valid_from, number
                       ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING),
                   lead(valid_from) OVER (
                       PARTITION BY site, host, service_level_type ORDER BY valid_from, number)
             ) AS valid_until
      FROM store.benchmark_settings)
WHERE valid_until IS NULL OR valid_until > valid_from
