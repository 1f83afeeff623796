-- What came in, its text, what is due, and the summaries. Tables of records are made from their
-- declarations (appliance/tables.py), datasets are views over both.

CREATE SCHEMA store;

-- Which of these files were applied, and the digest of what was derived from declarations.
CREATE TABLE store.program (
    applied INTEGER NOT NULL,
    digest VARCHAR NOT NULL
);

-- Numbers are never used again.
CREATE TABLE store.numbers (
    last_message_id BIGINT NOT NULL
);
INSERT INTO store.numbers VALUES (0);

-- A message as it was received and judged. Names as in the dataset `messages`, then what a retry
-- needs: whether a signature was asked for, the signer that a trusted receiver vouched for, and
-- where the whole of a message lies that was too large to read.
CREATE TABLE store.messages (
    message_id BIGINT NOT NULL,
    source VARCHAR NOT NULL,
    source_name VARCHAR NOT NULL,
    received_at TIMESTAMP NOT NULL,
    signer VARCHAR,
    kind VARCHAR,
    records BIGINT NOT NULL,
    bytes BIGINT NOT NULL,
    sha256 VARCHAR NOT NULL,
    state VARCHAR NOT NULL,
    error VARCHAR,
    loaded_at TIMESTAMP NOT NULL,
    signing_time TIMESTAMP,
    empaid VARCHAR,
    signature_required BOOLEAN NOT NULL,
    vouched_signer VARCHAR,
    kept_at VARCHAR
);

-- A message's bytes, Zstandard: as received where it was refused, as verified where accepted.
CREATE TABLE store.raw_texts (
    message_id BIGINT NOT NULL,
    content BLOB NOT NULL
);

-- The months of sites whose summaries have to be made again.
CREATE TABLE store.due (
    site VARCHAR NOT NULL,
    month DATE NOT NULL
);

-- Jobs summed by all that reports may ask for: finer than APEL's super summaries by queue and by
-- the other benchmarks of a job. Always derived from the jobs, never edited.
CREATE TABLE store.job_summaries (
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
    earliest_end_time TIMESTAMP NOT NULL,
    latest_end_time TIMESTAMP NOT NULL,
    wall_duration BIGINT NOT NULL,
    cpu_duration BIGINT NOT NULL,
    number_of_jobs BIGINT NOT NULL,
    update_time TIMESTAMP NOT NULL
);
