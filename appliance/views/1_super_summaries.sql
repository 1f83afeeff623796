-- What a repository publishes: its jobs summed, and the summaries and normalised summaries that it
-- received (APEL 2.5.0, SummariseJobs): without queue, with the smallest description of a group
-- rather than any.
CREATE OR REPLACE VIEW super_summaries AS
SELECT site, month(month) AS month, year(month) AS year, global_user_name, vo, vo_group, vo_role,
       submit_host, infrastructure_type,
       min(infrastructure_description) AS infrastructure_description,
       service_level_type, service_level, node_count, processors,
       min(earliest_end_time) AS earliest_end_time, max(latest_end_time) AS latest_end_time,
       sum(wall_duration)::BIGINT AS wall_duration, sum(cpu_duration)::BIGINT AS cpu_duration,
       sum(number_of_jobs)::BIGINT AS number_of_jobs, max(update_time) AS update_time
FROM store.usage
GROUP BY site, month, global_user_name, vo, vo_group, vo_role, submit_host, infrastructure_type,
         service_level_type, service_level, node_count, processors
