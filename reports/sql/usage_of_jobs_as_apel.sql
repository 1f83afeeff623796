-- Usage from the jobs that the reference would hold: the same columns as usage_of_months_as_apel.
SELECT site, vo, vo_group, vo_role, global_user_name AS user, submit_host,
       strftime(end_time, '%Y-%m') AS month, year(end_time) AS year, queue,
       infrastructure_type AS infrastructure, processors, service_level_type, end_time AS day,
       wall_duration::DECIMAL(19, 0) * factor AS normalised_wall,
       cpu_duration::DECIMAL(19, 0) * factor AS normalised_cpu,
       1 AS jobs, wall_duration AS wall,
       wall_duration::DECIMAL(19, 0) * greatest(processors, 1)::DECIMAL(10, 0) AS core_wall,
       cpu_duration AS cpu, 0 AS stale,
       CASE WHEN service_level_type = 'custom' THEN 1 ELSE 0 END AS custom,
       (SELECT count(*) FROM losers) AS lost, (SELECT count(*) FROM spelled) AS respelled,
       true AS counts
FROM (SELECT *, (service_level::DECIMAL(14, 6)
                 * CASE WHEN service_level_type = 'si2k' THEN 0.004 ELSE 1.000 END
                )::DECIMAL(16, 6) AS factor
      FROM apel_jobs)
