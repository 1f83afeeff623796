-- What steps know of their jobs: the largest memory, and the CPU time where the job's own row has
-- none. A requeued job's steps belong to the run in whose time they ran.
UPDATE stage.slurm_lines AS job
SET memory_real = greatest(job.memory_real, steps.memory_real),
    memory_virtual = greatest(job.memory_virtual, steps.memory_virtual),
    energy = stage.or_of_steps(job.energy, steps.energy),
    cpu_source = CASE WHEN coalesce(job.cpu_duration, 0) = 0 AND steps.cpu_duration > 0
                      THEN 'steps' ELSE job.cpu_source END,
    cpu_duration = stage.or_of_steps(job.cpu_duration, steps.cpu_duration)
FROM (SELECT job.message, job.record, max(step.memory_real) AS memory_real,
             max(step.memory_virtual) AS memory_virtual, max(step.energy) AS energy,
             stage.cpu_of_steps(step.cpu_duration, step.job_name) AS cpu_duration
      FROM (SELECT * FROM stage.slurm_lines JOIN stage.pieces USING (message)
            WHERE outcome IS NULL) AS job
      JOIN (SELECT *, split_part(job_name, '.', 1) AS job
            FROM stage.slurm_lines JOIN stage.pieces USING (message)
            WHERE outcome = 'ignored step') AS step
        ON step.job = job.job_name AND step.site = job.site
       AND step.machine_name = job.machine_name
       AND step.start_time <= job.end_time AND step.end_time >= job.start_time
      WHERE step.cluster IS NOT DISTINCT FROM job.cluster
      GROUP BY job.message, job.record) AS steps
WHERE job.message = steps.message AND job.record = steps.record
