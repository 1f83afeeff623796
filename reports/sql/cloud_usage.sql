-- Virtual machines by month, of `used`. $since, $until: DATE or NULL; $by_month: BOOLEAN, whether
-- months are told apart. What is of no month (month 0 of year 0, or month 77) belongs to no time: it
-- counts only where months are told apart.
WITH dated AS (
    SELECT *, CASE WHEN month BETWEEN 1 AND 12 AND year BETWEEN 1 AND 9999
                   THEN make_date(year, month, 1) END AS day
    FROM used
),
judged AS (
    SELECT *, NOT left_out AND (day IS NOT NULL OR $by_month) AS counts
    FROM dated
    WHERE (day IS NULL OR (day >= coalesce($since::DATE, day)
                           AND ($until::DATE IS NULL OR day < $until::DATE)))
)
SELECT site_name AS site, cloud_compute_service AS service, vo, vo_group, vo_role,
       global_user_name AS user, status, image_id AS image, cloud_type,
       benchmark_type AS benchmark, cpu_count AS cores, year,
       CASE WHEN day IS NOT NULL THEN strftime(day, '%Y-%m')
            WHEN month = 0 AND year = 0 THEN '0000-00'
            ELSE year::VARCHAR || '-' || month::VARCHAR END AS month,
       CASE WHEN counts THEN number_of_vms ELSE 0 END AS vms,
       CASE WHEN counts THEN wall_duration END AS wall,
       CASE WHEN counts THEN cpu_duration END AS cpu,
       CASE WHEN counts
            THEN wall_duration::DECIMAL(19, 0)
                 * CASE WHEN cpu_count > 0 THEN cpu_count ELSE 1.000 END END AS core_wall,
       CASE WHEN counts THEN network_inbound END AS network_in,
       CASE WHEN counts THEN network_outbound END AS network_out,
       CASE WHEN counts AND (network_inbound IS NOT NULL OR network_outbound IS NOT NULL)
            THEN coalesce(network_inbound, 0)::DECIMAL(19, 0)
                 + coalesce(network_outbound, 0)::DECIMAL(19, 0) END AS network,
       CASE WHEN counts THEN memory_mb_s END AS memory_mb_s,
       CASE WHEN counts THEN wall_duration::DECIMAL(19, 0) - coalesce(memory_wall, 0) END AS no_memory,
       CASE WHEN counts THEN disk_gb_s END AS disk_gb_s,
       CASE WHEN counts THEN wall_duration::DECIMAL(19, 0) - coalesce(disk_wall, 0) END AS no_disk,
       CASE WHEN counts THEN fallen_vms ELSE 0 END AS fallen,
       CASE WHEN left_out THEN 0 WHEN day IS NULL THEN number_of_vms ELSE 0 END AS undated,
       CASE WHEN left_out THEN 1 ELSE 0 END AS summaries_left_out, counts
FROM judged
