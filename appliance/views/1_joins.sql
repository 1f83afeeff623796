-- What became of each event: message_id and line are those of `events`; gatekeeper_message_id and
-- gatekeeper_line those of the line in `gatekeeper_records` that says whose job it was; ce_message_id and ce_line
-- those of the CE's ad in `events` that does.
CREATE OR REPLACE VIEW joins AS
SELECT site, end_time::TIMESTAMP AS end_time, message_id, line, gatekeeper_message_id,
       gatekeeper_line, ce_message_id, ce_line, candidates, kind, reason, covered
FROM store.joins
