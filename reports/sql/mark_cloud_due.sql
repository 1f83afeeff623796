-- The months of sites that have cloud records or summaries of them become due. $months: DATE[],
-- first days; $all: BOOLEAN, every month.
INSERT INTO store.cloud_due
SELECT site_name, year, month
FROM (SELECT site_name, measurement_year AS year, measurement_month AS month
      FROM store.cloud_records
      UNION SELECT site_name, year, month FROM store.cloud_usage)
WHERE $all OR (year, month) IN (SELECT (year(day), month(day)) FROM (SELECT unnest($months::DATE[]) AS day))
EXCEPT SELECT site_name, year, month FROM store.cloud_due
