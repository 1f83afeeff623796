-- Received summaries are part of what was used. All here is derived: it is made again from the
-- records, so every month that was summarised becomes due.

INSERT INTO store.due
SELECT DISTINCT site, month FROM store.job_summaries EXCEPT SELECT site, month FROM store.due;

DROP TABLE store.job_summaries;

-- What was used by month: jobs summed by all that reports may ask for (finer than APEL's super
-- summaries by queue and by the other benchmarks of a job), and the summaries that sites sent.
-- Always derived, never edited. Only normalised summaries have normalised durations, and their
-- service level is 0; what is kept of other benchmarks is JSON.
CREATE TABLE store.usage (
    source VARCHAR NOT NULL, -- jobs, summaries or normalised
    site VARCHAR NOT NULL,
    month DATE NOT NULL,
    global_user_name VARCHAR NOT NULL,
    vo VARCHAR NOT NULL,
    vo_group VARCHAR NOT NULL,
    vo_role VARCHAR NOT NULL,
    submit_host VARCHAR NOT NULL,
    queue VARCHAR NOT NULL,
    infrastructure_type VARCHAR NOT NULL,
    infrastructure_description VARCHAR NOT NULL,
    service_level_type VARCHAR,
    service_level DECIMAL(10, 3),
    service_levels VARCHAR,
    node_count BIGINT NOT NULL,
    processors BIGINT NOT NULL,
    earliest_end_time TIMESTAMP,
    latest_end_time TIMESTAMP,
    wall_duration BIGINT NOT NULL,
    cpu_duration BIGINT NOT NULL,
    normalised_wall_duration BIGINT,
    normalised_wall_durations VARCHAR,
    normalised_cpu_duration BIGINT,
    normalised_cpu_durations VARCHAR,
    number_of_jobs BIGINT NOT NULL,
    update_time TIMESTAMP NOT NULL
);
