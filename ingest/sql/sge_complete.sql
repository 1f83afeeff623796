-- Tasks are kept for masters that come later, or again.
MERGE INTO store.log_tasks AS held
USING (SELECT * EXCLUDE (more) FROM stage.sge_tasks) AS new
USING (site, machine_name, job_name, task, start_time, end_time)
WHEN MATCHED THEN UPDATE
WHEN NOT MATCHED THEN INSERT;
-- What they add to masters of earlier batches. One row a job: its line, to be joined again.
UPDATE store.events_sge AS job
SET cpu_duration = coalesce(job.cpu_duration, 0) + tasks.more, cpu_source = 'cpu, tasks'
FROM (SELECT job.site, job.machine_name, job.job_name, job.end_time, sum(task.more)::BIGINT AS more
      FROM stage.sge_tasks AS task
      JOIN store.events_sge AS job
        ON task.job_name = job.job_name AND task.site = job.site
       AND task.machine_name = job.machine_name
       AND task.start_time <= job.end_time AND task.end_time >= job.start_time
      WHERE NOT EXISTS (SELECT 1 FROM stage.sge_lines AS new JOIN stage.pieces AS p USING (message)
                        WHERE new.outcome IS NULL AND new.job_name = job.job_name
                          AND new.end_time = job.end_time AND p.site = job.site
                          AND p.machine_name = job.machine_name)
      GROUP BY job.site, job.machine_name, job.job_name, job.end_time) AS tasks
WHERE job.site = tasks.site AND job.machine_name = tasks.machine_name
  AND job.job_name = tasks.job_name AND job.end_time = tasks.end_time
RETURNING job.message_id, job.line
