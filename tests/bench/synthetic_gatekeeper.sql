-- A gatekeeper's line for every second of $rows events from number $first on, of 2 hours before
-- the end; messages from $message on.
INSERT INTO store.gatekeeper_records BY NAME
SELECT TIMESTAMP '2026-01-01' + to_seconds(i * 2 - 7200) AS time_stamp,
       '/DC=example/O=Users/CN=user ' || h % 300 AS global_user_name,
       '/' || vo || '/Role=pilot/Capability=NULL' AS fqan, vo, '/' || vo AS vo_group,
       'Role=pilot' AS vo_role, 'ce' || h % 3 || '.example:9619/ce-condor' AS ce,
       'grid-' || i AS global_job_id, (1000000 + i)::VARCHAR AS lrms_id, 'SITE' AS site,
       1 + (i - $first) // 2 % 200000 AS line, $message + (i - $first) // 400000 AS message_id
FROM (SELECT i, (hash(i) >> 20)::BIGINT AS h, ['atlas', 'cms', 'lhcb'][1 + h % 3] AS vo
      FROM range($first, $first + $rows, 2) AS r(i))
