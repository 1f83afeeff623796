-- The earliest month that is due, and the first month after the last due one within a year of it:
-- both NULL if nothing is due.
SELECT min(month) AS first, (max(month) + INTERVAL 1 MONTH)::DATE AS after
FROM store.due
WHERE month < (SELECT min(month) + INTERVAL 12 MONTH FROM store.due)
