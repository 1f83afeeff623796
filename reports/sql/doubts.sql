-- Months of sites that may be counted twice, which no key of APEL 2.5.0 prevents: `what`, site,
-- month (YYYY-MM), rows. A site that changes the benchmark of normalised summaries, or from v0.3 to
-- v0.4, for a month that it has sent; and one that sends both jobs and summaries of a month.
SELECT 'benchmarks' AS what, site, strftime(make_date(year, month, 1), '%Y-%m') AS month,
       sum(types) AS rows
FROM (SELECT site, year, month, count(DISTINCT service_level_type) AS types
      FROM normalised_summaries
      GROUP BY site, year, month, global_user_name, vo, vo_group, vo_role, submit_host,
               infrastructure, node_count, processors
      HAVING count(DISTINCT service_level_type) > 1)
GROUP BY site, year, month
UNION ALL
SELECT 'sources', site, strftime(month, '%Y-%m'), sum(received)
FROM (SELECT site, month, infrastructure_type, submit_host,
             sum(CASE WHEN source = 'jobs' THEN 1 ELSE 0 END) AS made,
             sum(CASE WHEN source = 'jobs' THEN 0 ELSE 1 END) AS received
      FROM store.usage
      GROUP BY site, month, infrastructure_type, submit_host)
WHERE made > 0 AND received > 0
GROUP BY site, month
ORDER BY ALL
