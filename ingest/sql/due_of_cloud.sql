-- The months of sites whose cloud summaries a batch changes: those of the staged records, and of the
-- next record of each machine, whose share is what its counters grew since. Asked before loading, it
-- finds what is replaced, if the store holds any of the keys; after, what is there instead.
-- Where all that a machine has is staged, its next records are among those: nothing to be ordered.
INSERT INTO store.cloud_due
SELECT site_name, measurement_year, measurement_month
FROM (SELECT site_name, measurement_year, measurement_month
      FROM store.cloud_records
      SEMI JOIN stage.cloud USING (vm_uuid, measurement_year, measurement_month)
      UNION
      SELECT site_name, measurement_year, measurement_month
      FROM (SELECT *, lag(period) OVER (PARTITION BY vm_uuid ORDER BY period) AS before
            FROM (SELECT vm_uuid, site_name, measurement_year, measurement_month,
                         measurement_year * 12 + measurement_month AS period
                  FROM store.cloud_records
                  WHERE vm_uuid IN (SELECT vm_uuid FROM stage.cloud)
                    AND vm_uuid IN (SELECT vm_uuid
                                    FROM store.cloud_records
                                    ANTI JOIN stage.cloud
                                    USING (vm_uuid, measurement_year, measurement_month)))) AS held
      WHERE EXISTS (SELECT 1 FROM stage.cloud AS s
                    WHERE s.vm_uuid = held.vm_uuid
                      AND s.measurement_year * 12 + s.measurement_month = held.before))
EXCEPT SELECT site_name, year, month FROM store.cloud_due
