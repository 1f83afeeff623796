-- When the events of this pass ended, and how many they are.
INSERT INTO stage.join_months
SELECT site, date_trunc('month', end_time)::DATE AS month, min(end_time), max(end_time), count(*)
FROM stage.join_here()
GROUP BY site, month
