-- The virtual machines of `vm_records` by month, where the record is `wanted`: what their counters
-- grew since the record before, of whatever site or status (APEL 2.5.0, SummariseVMs).
-- DuckDB 2.0 multiplies two of 15 digits in 18: they are made wider first.
-- A sum beyond 64 bits is NULL; memory or disk × time beyond 10^15 of either is not known.
SELECT site_name, cloud_compute_service, measurement_month AS month, measurement_year AS year,
       global_user_name, vo, vo_group, vo_role, status, min(cloud_type) AS cloud_type, image_id,
       min(start_time) AS earliest_start_time, max(start_time) AS latest_start_time,
       TRY_CAST(sum(wall) AS BIGINT) AS wall_duration,
       TRY_CAST(sum(cpu) AS BIGINT) AS cpu_duration, cpu_count,
       TRY_CAST(sum(inbound) AS BIGINT) AS network_inbound,
       TRY_CAST(sum(outbound) AS BIGINT) AS network_outbound,
       TRY_CAST(sum(memory) AS BIGINT) AS memory, TRY_CAST(sum(disk) AS BIGINT) AS disk,
       benchmark_type, benchmark, count(*) AS number_of_vms,
       sum(memory_s)::DECIMAL(38, 0) AS memory_mb_s,
       TRY_CAST(sum(CASE WHEN memory_s IS NOT NULL THEN wall END) AS BIGINT) AS memory_wall,
       sum(disk_s)::DECIMAL(38, 0) AS disk_gb_s,
       TRY_CAST(sum(CASE WHEN disk_s IS NOT NULL THEN wall END) AS BIGINT) AS disk_wall,
       sum(CASE WHEN wall < 0 OR cpu < 0 THEN 1 ELSE 0 END) AS fallen_vms
FROM (SELECT *,
             TRY_CAST(memory AS DECIMAL(15, 0))::DECIMAL(19, 0)
                 * TRY_CAST(wall AS DECIMAL(15, 0))::DECIMAL(19, 0) AS memory_s,
             TRY_CAST(disk AS DECIMAL(15, 0))::DECIMAL(19, 0)
                 * TRY_CAST(wall AS DECIMAL(15, 0))::DECIMAL(19, 0) AS disk_s
      FROM (SELECT *,
                   wall_duration::DECIMAL(20, 0) - coalesce(lag(wall_duration) OVER earlier, 0) AS wall,
                   cpu_duration::DECIMAL(20, 0) - coalesce(lag(cpu_duration) OVER earlier, 0) AS cpu,
                   network_inbound::DECIMAL(20, 0)
                       - coalesce(lag(network_inbound) OVER earlier, 0) AS inbound,
                   network_outbound::DECIMAL(20, 0)
                       - coalesce(lag(network_outbound) OVER earlier, 0) AS outbound
            FROM vm_records
            WINDOW earlier AS (PARTITION BY vm_uuid, measurement_year = 0
                               ORDER BY measurement_year, measurement_month))) AS used
WHERE wanted
GROUP BY site_name, cloud_compute_service, measurement_month, measurement_year, global_user_name,
         vo, vo_group, vo_role, status, image_id, cpu_count, benchmark_type, benchmark
