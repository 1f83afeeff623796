-- Jobs that are made here, from events of batch logs, records of gatekeepers and benchmarks.

-- When a job was made here; null: it was received, as a message says it.
ALTER TABLE IF EXISTS store.jobs ADD COLUMN IF NOT EXISTS joined_at TIMESTAMP_S;

-- Pieces of logs whose lines have to be joined: all of them, or (line not null) this one. In the
-- transaction that brings the lines. What benchmarks ask for is in store.join_due.
CREATE TABLE store.logs_due (
    message_id BIGINT NOT NULL,
    line BIGINT
);

-- The settings that all joining was done by: after a change everything is joined anew.
CREATE TABLE store.join_settings (
    digest VARCHAR NOT NULL
);

-- What became of each event, by its line. Always derived, made again with its job.
CREATE TABLE store.joins (
    site VARCHAR NOT NULL,
    end_time TIMESTAMP_S NOT NULL,
    message_id BIGINT NOT NULL,
    line BIGINT NOT NULL,
    gatekeeper_message_id BIGINT, -- the line of a gatekeeper that says whose job it was
    gatekeeper_line BIGINT,
    candidates BIGINT NOT NULL, -- lines of gatekeepers that it could belong to
    kind VARCHAR NOT NULL, -- the job that it became: grid, local or none
    reason VARCHAR, -- why it is not what it should be; null: all is well
    covered BOOLEAN NOT NULL -- whether there is a benchmark for it
);

-- The same, counted by month of the end.
CREATE TABLE store.join_counts (
    site VARCHAR NOT NULL,
    month DATE NOT NULL,
    kind VARCHAR NOT NULL,
    reason VARCHAR,
    covered BOOLEAN NOT NULL,
    events BIGINT NOT NULL
);
