-- Rows of a parallel job's tasks, written where accounting_summary is off: their CPU time is not in
-- the master's. Of equal ones the latest line holds; `more` is what it adds to what is held of it.
CREATE OR REPLACE TABLE stage.sge_tasks AS
SELECT task.*, task.cpu_duration - coalesce(held.cpu_duration, 0) AS more
FROM (SELECT DISTINCT ON (site, machine_name, job_name, job_label, start_time, end_time)
             site, machine_name, job_name, job_label AS task, start_time, end_time,
             least(greatest(cpu_duration, 0), 1000000000000) AS cpu_duration,
             message AS message_id, record AS line
      FROM stage.sge_lines JOIN stage.pieces USING (message)
      WHERE outcome = 'ignored step'
      ORDER BY message DESC, record DESC) AS task
LEFT JOIN store.log_tasks AS held USING (site, machine_name, job_name, task, start_time, end_time)
WHERE held.message_id IS NULL
   OR (task.message_id, task.line) > (held.message_id, held.line);
-- To the masters of this batch what is held of their tasks and what is new. A job that ran twice has
-- two rows: a task belongs to the run in whose time it ran.
UPDATE stage.sge_lines AS job
SET cpu_duration = job.cpu_duration + tasks.cpu_duration, cpu_source = 'cpu, tasks'
FROM (SELECT job.message, job.record, sum(task.cpu_duration)::BIGINT AS cpu_duration
      FROM (SELECT * FROM stage.sge_lines JOIN stage.pieces USING (message)
            WHERE outcome IS NULL) AS job
      JOIN (SELECT site, machine_name, job_name, start_time, end_time, more AS cpu_duration
            FROM stage.sge_tasks
            UNION ALL
            SELECT site, machine_name, job_name, start_time, end_time, cpu_duration
            FROM store.log_tasks) AS task
        ON task.job_name = job.job_name AND task.site = job.site
       AND task.machine_name = job.machine_name
       AND task.start_time <= job.end_time AND task.end_time >= job.start_time
      GROUP BY job.message, job.record) AS tasks
WHERE job.message = tasks.message AND job.record = tasks.record
