-- Pieces of log files: each is a message, whose text is kept as the others' are.

-- What became of the lines of a piece (records + ignored + failed = lines), and all that is needed
-- to read its text again: the layout is what the head of its file said, such as a list of columns.
CREATE TABLE store.log_files (
    message_id BIGINT NOT NULL,
    first_line BIGINT NOT NULL,
    lines BIGINT NOT NULL,
    records BIGINT NOT NULL,
    ignored BIGINT NOT NULL,
    failed BIGINT NOT NULL,
    replaced BIGINT NOT NULL,
    ignored_reasons VARCHAR NOT NULL, -- JSON: lines by reason
    site VARCHAR NOT NULL,
    machine_name VARCHAR NOT NULL,
    parallel BOOLEAN NOT NULL,
    timezone VARCHAR NOT NULL,
    layout VARCHAR NOT NULL
);

-- The lines that failed, byte for byte. Counted from 1 in their message.
CREATE TABLE store.rejected_lines (
    message_id BIGINT NOT NULL,
    line BIGINT NOT NULL,
    code VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    content BLOB NOT NULL
);
