-- The jobs of the months of sites that are due, summed by all that reports may ask for.
-- CPU time that is not known counts as none. $since, $until: TIMESTAMP, first instants of months;
-- $now: TIMESTAMP.
INSERT INTO store.usage
SELECT 'jobs' AS source, site, month, global_user_name, vo, vo_group, vo_role, submit_host, queue,
       infrastructure_type, min(infrastructure_description) AS infrastructure_description,
       service_level_type, service_level, service_levels, node_count, processors,
       min(end_time) AS earliest_end_time, max(end_time) AS latest_end_time,
       sum(wall_duration) AS wall_duration, coalesce(sum(cpu_duration), 0) AS cpu_duration,
       NULL AS normalised_wall_duration, NULL AS normalised_wall_durations,
       NULL AS normalised_cpu_duration, NULL AS normalised_cpu_durations,
       count(*) AS number_of_jobs, $now AS update_time
FROM (SELECT *, date_trunc('month', end_time)::DATE AS month
      FROM store.jobs
      WHERE end_time >= $since::TIMESTAMP_S AND end_time < $until::TIMESTAMP_S)
WHERE (site, month) IN (SELECT (site, month) FROM store.due)
GROUP BY site, month, global_user_name, vo, vo_group, vo_role, submit_host, queue,
         infrastructure_type, service_level_type, service_level, service_levels, node_count,
         processors
