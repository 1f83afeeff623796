-- Which events of a batch system's own log a CE's ads stand for: same site and id, and the job ended
-- while the ad says that it ran, give or take $early. Of several batch hosts the ad means its own,
-- else the one whose event ends nearest to it; and of several ads an event belongs to the nearest,
-- `is_best`. What an ad says of the user goes with it. $first, $last: TIMESTAMP, of the ends;
-- $early: INTERVAL.
INSERT INTO stage.join_pairs
WITH here AS (
    SELECT e.* FROM stage.join_here() AS e
    WHERE e.end_time BETWEEN $first::TIMESTAMP_S AND $last::TIMESTAMP_S),
candidate AS (
    SELECT e.message_id, e.line, e.machine_name, ce.message_id AS ce_message_id,
           ce.line AS ce_line, ce.job_name AS ce_job, ce.global_user_name, ce.fqan, ce.vo,
           ce.token_issuer, ce.token_subject,
           e.machine_name <> ce.machine_name AS is_abroad,
           abs(date_diff('second', e.end_time, ce.end_time)) AS apart
    FROM here AS e
    JOIN (SELECT * FROM here WHERE batch_job IS NOT NULL) AS ce
      ON ce.site = e.site AND ce.batch_job = stage.batch_id(e.job_name, e.join_id)
    WHERE e.batch_job IS NULL
      AND e.end_time >= ce.start_time - $early::INTERVAL
      AND e.end_time <= ce.end_time + $early::INTERVAL),
meant AS (
    SELECT * FROM candidate
    QUALIFY machine_name = first_value(machine_name) OVER (
        PARTITION BY ce_message_id, ce_line ORDER BY is_abroad, apart, machine_name))
SELECT message_id, line, ce_message_id, ce_line,
       row_number() OVER (
           PARTITION BY message_id, line
           ORDER BY is_abroad, apart, ce_job, ce_message_id, ce_line) = 1 AS is_best,
       global_user_name, fqan, vo, token_issuer, token_subject
FROM meant
