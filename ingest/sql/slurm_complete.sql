-- Steps whose job's row came in an earlier piece: what they know is added to the job as it is held.
-- One row a job: its line, to be joined again.
UPDATE store.events_slurm AS job
SET memory_real = greatest(job.memory_real, steps.memory_real),
    memory_virtual = greatest(job.memory_virtual, steps.memory_virtual),
    energy = stage.or_of_steps(job.energy, steps.energy),
    cpu_source = CASE WHEN coalesce(job.cpu_duration, 0) = 0 AND steps.cpu_duration > 0
                      THEN 'steps' ELSE job.cpu_source END,
    cpu_duration = stage.or_of_steps(job.cpu_duration, steps.cpu_duration)
FROM (SELECT job.site, job.machine_name, job.job_name, job.end_time,
             max(step.memory_real) AS memory_real, max(step.memory_virtual) AS memory_virtual,
             max(step.energy) AS energy,
             stage.cpu_of_steps(step.cpu_duration, step.job_name) AS cpu_duration
      FROM (SELECT *, split_part(job_name, '.', 1) AS job
            FROM stage.slurm_lines JOIN stage.pieces USING (message)
            WHERE outcome = 'ignored step') AS step
      JOIN store.events_slurm AS job
        ON step.job = job.job_name
       AND step.site = job.site AND step.machine_name = job.machine_name
       AND step.start_time <= job.end_time AND step.end_time >= job.start_time
      WHERE step.cluster IS NOT DISTINCT FROM job.cluster
        AND step.job NOT IN (SELECT job_name FROM stage.slurm_lines WHERE outcome IS NULL)
      GROUP BY job.site, job.machine_name, job.job_name, job.end_time) AS steps
WHERE job.site = steps.site AND job.machine_name = steps.machine_name
  AND job.job_name = steps.job_name AND job.end_time = steps.end_time
RETURNING job.message_id, job.line
