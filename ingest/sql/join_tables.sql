-- What joining works with, in memory: made once a process, emptied after each pass.
CREATE TABLE IF NOT EXISTS stage.join_lines (message_id BIGINT, line BIGINT);
-- The id by which a CE's ad would name an event of a batch system's own log.
CREATE OR REPLACE MACRO stage.batch_id(job_name, join_id) AS
    CASE WHEN contains(job_name, '#')
         THEN split_part(job_name, '#', 1) || '#' || split_part(job_name, '#', 2)
         ELSE coalesce(join_id, job_name) END;
-- Events to be joined: those of whole pieces, and beside them some by their lines.
CREATE OR REPLACE MACRO stage.join_pieces() AS TABLE
    SELECT DISTINCT message_id FROM stage.join_lines WHERE line IS NULL;
CREATE TABLE IF NOT EXISTS stage.join_events (message_id BIGINT, line BIGINT);
CREATE OR REPLACE MACRO stage.join_here() AS TABLE
    SELECT e.* FROM store.events AS e SEMI JOIN stage.join_pieces() USING (message_id)
    UNION ALL
    SELECT e.* FROM store.events AS e JOIN stage.join_events USING (message_id, line);
-- What no job has used: 3,000 years of one core (sums of 10^7 such stay within 64 bits), or more cores
-- or hosts than 32 bits count.
CREATE OR REPLACE MACRO stage.is_implausible(wall, cpu, processors, nodes) AS
    NOT (wall <= 100000000000 AND coalesce(cpu, 0) <= 100000000000
         AND processors BETWEEN 0 AND 2147483647 AND nodes BETWEEN 0 AND 2147483647);
-- The months in which they ended, and when; how many they are.
CREATE TABLE IF NOT EXISTS stage.join_months (
    site VARCHAR, month DATE, first TIMESTAMP, last TIMESTAMP, events BIGINT);
-- The settings: which batch host a gatekeeper submits to; whose jobs those of an account or a
-- token are.
CREATE TABLE IF NOT EXISTS stage.join_hosts (ce VARCHAR, machine_name VARCHAR);
CREATE TABLE IF NOT EXISTS stage.join_map (
    number BIGINT, local_user VARCHAR, local_group VARCHAR, token_issuer VARCHAR,
    token_subject VARCHAR, vo VARCHAR, vo_group VARCHAR, vo_role VARCHAR, since TIMESTAMP,
    until TIMESTAMP);
-- How fast execution hosts are, by patterns in lower case.
CREATE TABLE IF NOT EXISTS stage.join_factors (
    number BIGINT, host VARCHAR, wall DOUBLE, cpu DOUBLE, since TIMESTAMP, until TIMESTAMP);
-- What follows from them for the gatekeepers, accounts and hosts that there are: gatekeepers whose
-- jobs are not those of a batch host; entries of the map that speak of an account or a token; the
-- factors of the hosts that events ran on.
CREATE TABLE IF NOT EXISTS stage.join_elsewhere (ce VARCHAR, machine_name VARCHAR);
CREATE TABLE IF NOT EXISTS stage.join_accounts (
    local_user VARCHAR, local_group VARCHAR, token_issuer VARCHAR, token_subject VARCHAR,
    number BIGINT, since TIMESTAMP, until TIMESTAMP);
CREATE TABLE IF NOT EXISTS stage.join_speeds (
    message_id BIGINT, line BIGINT, wall DOUBLE, cpu DOUBLE);
-- Events of batch systems' own logs and the ads of CEs that stand for them, with what these say.
CREATE TABLE IF NOT EXISTS stage.join_pairs (
    message_id BIGINT, line BIGINT, ce_message_id BIGINT, ce_line BIGINT, is_best BOOLEAN,
    global_user_name VARCHAR, fqan VARCHAR, vo VARCHAR, token_issuer VARCHAR,
    token_subject VARCHAR);
-- VO, group and role of the FQANs that events carry.
CREATE TABLE IF NOT EXISTS stage.join_fqans (
    fqan VARCHAR, vo VARCHAR, vo_group VARCHAR, vo_role VARCHAR);
-- Those whose jobs stay as they are.
CREATE TABLE IF NOT EXISTS stage.join_same (message_id BIGINT, line BIGINT);
-- What became of each of the events, but for those that are no jobs since no gatekeeper knows them.
CREATE TABLE IF NOT EXISTS stage.joins (
    site VARCHAR, end_time TIMESTAMP_S, message_id BIGINT, line BIGINT,
    gatekeeper_message_id BIGINT, gatekeeper_line BIGINT, ce_message_id BIGINT, ce_line BIGINT,
    candidates BIGINT, kind VARCHAR,
    reason VARCHAR, account BIGINT, level BIGINT)
