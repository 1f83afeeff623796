-- How many events there are for each reason, the first and last month of their ends, and how many
-- events there are in all. Local jobs that no gatekeeper knows are as they should be.
-- $recent: BOOLEAN, only the last two months that have events.
WITH counted AS (
    SELECT * FROM store.join_counts
    WHERE NOT $recent OR month >= (SELECT max(month) - INTERVAL 1 MONTH FROM store.join_counts)),
odd AS (
    SELECT reason, month, events FROM counted
    WHERE reason IS NOT NULL AND NOT (kind = 'local' AND reason = 'no_gatekeeper')
    UNION ALL
    SELECT 'no_benchmark', month, events FROM counted WHERE kind <> 'none' AND NOT covered)
SELECT reason, sum(events)::BIGINT AS events, min(month) AS since, max(month) AS until,
       (SELECT sum(events)::BIGINT FROM counted) AS whole
FROM odd GROUP BY reason ORDER BY reason
