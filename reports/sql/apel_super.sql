-- Super summaries: the later source of a key stands alone, and one rounding half away from zero a
-- group. A group that is no more stands as it was last.
SELECT *
FROM (SELECT *, row_number() OVER (
                    PARTITION BY site, month, global_user_name, vo, vo_group, vo_role, submit_host,
                                 infrastructure_type, service_level_type, service_level,
                                 node_count, processors
                    ORDER BY rank DESC, update_time DESC) AS nth
      FROM (SELECT rank, site, month, global_user_name, vo, vo_group, vo_role, submit_host,
                   infrastructure_type,
                   min(infrastructure_description) AS infrastructure_description,
                   service_level_type, service_level, node_count, processors,
                   min(earliest_end_time) AS earliest_end_time,
                   max(latest_end_time) AS latest_end_time,
                   sum(wall_duration)::BIGINT AS wall_duration,
                   sum(cpu_duration)::BIGINT AS cpu_duration,
                   coalesce(max(normalised_wall)::DECIMAL(38, 0),
                            round(greatest(sum(wall_duration), 0)::DECIMAL(19, 0)
                                  * (service_level::DECIMAL(14, 6)
                                     * CASE WHEN service_level_type = 'si2k' THEN 0.004
                                            ELSE 1.000 END)::DECIMAL(16, 6))::DECIMAL(38, 0))
                       AS normalised_wall_duration,
                   coalesce(max(normalised_cpu)::DECIMAL(38, 0),
                            round(greatest(sum(cpu_duration), 0)::DECIMAL(19, 0)
                                  * (service_level::DECIMAL(14, 6)
                                     * CASE WHEN service_level_type = 'si2k' THEN 0.004
                                            ELSE 1.000 END)::DECIMAL(16, 6))::DECIMAL(38, 0))
                       AS normalised_cpu_duration,
                   sum(number_of_jobs)::BIGINT AS number_of_jobs, max(update_time) AS update_time
            FROM named_groups
            GROUP BY rank, site, month, global_user_name, vo, vo_group, vo_role, submit_host,
                     infrastructure_type, service_level_type, service_level, node_count, processors,
                     CASE WHEN rank = 0 THEN update_time END))
WHERE nth = 1
