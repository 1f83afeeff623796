-- Groups that have come back are no longer stale. $first, $after: DATE, first days of months.
DELETE FROM store.stale_usage AS s
USING store.usage AS u
WHERE s.month >= $first AND s.month < $after AND u.month = s.month AND u.site = s.site
  AND u.global_user_name = s.global_user_name
  AND u.vo = s.vo AND u.vo_group = s.vo_group AND u.vo_role = s.vo_role
  AND u.submit_host = s.submit_host AND u.infrastructure_type = s.infrastructure_type
  AND u.service_level_type = s.service_level_type AND u.service_level = s.service_level
  AND u.node_count = s.node_count AND u.processors = s.processors
