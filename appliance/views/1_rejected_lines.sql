-- Lines of logs that failed: where each stands in its file, why, and what it says, with escapes for
-- whatever is not plain text.
CREATE OR REPLACE VIEW rejected_lines AS
SELECT r.message_id, m.source_name AS file, l.first_line + r.line - 1 AS line, r.code, r.reason,
       r.content::VARCHAR AS text
FROM store.rejected_lines AS r
JOIN store.log_files AS l USING (message_id)
JOIN store.messages AS m USING (message_id)
