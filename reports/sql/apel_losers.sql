-- Jobs that another job with the same site, number and end replaces, whatever its machine: the one
-- loaded last stands. Found by hash first, for most keys stand alone. {times}: a condition.
SELECT site, machine_name, local_job_id, end_time
FROM (SELECT *, row_number() OVER (
                    PARTITION BY lower(strip_accents(rtrim(site))),
                                 lower(strip_accents(rtrim(local_job_id))), end_time
                    ORDER BY message_id DESC, machine_name DESC, site DESC, local_job_id DESC) AS nth
      FROM store.jobs
      WHERE {times}
        AND hash(lower(strip_accents(rtrim(site))), lower(strip_accents(rtrim(local_job_id))),
                 end_time)
            IN (SELECT hash(lower(strip_accents(rtrim(site))),
                            lower(strip_accents(rtrim(local_job_id))), end_time) AS key
                FROM store.jobs
                WHERE {times}
                GROUP BY key
                HAVING count(*) > 1))
WHERE nth > 1
