-- Rows of a parallel job's tasks, written where accounting_summary is off: their CPU time is not in
-- the master's. A job that ran twice has two rows: a task belongs to the run in whose time it ran.
UPDATE stage.sge_lines AS job
SET cpu_duration = job.cpu_duration + tasks.cpu_duration, cpu_source = 'cpu, tasks'
FROM (SELECT job.message, job.record, sum(least(task.cpu_duration, 1000000000000))::BIGINT AS cpu_duration
      FROM (SELECT * FROM stage.sge_lines JOIN stage.pieces USING (message)
            WHERE outcome IS NULL) AS job
      JOIN (SELECT DISTINCT ON (site, machine_name, job_name, job_label, start_time, end_time) *
            FROM stage.sge_lines JOIN stage.pieces USING (message)
            WHERE outcome = 'ignored step') AS task
        ON task.job_name = job.job_name AND task.site = job.site
       AND task.machine_name = job.machine_name
       AND task.start_time <= job.end_time AND task.end_time >= job.start_time
      GROUP BY job.message, job.record) AS tasks
WHERE job.message = tasks.message AND job.record = tasks.record
