-- Virtual machines by month: derived from their records (their publisher is `summariser`), and the
-- summaries that were received.
CREATE OR REPLACE VIEW cloud_summaries AS
SELECT * EXCLUDE (update_time, memory_mb_s, memory_wall, disk_gb_s, disk_wall, fallen_vms),
       'summariser' AS publisher_dn, NULL::BIGINT AS message_id,
       update_time
FROM store.cloud_usage
UNION ALL
SELECT * FROM received_cloud_summaries
