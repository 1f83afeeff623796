-- The dataset `normalised_super_summaries` as the reference would show it: over service levels.
SELECT site, month(month) AS month, year(month) AS year, global_user_name, vo, vo_group, vo_role,
       submit_host, infrastructure_type AS infrastructure,
       min(infrastructure_description) AS infrastructure_description,
       service_level_type, node_count, processors,
       min(earliest_end_time) AS earliest_end_time, max(latest_end_time) AS latest_end_time,
       TRY_CAST(sum(wall_duration) AS BIGINT) AS wall_duration,
       TRY_CAST(sum(cpu_duration) AS BIGINT) AS cpu_duration,
       sum(normalised_wall_duration)::DECIMAL(38, 0) AS normalised_wall_duration,
       sum(normalised_cpu_duration)::DECIMAL(38, 0) AS normalised_cpu_duration,
       sum(number_of_jobs)::BIGINT AS number_of_jobs, max(update_time) AS update_time
FROM apel_super
GROUP BY site, month, global_user_name, vo, vo_group, vo_role, submit_host, infrastructure_type,
         service_level_type, node_count, processors
