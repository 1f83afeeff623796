-- How far log files have been read. The content says which file it is: `head` stands for its first
-- bytes, `tail` for the last ones taken, so that a new name or a compression changes nothing.
-- Written with the rows of what was read.
CREATE TABLE store.log_reaches (
    mark VARCHAR NOT NULL, -- stands for all that identifies it: what a later reach replaces
    reading VARCHAR NOT NULL, -- JSON: format, site, machine and how; another reads the file anew
    path VARCHAR NOT NULL, -- where it was last
    head VARCHAR NOT NULL,
    tail VARCHAR NOT NULL,
    bytes BIGINT NOT NULL, -- of the plain content
    lines BIGINT NOT NULL,
    loose BIGINT NOT NULL, -- bytes after them that were taken though the line has no end
    layout VARCHAR NOT NULL,
    packed BOOLEAN NOT NULL -- a compressed file itself, read to its end; not its content
);

-- Until when batch systems were asked for their finished jobs.
CREATE TABLE store.log_collected (
    asked VARCHAR NOT NULL, -- JSON: format, site, machine, cluster
    until TIMESTAMP NOT NULL -- UTC: all that ended before is in the store
);
