-- The super summaries normalised by their service level: exact decimals, one rounding half away
-- from zero a group, si2k divided by 250; then over service levels (APEL 2.5.0,
-- VNormalisedSuperSummaries).
CREATE OR REPLACE VIEW normalised_super_summaries AS
SELECT site, month, year, global_user_name, vo, vo_group, vo_role, submit_host,
       infrastructure_type AS infrastructure,
       min(infrastructure_description) AS infrastructure_description,
       service_level_type, node_count, processors,
       min(earliest_end_time) AS earliest_end_time, max(latest_end_time) AS latest_end_time,
       sum(wall_duration)::BIGINT AS wall_duration, sum(cpu_duration)::BIGINT AS cpu_duration,
       sum(round(wall_duration::DECIMAL(19, 0) * factor))::DECIMAL(38, 0) AS normalised_wall_duration,
       sum(round(cpu_duration::DECIMAL(19, 0) * factor))::DECIMAL(38, 0) AS normalised_cpu_duration,
       sum(number_of_jobs)::BIGINT AS number_of_jobs, max(update_time) AS update_time
FROM (SELECT *, (service_level::DECIMAL(14, 6)
                 * CASE WHEN service_level_type = 'si2k' THEN 0.004 ELSE 1.000 END
                )::DECIMAL(16, 6) AS factor
      FROM super_summaries)
GROUP BY site, month, year, global_user_name, vo, vo_group, vo_role, submit_host,
         infrastructure_type, service_level_type, node_count, processors
