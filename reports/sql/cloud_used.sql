-- What virtual machines used: from records, and received summaries. Of a service's month these count
-- only where there are no records of it: records say the same, and more.
SELECT site_name, cloud_compute_service, month, year, global_user_name, vo, vo_group, vo_role,
       status, cloud_type, image_id, wall_duration, cpu_duration, cpu_count, network_inbound,
       network_outbound, memory_mb_s, memory_wall, disk_gb_s, disk_wall, benchmark_type,
       number_of_vms, fallen_vms, false AS left_out
FROM store.cloud_usage
UNION ALL
SELECT r.site_name, r.cloud_compute_service, r.month, r.year, r.global_user_name, r.vo,
       r.vo_group, r.vo_role, r.status, r.cloud_type, r.image_id, r.wall_duration,
       r.cpu_duration, r.cpu_count, r.network_inbound, r.network_outbound, NULL, NULL, NULL,
       NULL, r.benchmark_type, r.number_of_vms, 0, d.site_name IS NOT NULL
FROM store.received_cloud_summaries AS r
LEFT JOIN (SELECT DISTINCT site_name, cloud_compute_service, month, year
           FROM store.cloud_usage) AS d
  ON d.site_name = r.site_name AND d.cloud_compute_service = r.cloud_compute_service
     AND d.month = r.month AND d.year = r.year
