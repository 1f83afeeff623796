-- $rows jobs from number $first on, of $sites sites, over 2026 in the order in which they ended,
-- $year of them a year: messages of 1,000 jobs of one site, which has 60 users of 10 VOs on 3
-- gatekeepers. Deterministic.
INSERT INTO store.jobs BY NAME
SELECT 'SITE-' || s AS site,
       'ce' || (h % 3) || '.site' || s || '.example:9619/condor' AS submit_host,
       'batch.site' || s || '.example' AS machine_name,
       ['long', 'short', 'grid'][1 + h % 3] AS queue,
       i || '.0' AS local_job_id,
       'pilot' || (h % 40) AS local_user_id,
       '/DC=example/O=Users/CN=user ' || s || '-' || (h % 60) AS global_user_name,
       '/' || vo || '/Role=' || role || '/Capability=NULL' AS fqan,
       vo, '/' || vo AS vo_group, 'Role=' || role AS vo_role,
       60 + h % 100000 AS wall_duration,
       (60 + h % 100000) * p * 9 // 10 AS cpu_duration,
       p AS processors, 1 AS node_count,
       ended - to_seconds(60 + h % 100000) AS start_time, ended AS end_time,
       'APEL-HTCONDOR' AS infrastructure_description, 'grid' AS infrastructure_type,
       1000 + h % 8000000 AS memory_real, 2000 + h % 9000000 AS memory_virtual,
       'HEPSPEC' AS service_level_type, (10 + s % 5)::DECIMAL(10, 3) AS service_level,
       NULL AS service_levels, 1 + i // 1000 AS message_id
FROM (SELECT i, h, (hash(i // 1000) % $sites)::BIGINT AS s, [1, 1, 1, 4, 8][1 + (h // 7) % 5] AS p,
             ['atlas', 'cms', 'lhcb', 'alice', 'ops', 'dteam', 'biomed', 'ilc', 'na62', 't2k'][1 + h % 60 % 10] AS vo,
             ['production', 'pilot', 'NULL'][1 + (h // 60) % 3] AS role,
             TIMESTAMP '2026-01-01' + to_seconds((i % $year * 31535999 / $year)::BIGINT) AS ended
      FROM (SELECT i, (hash(i) >> 20)::BIGINT AS h FROM range($first, $first + $rows) AS r(i)))
