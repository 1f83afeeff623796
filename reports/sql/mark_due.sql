-- The months of sites that have records or summaries become due. $months: DATE[], first days;
-- $all: BOOLEAN, every month.
INSERT INTO store.due
SELECT site, month
FROM (SELECT site, date_trunc('month', end_time)::DATE AS month FROM store.jobs
      UNION SELECT site, make_date(year, month, 1) FROM store.summaries
      UNION SELECT site, make_date(year, month, 1) FROM store.normalised_summaries
      UNION SELECT site, month FROM store.usage)
WHERE $all OR month IN (SELECT unnest($months::DATE[]))
EXCEPT SELECT site, month FROM store.due
