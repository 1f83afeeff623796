-- Beside whole pieces, the events of single lines, and those that gatekeepers' lines say something
-- of: within twice the window, for they may now be known to lie outside of it. $near: INTERVAL;
-- $first, $last: TIMESTAMP, of these gatekeepers' lines, or NULL.
INSERT INTO stage.join_events
SELECT message_id, line FROM (
 SELECT e.message_id, e.line
 FROM store.events AS e
 JOIN stage.join_lines AS l ON l.message_id = e.message_id AND l.line = e.line
 UNION
 SELECT e.message_id, e.line
 FROM store.events AS e
 JOIN (SELECT site, lrms_id, time_stamp
       FROM store.gatekeeper_records
       WHERE lrms_id <> ''
         AND message_id IN (SELECT message_id FROM stage.join_lines)) AS g
   ON g.site = e.site AND {g.lrms_id} = {e.id}
 WHERE e.end_time >= $first::TIMESTAMP - $near::INTERVAL
   AND e.end_time < $last::TIMESTAMP + $near::INTERVAL
   AND e.end_time >= g.time_stamp - $near::INTERVAL
   AND e.end_time < g.time_stamp + $near::INTERVAL)
WHERE message_id NOT IN (FROM stage.join_pieces())
