-- Virtual machines by month, derived from their cumulative records.

-- The months of cloud sites whose summaries have to be made again; month 0 of year 0: not known.
CREATE TABLE store.cloud_due (
    site_name VARCHAR NOT NULL,
    year BIGINT NOT NULL,
    month BIGINT NOT NULL
);

-- What the machines of a site used in a month. Always derived from cloud records, never edited;
-- summaries that were received are apart.
CREATE TABLE store.cloud_usage (
    site_name VARCHAR NOT NULL,
    cloud_compute_service VARCHAR NOT NULL,
    month BIGINT NOT NULL,
    year BIGINT NOT NULL,
    global_user_name VARCHAR NOT NULL,
    vo VARCHAR NOT NULL,
    vo_group VARCHAR NOT NULL,
    vo_role VARCHAR NOT NULL,
    status VARCHAR NOT NULL,
    cloud_type VARCHAR NOT NULL,
    image_id VARCHAR NOT NULL,
    earliest_start_time TIMESTAMP,
    latest_start_time TIMESTAMP,
    wall_duration BIGINT,
    cpu_duration BIGINT,
    cpu_count DECIMAL(10, 3) NOT NULL,
    network_inbound BIGINT,
    network_outbound BIGINT,
    memory BIGINT,
    disk BIGINT,
    benchmark_type VARCHAR NOT NULL,
    benchmark DECIMAL(10, 3) NOT NULL,
    number_of_vms BIGINT NOT NULL,
    update_time TIMESTAMP NOT NULL
);
