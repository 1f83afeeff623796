-- The records of the machines that were there in the months of sites that are due; `wanted` are those
-- of these months.
SELECT *, (site_name, measurement_year, measurement_month)
              IN (SELECT (site_name, year, month) FROM store.cloud_due) AS wanted
FROM store.cloud_records
WHERE vm_uuid IN (SELECT r.vm_uuid
                  FROM store.cloud_records AS r JOIN store.cloud_due AS d
                    ON r.site_name = d.site_name AND r.measurement_year = d.year
                       AND r.measurement_month = d.month)
