-- Usage by month, of jobs and of received summaries: for times that are whole months. The same
-- columns as usage_of_jobs.
SELECT site, vo, vo_group, vo_role, global_user_name AS user, submit_host,
       strftime(month, '%Y-%m') AS month, year(month) AS year, queue,
       infrastructure_type AS infrastructure, processors,
       service_level_type, service_level, service_levels, month AS day,
       normalised_wall_duration AS normalised_wall, normalised_wall_durations AS normalised_walls,
       normalised_cpu_duration AS normalised_cpu, normalised_cpu_durations AS normalised_cpus,
       number_of_jobs AS jobs, wall_duration AS wall,
       wall_duration::DECIMAL(19, 0) * greatest(processors, 1)::DECIMAL(10, 0) AS core_wall,
       cpu_duration AS cpu
FROM store.usage
