-- $rows events from number $first on, one every two seconds of 2026, from pieces of 200,000 lines;
-- messages from $message on. Deterministic.
INSERT INTO store.events_slurm BY NAME
SELECT 'SITE' AS site, (1000000 + i)::VARCHAR AS job_name, 'pilot' || h % 40 AS local_user_id,
       ['atlas', 'cms', 'lhcb'][1 + h % 3] AS local_user_group, 60 + h % 100000 AS wall_duration,
       50 + h % 90000 AS cpu_duration, ended - to_seconds(60 + h % 100000) AS start_time,
       ended AS end_time, 'batch.example' AS machine_name,
       'grid' AS queue, 1000 + h % 8000000 AS memory_real, NULL AS memory_virtual,
       [1, 1, 1, 4, 8][1 + (h // 7) % 5] AS processors, 1 AS node_count, 'COMPLETED' AS state,
       1 + (i - $first) % 200000 AS line, $message + (i - $first) // 200000 AS message_id
FROM (SELECT i, (hash(i) >> 20)::BIGINT AS h, TIMESTAMP '2026-01-01' + to_seconds(i * 2) AS ended
      FROM range($first, $first + $rows) AS r(i))
