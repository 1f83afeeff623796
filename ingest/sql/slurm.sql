WITH fields AS ({fields}),
-- Of fields that say the same, the best that there is.
chosen AS (
    SELECT *, coalesce("JobIDRaw", "JobID") AS job_name, stage.state_of("State") AS state_word,
           coalesce("ElapsedRaw", "Elapsed") AS wall_text,
           coalesce("CPU", "TotalCPU", "CPUTimeRAW") AS cpu_text,
           coalesce("NCPUS", "AllocCPUS") AS cpus, coalesce("NNodes", "AllocNodes") AS nodes
    FROM fields),
-- What the texts mean.
typed AS (
    SELECT *, stage.is_step(job_name) AS is_step, strlen("End") < 19 AS is_epoch,
           stage.has_ended(state_word) AS has_ended,
           stage.slurm_time_of("Start") AS started, stage.slurm_time_of("End") AS ended,
           stage.slurm_time_of("Submit") AS submitted,
           stage.duration_of(wall_text) AS wall_duration, stage.duration_of(cpu_text) AS cpu_duration,
           stage.kilobytes_of("MaxRSS") AS memory_real,
           stage.kilobytes_of("MaxVMSize") AS memory_virtual,
           stage.integer_of(cpus) AS processors, stage.integer_of(nodes) AS node_count,
           stage.integer_of("ConsumedEnergyRaw") AS energy
    FROM chosen),
timed AS ({timed})
SELECT line, text, job_name, "User" AS local_user_id, "Group" AS local_user_group, wall_duration,
       cpu_duration,
       start_time, end_time, "Partition" AS queue, memory_real,
       nullif(memory_virtual, 0) AS memory_virtual, processors, node_count,
       state_word AS state, CASE WHEN "JobIDRaw" <> "JobID" THEN "JobID" END AS job_label,
       "JobName" AS user_job_name, submit_time,
       stage.gpus_of("AllocTRES") AS gpu_count, stage.gpu_models_of("AllocTRES") AS gpu_model,
       energy,
       CASE WHEN cpu_duration IS NULL THEN NULL
            WHEN cpu_text IS DISTINCT FROM "TotalCPU" AND NOT contains(cpu_text, ':')
            THEN 'CPUTimeRAW'
            WHEN cpu_duration = 0 AND wall_duration > 60 THEN 'TotalCPU, doubtful'
            ELSE 'TotalCPU' END AS cpu_source,
       "Cluster" AS cluster, "DBIndex" AS run_id, "Account" AS account,
       CASE WHEN has_ended AND NOT is_step AND wall_duration > 0 AND cpu_duration IS NOT NULL
             AND start_time IS NOT NULL AND end_time IS NOT NULL
             AND processors IS NOT NULL AND node_count IS NOT NULL
             AND ("MaxRSS" IS NULL OR memory_real IS NOT NULL) AND "MaxVMSize" IS NULL THEN NULL
            WHEN width < {columns} THEN 'COL line ' || width
            WHEN "JobIDRaw" = 'JobIDRaw' OR "JobID" = 'JobID' THEN 'ignored header'
            WHEN job_name IS NULL THEN 'MAN JobID'
            WHEN is_step AND (started IS NULL OR ended IS NULL) THEN 'ignored not_ended'
            WHEN is_step THEN 'ignored step'
            WHEN has_ended IS NULL THEN stage.fault('STA', 'State', coalesce("State", ''))
            WHEN NOT has_ended THEN 'ignored not_ended'
            WHEN coalesce("Start", 'None') IN ('Unknown', 'None') THEN 'ignored never_started'
            WHEN wall_duration = 0 AND (state_word IN ('BOOT_FAIL', 'REVOKED')
                                        OR {node_list} = 'None assigned')
            THEN 'ignored never_started'
            WHEN coalesce("End", 'None') IN ('Unknown', 'None') THEN 'ignored not_ended'
            WHEN started IS NULL THEN stage.fault('TIM', 'Start', "Start")
            WHEN ended IS NULL THEN stage.fault('TIM', 'End', "End")
            WHEN wall_duration IS NULL
            THEN stage.fault('DUR', 'Elapsed', coalesce(wall_text, ''))
            WHEN cpu_duration IS NULL AND cpu_text IS NOT NULL
            THEN stage.fault('DUR', 'CPU', cpu_text)
            WHEN processors IS NULL AND cpus IS NOT NULL THEN stage.fault('INT', 'NCPUS', cpus)
            WHEN node_count IS NULL AND nodes IS NOT NULL
            THEN stage.fault('INT', 'NNodes', nodes)
            WHEN memory_real IS NULL AND "MaxRSS" IS NOT NULL
            THEN stage.fault('MEM', 'MaxRSS', "MaxRSS")
            WHEN memory_virtual IS NULL AND "MaxVMSize" IS NOT NULL
            THEN stage.fault('MEM', 'MaxVMSize', "MaxVMSize")
       END AS outcome
FROM timed
