-- What becomes of each event: which line of a gatekeeper it belongs to, what job it is, and which
-- benchmark it has. A line is a candidate if it has the event's id, the event ended within its
-- window, and its gatekeeper submits to the event's batch host; of several the latest holds, then
-- the gatekeeper's name decides. A CE's ad gives its identity to the batch system's own event,
-- where there is one, and is no job itself. Of what no gatekeeper knows and is no job, nothing is
-- kept. $early, $window, $near: INTERVAL; $first, $last: TIMESTAMP, of the ends; $local_jobs,
-- $batch_host_benchmark: BOOLEAN.
INSERT INTO stage.joins
WITH event AS (
    SELECT e.message_id, e.line, e.site, e.end_time, e.machine_name,
           p.ce_message_id, p.ce_line, {e.id} AS id,
           coalesce(e.local_user_id, '') AS local_user,
           coalesce(e.local_user_group, '') AS local_group,
           coalesce(p.token_issuer, e.token_issuer, '') AS token_issuer,
           coalesce(p.token_subject, e.token_subject, '') AS token_subject,
           coalesce(p.fqan, p.vo, e.fqan, e.vo) IS NOT NULL AS has_vo,
           coalesce(e.global_user_name, e.fqan, e.vo) IS NOT NULL OR p.ce_line IS NOT NULL
               AS is_identified,
           ad.ce_line IS NOT NULL AS is_told_twice,
           stage.is_implausible(e.wall_duration, e.cpu_duration, e.processors, e.node_count)
               AS is_implausible
    FROM stage.join_here() AS e
    LEFT JOIN stage.join_pairs AS p
      ON p.message_id = e.message_id AND p.line = e.line AND p.is_best
    LEFT JOIN (SELECT DISTINCT ce_message_id, ce_line FROM stage.join_pairs) AS ad
      ON ad.ce_message_id = e.message_id AND ad.ce_line = e.line
    WHERE e.end_time BETWEEN $first::TIMESTAMP_S AND $last::TIMESTAMP_S),
near AS (
    SELECT e.message_id, e.line, g.message_id AS gatekeeper_message_id, g.line AS gatekeeper_line,
           g.time_stamp, g.ce, coalesce(g.vo, 'None') NOT IN ('', 'None') AS has_vo,
           hash(g.ce, g.global_user_name, g.fqan, g.vo) AS identity,
           e.end_time >= g.time_stamp - $early::INTERVAL
               AND e.end_time < g.time_stamp + $window::INTERVAL AS is_within,
           is_within AND w.ce IS NULL AS is_candidate
    FROM event AS e
    JOIN store.gatekeeper_records AS g ON g.site = e.site AND {g.lrms_id} = e.id
    LEFT JOIN stage.join_elsewhere AS w ON w.ce = g.ce AND w.machine_name = e.machine_name
    WHERE g.lrms_id <> '' AND NOT e.is_told_twice
      AND g.time_stamp > $first::TIMESTAMP - $near::INTERVAL
      AND g.time_stamp <= $last::TIMESTAMP + $near::INTERVAL
      AND e.end_time >= g.time_stamp - $near::INTERVAL
      AND e.end_time < g.time_stamp + $near::INTERVAL),
chosen AS (
    SELECT *, count(*) FILTER (is_candidate) OVER (PARTITION BY message_id, line) AS candidates,
           min(identity) FILTER (is_candidate) OVER (PARTITION BY message_id, line)
           <> max(identity) FILTER (is_candidate) OVER (PARTITION BY message_id, line) AS differ
    FROM near
    QUALIFY row_number() OVER (
        PARTITION BY message_id, line
        ORDER BY is_candidate DESC, is_within DESC, time_stamp DESC, ce,
                 gatekeeper_message_id DESC, gatekeeper_line DESC) = 1),
mapped AS (
    SELECT e.message_id, e.line, min(a.number) AS account
    FROM event AS e
    JOIN stage.join_accounts AS a ON a.local_user = e.local_user AND a.local_group = e.local_group
     AND a.token_issuer = e.token_issuer AND a.token_subject = e.token_subject
     AND e.end_time >= a.since AND e.end_time < a.until
    GROUP BY e.message_id, e.line),
judged AS (
    SELECT e.*, m.account, coalesce(c.candidates, 0) AS candidates,
           CASE WHEN c.is_candidate THEN c.gatekeeper_message_id END AS gatekeeper_message_id,
           CASE WHEN c.is_candidate THEN c.gatekeeper_line END AS gatekeeper_line,
           CASE WHEN c.is_candidate THEN c.ce END AS host,
           CASE WHEN e.is_told_twice OR e.is_implausible THEN 'none'
                WHEN c.is_candidate OR e.is_identified OR m.account IS NOT NULL THEN 'grid'
                WHEN $local_jobs THEN 'local' ELSE 'none' END AS kind,
           CASE WHEN e.is_told_twice THEN 'batch_log'
                WHEN e.is_implausible THEN 'implausible'
                WHEN c.is_candidate AND c.differ THEN 'ambiguous'
                WHEN c.is_candidate OR e.is_identified OR m.account IS NOT NULL
                THEN CASE WHEN NOT (coalesce(c.is_candidate AND c.has_vo, false) OR e.has_vo
                                    OR m.account IS NOT NULL) THEN 'no_vo' END
                WHEN c.is_within THEN 'other_host'
                WHEN c.message_id IS NOT NULL THEN 'outside_window'
                ELSE 'no_gatekeeper' END AS reason
    FROM event AS e
    LEFT JOIN chosen AS c ON c.message_id = e.message_id AND c.line = e.line
    LEFT JOIN mapped AS m ON m.message_id = e.message_id AND m.line = e.line)
SELECT j.site, j.end_time, j.message_id, j.line, j.gatekeeper_message_id, j.gatekeeper_line,
       j.ce_message_id, j.ce_line, j.candidates, j.kind, j.reason, j.account,
       CASE WHEN j.kind = 'none' THEN NULL
            WHEN j.host IS NULL OR $batch_host_benchmark THEN coalesce(own.level, batch.level)
            ELSE own.level END AS level
FROM judged AS j
LEFT JOIN stage.join_levels AS own
  ON own.site = j.site AND own.host = j.host AND own.since <= j.end_time AND j.end_time < own.until
LEFT JOIN stage.join_levels AS batch
  ON batch.site = j.site AND batch.host = j.machine_name
 AND batch.since <= j.end_time AND j.end_time < batch.until
WHERE NOT (j.kind = 'none' AND j.reason = 'no_gatekeeper')
