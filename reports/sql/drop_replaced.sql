-- Of equal super keys the later source stands alone: jobs, then summaries, then normalised
-- ones. Nothing is added up. $first, $after: DATE, first days of months.
DELETE FROM store.usage AS u
USING store.usage AS later
WHERE u.month >= $first AND u.month < $after
  AND later.source IN ('summaries', 'normalised')
  AND (u.source = 'jobs' OR u.source = 'summaries' AND later.source = 'normalised')
  AND later.month = u.month AND later.site = u.site
  AND later.global_user_name = u.global_user_name
  AND later.vo = u.vo AND later.vo_group = u.vo_group AND later.vo_role = u.vo_role
  AND later.submit_host = u.submit_host AND later.infrastructure_type = u.infrastructure_type
  AND later.service_level_type = u.service_level_type AND later.service_level = u.service_level
  AND later.node_count = u.node_count AND later.processors = u.processors
