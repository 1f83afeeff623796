-- How far log files have been read. The content says which file it is: `head` stands for its first
-- bytes, `tail` for the last ones before `bytes`, so that a new name or a compression changes
-- nothing. Written with the rows of what was read.
CREATE TABLE store.log_reaches (
    mark VARCHAR NOT NULL, -- stands for all that identifies it: what a later reach replaces
    format VARCHAR NOT NULL,
    site VARCHAR NOT NULL,
    machine_name VARCHAR NOT NULL,
    path VARCHAR NOT NULL, -- where it was last
    head VARCHAR NOT NULL,
    tail VARCHAR NOT NULL,
    bytes BIGINT NOT NULL, -- of the plain content
    lines BIGINT NOT NULL,
    loose BIGINT NOT NULL, -- bytes after them that were taken though the line has no end
    layout VARCHAR NOT NULL,
    packed BOOLEAN NOT NULL -- a compressed file itself, read to its end; not its content
);
CREATE TABLE store.log_collected (
    format VARCHAR NOT NULL,
    site VARCHAR NOT NULL,
    machine_name VARCHAR NOT NULL,
    cluster VARCHAR NOT NULL, -- as the batch system's own program was asked; empty: its default
    until TIMESTAMP NOT NULL -- all that ended before has been asked for, UTC
);
