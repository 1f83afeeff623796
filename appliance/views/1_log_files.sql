-- Pieces of log files and what became of their lines: records + ignored + failed = lines. A file
-- that grew, or was read again, has several.
CREATE OR REPLACE VIEW log_files AS
SELECT m.source_name AS path, m.kind AS format, l.site, l.machine_name, l.first_line, l.lines,
       l.records, l.ignored, l.failed, l.replaced, l.ignored_reasons, l.parallel, l.timezone,
       l.layout, l.as_apel, m.received_at, l.message_id
FROM store.log_files AS l JOIN store.messages AS m USING (message_id)
