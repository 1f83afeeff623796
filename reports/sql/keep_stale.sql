-- The groups of jobs, by the key of super summaries, that were there before and are not now. The
-- reference never had a group without a benchmark. $first, $after: DATE, first days of months.
INSERT INTO store.stale_usage
SELECT site, month, global_user_name, vo, vo_group, vo_role, submit_host, infrastructure_type,
       min(infrastructure_description) AS infrastructure_description,
       service_level_type, service_level, node_count, processors,
       min(earliest_end_time) AS earliest_end_time, max(latest_end_time) AS latest_end_time,
       sum(wall_duration)::BIGINT AS wall_duration, sum(cpu_duration)::BIGINT AS cpu_duration,
       sum(number_of_jobs)::BIGINT AS number_of_jobs, max(update_time) AS update_time
FROM usage_before AS b
WHERE service_level IS NOT NULL AND NOT EXISTS (
    SELECT 1
    FROM store.usage AS u
    WHERE u.month >= $first AND u.month < $after AND u.month = b.month AND u.site = b.site
      AND u.global_user_name = b.global_user_name
      AND u.vo = b.vo AND u.vo_group = b.vo_group AND u.vo_role = b.vo_role
      AND u.submit_host = b.submit_host AND u.infrastructure_type = b.infrastructure_type
      AND u.service_level_type = b.service_level_type AND u.service_level = b.service_level
      AND u.node_count = b.node_count AND u.processors = b.processors)
GROUP BY site, month, global_user_name, vo, vo_group, vo_role, submit_host, infrastructure_type,
         service_level_type, service_level, node_count, processors
