-- The jobs of the months of sites that are about to be made again, as they were summed. $first,
-- $after: DATE, first days of months.
CREATE OR REPLACE TEMP TABLE usage_before AS
SELECT site, month, global_user_name, vo, vo_group, vo_role, submit_host, infrastructure_type,
       infrastructure_description, service_level_type, service_level, node_count, processors,
       earliest_end_time, latest_end_time, wall_duration, cpu_duration, number_of_jobs, update_time
FROM store.usage
WHERE source = 'jobs' AND month >= $first AND month < $after
  AND (site, month) IN (SELECT (site, month) FROM store.due)
