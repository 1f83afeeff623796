-- The jobs of one month of the sites that are due, summed by all that reports may ask for.
-- $since, $until: TIMESTAMP, the month; $now: TIMESTAMP.
INSERT INTO store.job_summaries
SELECT site, $since::DATE AS month, global_user_name, vo, vo_group, vo_role, submit_host, queue,
       infrastructure_type, min(infrastructure_description) AS infrastructure_description,
       service_level_type, service_level, service_levels, node_count, processors,
       min(end_time) AS earliest_end_time, max(end_time) AS latest_end_time,
       sum(wall_duration) AS wall_duration, sum(cpu_duration) AS cpu_duration,
       count(*) AS number_of_jobs, $now AS update_time
FROM store.jobs
WHERE end_time >= $since::TIMESTAMP_S AND end_time < $until::TIMESTAMP_S
  AND site IN (SELECT site FROM store.due WHERE month = $since::DATE)
GROUP BY site, global_user_name, vo, vo_group, vo_role, submit_host, queue, infrastructure_type,
         service_level_type, service_level, service_levels, node_count, processors
