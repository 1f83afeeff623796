-- Benchmarks by submit host (or batch host) and time: every value that was ever set, in the order
-- of setting. Nothing here is changed or removed: what holds when follows from it, in the dataset
-- `benchmarks`.
CREATE TABLE store.benchmark_settings (
    number BIGINT NOT NULL,
    site VARCHAR NOT NULL,
    host VARCHAR NOT NULL,
    service_level_type VARCHAR NOT NULL,
    service_level DECIMAL(10, 3) NOT NULL,
    valid_from TIMESTAMP NOT NULL, -- 1970-01-01: from the beginning
    also BOOLEAN NOT NULL, -- beside other types, not in their place
    set_at TIMESTAMP NOT NULL
);

-- Whose jobs have to be joined again, because a benchmark was set: those of this host (as submit
-- host or as batch host) that ended at or after `since` and before `until`; NULL: without end.
-- Whoever joins takes the rows out in the transaction that brings in the jobs anew.
CREATE TABLE store.join_due (
    site VARCHAR NOT NULL,
    host VARCHAR NOT NULL,
    since TIMESTAMP NOT NULL,
    until TIMESTAMP
);
