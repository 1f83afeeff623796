-- What becomes super summaries, in order of their sources (`rank`): groups that are no more, jobs,
-- summaries, normalised ones. Jobs are summed already, but where one of a site's month was replaced.
SELECT 0 AS rank, site, month, global_user_name, vo, vo_group, vo_role, submit_host,
       infrastructure_type, infrastructure_description, service_level_type, service_level,
       node_count, processors, earliest_end_time, latest_end_time, wall_duration, cpu_duration,
       NULL::BIGINT AS normalised_wall, NULL::BIGINT AS normalised_cpu, number_of_jobs, update_time
FROM store.stale_usage
UNION ALL
SELECT 1, site, month, global_user_name, vo, vo_group, vo_role, submit_host, infrastructure_type,
       infrastructure_description, service_level_type, service_level, node_count, processors,
       earliest_end_time, latest_end_time, wall_duration, cpu_duration, NULL, NULL,
       number_of_jobs, update_time
FROM store.usage
WHERE source = 'jobs'
  AND (site, month) NOT IN (SELECT (site, month) FROM clashing)
UNION ALL
SELECT 1, site, date_trunc('month', end_time)::DATE, global_user_name, vo, vo_group, vo_role,
       submit_host, infrastructure_type, infrastructure_description, service_level_type,
       service_level, node_count, processors, end_time, end_time, wall_duration, cpu_duration,
       NULL, NULL, 1, (SELECT max(update_time) FROM store.usage)
FROM store.jobs
WHERE (site, date_trunc('month', end_time)::DATE) IN (SELECT (site, month) FROM clashing)
  AND (site, machine_name, local_job_id, end_time)
      NOT IN (SELECT (site, machine_name, local_job_id, end_time) FROM losers)
UNION ALL
SELECT 2, site, make_date(year, month, 1), global_user_name, vo, vo_group, vo_role, submit_host,
       infrastructure_type, infrastructure_description, service_level_type, service_level,
       node_count, processors, earliest_end_time, latest_end_time, wall_duration, cpu_duration,
       NULL, NULL, number_of_jobs, (SELECT max(update_time) FROM store.usage)
FROM apel_summaries
UNION ALL
SELECT 3, site, make_date(year, month, 1), global_user_name, vo, vo_group, vo_role, submit_host,
       infrastructure, infrastructure_description, service_level_type, 0, node_count, processors,
       earliest_end_time, latest_end_time, wall_duration, cpu_duration,
       normalised_wall_duration, normalised_cpu_duration, number_of_jobs,
       (SELECT max(update_time) FROM store.usage)
FROM apel_normalised_summaries
