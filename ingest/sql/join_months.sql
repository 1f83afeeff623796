-- When the events of this pass ended.
INSERT INTO stage.join_months
SELECT site, date_trunc('month', end_time)::DATE AS month, min(end_time), max(end_time)
FROM store.events JOIN stage.join_events USING (message_id, line)
GROUP BY site, month
