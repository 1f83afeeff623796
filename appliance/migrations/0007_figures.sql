-- What reports say beyond summaries: of virtual machines (the machines' months say it, the sums of a
-- month do not; all of it is derived, so every month of cloud sites becomes due), and of groups that
-- are no more.

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

-- Groups of jobs that a month no longer has, as they were last: the reference keeps such rows, and
-- only figures as it would have them read these. What vanished before is not known.
CREATE TABLE store.stale_usage (
    site VARCHAR NOT NULL,
    month DATE NOT NULL,
    global_user_name VARCHAR NOT NULL,
    vo VARCHAR NOT NULL,
    vo_group VARCHAR NOT NULL,
    vo_role VARCHAR NOT NULL,
    submit_host VARCHAR NOT NULL,
    infrastructure_type VARCHAR NOT NULL,
    infrastructure_description VARCHAR NOT NULL,
    service_level_type VARCHAR,
    service_level DECIMAL(10, 3),
    node_count BIGINT NOT NULL,
    processors BIGINT NOT NULL,
    earliest_end_time TIMESTAMP,
    latest_end_time TIMESTAMP,
    wall_duration BIGINT NOT NULL,
    cpu_duration BIGINT NOT NULL,
    number_of_jobs BIGINT NOT NULL,
    update_time TIMESTAMP NOT NULL
);
