-- Rows of parallel jobs' tasks, of Grid Engine: their CPU time is in the events of their jobs, which
-- may come before them, after them, or again. Of equal tasks the latest line holds.
CREATE TABLE store.log_tasks (
    site VARCHAR NOT NULL,
    machine_name VARCHAR NOT NULL,
    job_name VARCHAR NOT NULL,
    task VARCHAR NOT NULL,
    start_time TIMESTAMP_S NOT NULL,
    end_time TIMESTAMP_S NOT NULL,
    cpu_duration BIGINT NOT NULL, -- s
    message_id BIGINT NOT NULL,
    line BIGINT NOT NULL
);

-- The host that a job ran on: factors for the speed of hosts go by it.
ALTER TABLE IF EXISTS store.events ADD COLUMN IF NOT EXISTS execution_host VARCHAR;

-- The faults of the reference that a piece was read with, by name, with commas between them.
ALTER TABLE store.log_files ADD COLUMN as_apel VARCHAR DEFAULT '';
