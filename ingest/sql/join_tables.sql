-- What joining works with, in memory: made once a process, emptied after each pass.
CREATE TABLE IF NOT EXISTS stage.join_lines (message_id BIGINT, line BIGINT);
-- Events to be joined, by their lines.
CREATE TABLE IF NOT EXISTS stage.join_events (message_id BIGINT, line BIGINT);
-- The settings: which batch host a gatekeeper submits to; whose jobs those of an account are.
CREATE TABLE IF NOT EXISTS stage.join_hosts (ce VARCHAR, machine_name VARCHAR);
CREATE TABLE IF NOT EXISTS stage.join_map (
    number BIGINT, local_user VARCHAR, local_group VARCHAR, vo VARCHAR, vo_group VARCHAR,
    vo_role VARCHAR, since TIMESTAMP, until TIMESTAMP);
-- How fast execution hosts are, by patterns in lower case.
CREATE TABLE IF NOT EXISTS stage.join_factors (
    number BIGINT, host VARCHAR, wall DOUBLE, cpu DOUBLE, since TIMESTAMP, until TIMESTAMP);
-- What follows from them for the gatekeepers, accounts and hosts that there are: gatekeepers whose
-- jobs are not those of a batch host; entries of the map that speak of an account; the factors of
-- the hosts that events ran on.
CREATE TABLE IF NOT EXISTS stage.join_elsewhere (ce VARCHAR, machine_name VARCHAR);
CREATE TABLE IF NOT EXISTS stage.join_accounts (
    local_user VARCHAR, local_group VARCHAR, number BIGINT, since TIMESTAMP, until TIMESTAMP);
CREATE TABLE IF NOT EXISTS stage.join_speeds (
    message_id BIGINT, line BIGINT, wall DOUBLE, cpu DOUBLE);
-- VO, group and role of the FQANs that events carry.
CREATE TABLE IF NOT EXISTS stage.join_fqans (
    fqan VARCHAR, vo VARCHAR, vo_group VARCHAR, vo_role VARCHAR);
-- Those whose jobs stay as they are.
CREATE TABLE IF NOT EXISTS stage.join_same (message_id BIGINT, line BIGINT);
-- What became of each of the events.
CREATE TABLE IF NOT EXISTS stage.joins (
    site VARCHAR, end_time TIMESTAMP_S, message_id BIGINT, line BIGINT,
    gatekeeper_message_id BIGINT, gatekeeper_line BIGINT, candidates BIGINT, kind VARCHAR,
    reason VARCHAR, account BIGINT, level BIGINT)
