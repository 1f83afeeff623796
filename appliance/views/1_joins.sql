-- What became of each event: message_id and line are those of `events`; gatekeeper_message_id and
-- gatekeeper_line those of the line in `gatekeeper_records` that says whose job it was;
-- ce_message_id and ce_line those of the CE's ad in `events` that does. The store says nothing of
-- events that no gatekeeper knows and that are no jobs; those that wait to be joined are not here.
CREATE OR REPLACE VIEW joins AS
SELECT e.site, e.end_time::TIMESTAMP AS end_time, e.message_id, e.line, j.gatekeeper_message_id,
       j.gatekeeper_line, j.ce_message_id, j.ce_line, coalesce(j.candidates, 0) AS candidates,
       coalesce(j.kind, 'none') AS kind,
       CASE WHEN j.message_id IS NULL THEN 'no_gatekeeper' ELSE j.reason END AS reason,
       coalesce(j.covered, false) AS covered
FROM store.events AS e
LEFT JOIN store.joins AS j ON j.message_id = e.message_id AND j.line = e.line
WHERE j.message_id IS NOT NULL
   OR NOT EXISTS (SELECT 1 FROM store.logs_due AS d
                  WHERE d.message_id = e.message_id AND coalesce(d.line, e.line) = e.line)
