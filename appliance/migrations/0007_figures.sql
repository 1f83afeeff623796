-- What reports say of virtual machines beyond summaries: the machines' months say it, the sums of a
-- month do not. All here is derived: every month of cloud sites becomes due.

-- Memory × wall time and disk × wall time, the wall time that these cover, and the machines whose
-- counters fell.
ALTER TABLE store.cloud_usage ADD COLUMN memory_mb_s DECIMAL(38, 0);
ALTER TABLE store.cloud_usage ADD COLUMN memory_wall BIGINT;
ALTER TABLE store.cloud_usage ADD COLUMN disk_gb_s DECIMAL(38, 0);
ALTER TABLE store.cloud_usage ADD COLUMN disk_wall BIGINT;
ALTER TABLE store.cloud_usage ADD COLUMN fallen_vms BIGINT;

INSERT INTO store.cloud_due
SELECT DISTINCT site_name, year, month FROM store.cloud_usage
EXCEPT SELECT site_name, year, month FROM store.cloud_due;
