-- The jobs that the events of this pass are, with the columns of the job record. The durations are
-- those of the log, unless a factor for the speed of the host multiplies them. $scaled: VARCHAR[],
-- formats whose factors count; $first, $last: TIMESTAMP, of the ends.
SELECT e.site, coalesce(g.ce, 'None') AS submit_host, e.machine_name,
       coalesce(e.queue, 'None') AS queue, e.job_name AS local_job_id,
       coalesce(e.local_user_id, 'None') AS local_user_id,
       coalesce(g.global_user_name, p.global_user_name, e.global_user_name, 'None')
           AS global_user_name,
       coalesce(g.fqan, p.fqan, e.fqan, 'None') AS fqan,
       CASE WHEN g.vo IS NOT NULL THEN g.vo WHEN f.vo IS NOT NULL THEN f.vo
            WHEN coalesce(p.vo, e.vo) IS NOT NULL THEN coalesce(p.vo, e.vo)
            WHEN m.vo IS NOT NULL THEN m.vo
            WHEN j.kind = 'local' THEN coalesce(e.local_user_group, 'None')
            ELSE 'None' END AS vo,
       coalesce(CASE WHEN g.vo IS NOT NULL THEN g.vo_group WHEN f.vo IS NOT NULL THEN f.vo_group
                     WHEN coalesce(p.vo, e.vo) IS NULL THEN m.vo_group END, 'None') AS vo_group,
       coalesce(CASE WHEN g.vo IS NOT NULL THEN g.vo_role WHEN f.vo IS NOT NULL THEN f.vo_role
                     WHEN coalesce(p.vo, e.vo) IS NULL THEN m.vo_role END, 'None') AS vo_role,
       {wall_duration} AS wall_duration, {cpu_duration} AS cpu_duration,
       e.processors, e.node_count, e.start_time, e.end_time,
       coalesce(e.infrastructure, 'None') AS infrastructure_description,
       j.kind AS infrastructure_type, e.memory_real, e.memory_virtual,
       {service_level_type} AS service_level_type, {service_level} AS service_level,
       {service_levels} AS service_levels, e.message_id, e.line
FROM stage.joins AS j
JOIN store.events AS e ON e.message_id = j.message_id AND e.line = j.line
LEFT JOIN (SELECT * REPLACE (nullif(nullif(vo, ''), 'None') AS vo)
           FROM store.gatekeeper_records
           WHERE message_id IN (SELECT gatekeeper_message_id FROM stage.joins)) AS g
  ON g.message_id = j.gatekeeper_message_id AND g.line = j.gatekeeper_line
LEFT JOIN stage.join_pairs AS p ON p.message_id = j.message_id AND p.line = j.line AND p.is_best
LEFT JOIN stage.join_fqans AS f ON f.fqan = coalesce(p.fqan, e.fqan)
LEFT JOIN stage.join_map AS m ON m.number = j.account
LEFT JOIN stage.join_levels AS l ON l.level = j.level
{speeds}
LEFT JOIN (SELECT message_id, true AS counts FROM store.messages
           WHERE kind IN (SELECT unnest($scaled::VARCHAR[]))) AS scaled
  ON scaled.message_id = e.message_id AND e.scale_factor > 0 AND isfinite(e.scale_factor)
WHERE j.kind <> 'none' AND e.end_time BETWEEN $first::TIMESTAMP_S AND $last::TIMESTAMP_S
