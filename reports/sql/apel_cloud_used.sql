-- What virtual machines used as the reference would hold it: what is derived from records replaces
-- received summaries with the same key, and is added to others.
SELECT site_name, cloud_compute_service, month, year, global_user_name, vo, vo_group, vo_role,
       status, cloud_type, image_id, earliest_start_time, latest_start_time, wall_duration,
       cpu_duration, cpu_count, network_inbound, network_outbound, memory, disk, memory_mb_s,
       memory_wall, disk_gb_s, disk_wall, benchmark_type, benchmark, number_of_vms, fallen_vms,
       'summariser' AS publisher_dn, NULL::BIGINT AS message_id,
       (SELECT max(update_time) FROM store.cloud_usage) AS update_time,
       false AS left_out
FROM vm_months
UNION ALL
SELECT site_name, cloud_compute_service, month, year, global_user_name, vo, vo_group, vo_role,
       status, cloud_type, image_id, earliest_start_time, latest_start_time, wall_duration,
       cpu_duration, cpu_count, network_inbound, network_outbound, memory, disk, NULL, NULL, NULL,
       NULL, benchmark_type, benchmark, number_of_vms, 0, publisher_dn, message_id, update_time,
       false
FROM apel_received_cloud_summaries AS r
WHERE NOT EXISTS (
    SELECT 1 FROM vm_months AS m
    WHERE m.site_name = r.site_name AND m.cloud_compute_service = r.cloud_compute_service
      AND m.month = r.month AND m.year = r.year AND m.global_user_name = r.global_user_name
      AND m.vo = r.vo AND m.vo_group = r.vo_group AND m.vo_role = r.vo_role
      AND m.status = r.status AND m.image_id = r.image_id AND m.cpu_count = r.cpu_count
      AND m.benchmark_type = r.benchmark_type AND m.benchmark = r.benchmark)
