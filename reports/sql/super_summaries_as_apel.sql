-- The dataset `super_summaries` as the reference would hold it.
SELECT site, month(month) AS month, year(month) AS year, global_user_name, vo, vo_group, vo_role,
       submit_host, infrastructure_type, infrastructure_description, service_level_type,
       service_level, node_count, processors, earliest_end_time, latest_end_time, wall_duration,
       cpu_duration, number_of_jobs, update_time
FROM apel_super
