-- The factors of the hosts that events ran on: of several entries the first.
INSERT INTO stage.join_speeds
SELECT e.message_id, e.line, arg_min(f.wall, f.number) AS wall, arg_min(f.cpu, f.number) AS cpu
FROM (SELECT s.*, f.* EXCLUDE (host)
      FROM (SELECT DISTINCT e.execution_host AS host
            FROM stage.join_here() AS e
            WHERE e.execution_host IS NOT NULL) AS s
      JOIN stage.join_factors AS f ON lower(s.host) GLOB f.host) AS f
JOIN stage.join_here() AS e ON e.execution_host = f.host
WHERE e.end_time >= f.since AND e.end_time < f.until
  AND e.end_time BETWEEN $first::TIMESTAMP_S AND $last::TIMESTAMP_S
GROUP BY e.message_id, e.line
