-- The received normalised summaries of the months of sites that are due. Their service level is 0:
-- APEL 2.5.0, super summaries. $first, $after: DATE, first days of months; $now: TIMESTAMP.
INSERT INTO store.usage
SELECT 'normalised' AS source, site, begun, global_user_name, vo, vo_group, vo_role, submit_host,
       'None' AS queue, infrastructure AS infrastructure_type, infrastructure_description,
       service_level_type, 0 AS service_level, NULL AS service_levels, node_count, processors,
       earliest_end_time, latest_end_time, wall_duration, cpu_duration,
       normalised_wall_duration, normalised_wall_durations,
       normalised_cpu_duration, normalised_cpu_durations,
       number_of_jobs, $now AS update_time
FROM (SELECT *, make_date(year, month, 1) AS begun FROM store.normalised_summaries)
WHERE begun >= $first AND begun < $after AND (site, begun) IN (SELECT (site, month) FROM store.due)
