-- The received summaries of the months of sites that are due. $first, $after: DATE, first days of
-- months; $now: TIMESTAMP.
INSERT INTO store.usage
SELECT 'summaries' AS source, site, begun, global_user_name, vo, vo_group, vo_role, submit_host,
       'None' AS queue, infrastructure_type, infrastructure_description,
       service_level_type, service_level, service_levels, node_count, processors,
       earliest_end_time, latest_end_time, wall_duration, cpu_duration,
       NULL AS normalised_wall_duration, NULL AS normalised_wall_durations,
       NULL AS normalised_cpu_duration, NULL AS normalised_cpu_durations,
       number_of_jobs, $now AS update_time
FROM (SELECT *, make_date(year, month, 1) AS begun FROM store.summaries)
WHERE begun >= $first AND begun < $after AND (site, begun) IN (SELECT (site, month) FROM store.due)
