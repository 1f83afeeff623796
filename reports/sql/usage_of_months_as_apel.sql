-- Usage by month as the reference's super summaries say it, which know no queue. Beside it, how many
-- jobs were replaced by those of another machine and how many names are written in several ways.
SELECT site, vo, vo_group, vo_role, global_user_name AS user, submit_host,
       strftime(month, '%Y-%m') AS month, year(month) AS year, 'None' AS queue,
       infrastructure_type AS infrastructure, processors, service_level_type, month AS day,
       normalised_wall_duration AS normalised_wall, normalised_cpu_duration AS normalised_cpu,
       number_of_jobs AS jobs, wall_duration AS wall,
       wall_duration::DECIMAL(19, 0) * greatest(processors, 1)::DECIMAL(10, 0) AS core_wall,
       cpu_duration AS cpu,
       CASE WHEN rank = 0 THEN 1 ELSE 0 END AS stale,
       CASE WHEN service_level_type = 'custom' THEN number_of_jobs ELSE 0 END AS custom,
       (SELECT count(*) FROM losers) AS lost, (SELECT count(*) FROM spelled) AS respelled,
       true AS counts
FROM apel_super
