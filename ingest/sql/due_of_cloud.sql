-- The months of sites whose cloud summaries a batch changes: those of the staged records, and of the
-- next record of each machine, whose share is what its counters grew since. Asked before loading, it
-- finds what is replaced, if the store holds any of the keys; after, what is there instead.
INSERT INTO store.cloud_due
SELECT DISTINCT site_name, measurement_year, measurement_month
FROM (SELECT *, lag(period) OVER (PARTITION BY vm_uuid ORDER BY period) AS before
      FROM (SELECT vm_uuid, site_name, measurement_year, measurement_month,
                   measurement_year * 12 + measurement_month AS period
            FROM store.cloud_records
            WHERE vm_uuid IN (SELECT vm_uuid FROM stage.cloud))) AS held
WHERE EXISTS (SELECT 1 FROM stage.cloud AS s
              WHERE s.vm_uuid = held.vm_uuid
                AND s.measurement_year * 12 + s.measurement_month IN (held.period, held.before))
EXCEPT SELECT site_name, year, month FROM store.cloud_due
