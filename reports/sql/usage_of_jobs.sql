-- Usage from the jobs themselves: for times that begin or end within a month.
SELECT site, vo, vo_group, vo_role, global_user_name AS user, submit_host,
       strftime(end_time, '%Y-%m') AS month, year(end_time) AS year, queue,
       infrastructure_type AS infrastructure, processors,
       service_level_type, service_level, service_levels, end_time AS day,
       NULL::BIGINT AS normalised_wall, NULL::VARCHAR AS normalised_walls,
       NULL::BIGINT AS normalised_cpu, NULL::VARCHAR AS normalised_cpus,
       1 AS jobs, wall_duration AS wall,
       (wall_duration::DECIMAL(19, 0) * greatest(processors, 1)::DECIMAL(10, 0))::DECIMAL(22, 0)
           AS core_wall, coalesce(cpu_duration, 0) AS cpu
FROM store.jobs
