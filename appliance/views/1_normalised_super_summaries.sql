-- The super summaries normalised by their service level: exact decimals, one rounding half away
-- from zero a group, si2k divided by 250; received ones as they came. Then over service levels
-- (APEL 2.5.0, VNormalisedSuperSummaries). A sum of plain durations beyond 64 bits
-- is NULL; normalised ones have room.
CREATE OR REPLACE VIEW normalised_super_summaries AS
SELECT site, month(month) AS month, year(month) AS year, global_user_name, vo, vo_group, vo_role,
       submit_host, infrastructure_type AS infrastructure,
       min(infrastructure_description) AS infrastructure_description,
       service_level_type, node_count, processors,
       min(earliest_end_time) AS earliest_end_time, max(latest_end_time) AS latest_end_time,
       TRY_CAST(sum(wall) AS BIGINT) AS wall_duration,
       TRY_CAST(sum(cpu) AS BIGINT) AS cpu_duration,
       sum(coalesce(normalised_wall, round(wall * factor)))::DECIMAL(38, 0)
           AS normalised_wall_duration,
       sum(coalesce(normalised_cpu, round(cpu * factor)))::DECIMAL(38, 0)
           AS normalised_cpu_duration,
       sum(number_of_jobs)::BIGINT AS number_of_jobs, max(update_time) AS update_time
FROM (SELECT site, month, global_user_name, vo, vo_group, vo_role, submit_host,
             infrastructure_type, service_level_type, node_count, processors,
             min(infrastructure_description) AS infrastructure_description,
             min(earliest_end_time) AS earliest_end_time, max(latest_end_time) AS latest_end_time,
             sum(wall_duration)::DECIMAL(19, 0) AS wall, sum(cpu_duration)::DECIMAL(19, 0) AS cpu,
             max(normalised_wall_duration)::DECIMAL(19, 0) AS normalised_wall,
             max(normalised_cpu_duration)::DECIMAL(19, 0) AS normalised_cpu,
             (service_level::DECIMAL(14, 6)
              * CASE WHEN service_level_type = 'si2k' THEN 0.004 ELSE 1.000 END
             )::DECIMAL(16, 6) AS factor,
             sum(number_of_jobs) AS number_of_jobs, max(update_time) AS update_time
      FROM store.usage
      GROUP BY site, month, global_user_name, vo, vo_group, vo_role, submit_host,
               infrastructure_type, service_level_type, service_level, node_count, processors)
GROUP BY site, month, global_user_name, vo, vo_group, vo_role, submit_host, infrastructure_type,
         service_level_type, node_count, processors
