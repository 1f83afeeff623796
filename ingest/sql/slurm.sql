WITH fields AS ({fields}),
-- What the texts mean.
typed AS (
    SELECT *, coalesce("JobIDRaw", "JobID") AS job_name, contains(job_name, '.') AS is_step,
           strlen("End") < 19 AS is_epoch,
           regexp_extract("State", '^[A-Z_]+') AS state_word,
           stage.slurm_time_of("Start") AS started, stage.slurm_time_of("End") AS ended,
           stage.slurm_time_of("Submit") AS submitted,
           stage.duration_of(coalesce("ElapsedRaw", "Elapsed")) AS wall_duration,
           stage.duration_of(coalesce("CPU", "TotalCPU", "CPUTimeRAW")) AS cpu_duration,
           stage.kilobytes_of("MaxRSS") AS memory_real,
           nullif(stage.kilobytes_of("MaxVMSize"), 0) AS memory_virtual,
           stage.integer_of(coalesce("NCPUS", "AllocCPUS")) AS processors,
           stage.integer_of(coalesce("NNodes", "AllocNodes")) AS node_count,
           stage.integer_of("ConsumedEnergyRaw") AS energy
    FROM fields),
timed AS (SELECT *, {timed} FROM typed),
-- In the hour that comes twice, and in the one that is left out, the reading that agrees with the
-- elapsed time; else the first.
chosen AS (
    SELECT *,
           CASE WHEN ended_first - started_first = to_seconds(wall_duration) THEN 0
                WHEN ended_again - started_first = to_seconds(wall_duration) THEN 1
                WHEN ended_first - started_again = to_seconds(wall_duration) THEN 2
                WHEN ended_again - started_again = to_seconds(wall_duration) THEN 3
                ELSE 0 END AS reading
    FROM timed)
SELECT line, text, job_name, "User" AS local_user_id, "Group" AS local_user_group, wall_duration,
       cpu_duration,
       CASE WHEN reading < 2 THEN started_first ELSE started_again END AS start_time,
       CASE WHEN reading % 2 = 0 THEN ended_first ELSE ended_again END AS end_time,
       'APEL-CREAM-SLURM' AS infrastructure, "Partition" AS queue, memory_real, memory_virtual,
       coalesce(processors, 0) AS processors, coalesce(node_count, 0) AS node_count,
       state_word AS state, CASE WHEN "JobIDRaw" <> "JobID" THEN "JobID" END AS job_label,
       nullif("JobName", '') AS user_job_name, submitted_first AS submit_time,
       stage.gpus_of("AllocTRES") AS gpu_count, stage.gpu_models_of("AllocTRES") AS gpu_model,
       energy,
       CASE WHEN cpu_duration IS NULL THEN NULL
            WHEN "CPU" IS NULL AND "TotalCPU" IS NOT NULL OR contains("CPU", ':') THEN 'TotalCPU'
            ELSE 'CPUTimeRAW' END AS cpu_source,
       "Cluster" AS cluster, "DBIndex" AS run_id, "Account" AS account,
       CASE WHEN width < {columns} THEN 'COL line ' || width
            WHEN "JobIDRaw" = 'JobIDRaw' OR "JobID" = 'JobID' THEN 'ignored header'
            WHEN job_name IS NULL THEN 'MAN JobID'
            WHEN is_step AND (started IS NULL OR ended IS NULL) THEN 'ignored not_ended'
            WHEN is_step THEN 'ignored step'
            WHEN NOT coalesce(stage.is_state(state_word), false)
            THEN stage.fault('STA', 'State', coalesce("State", ''))
            WHEN NOT stage.has_ended(state_word) THEN 'ignored not_ended'
            WHEN "Start" IS NULL OR "Start" IN ('Unknown', 'None') THEN 'ignored never_started'
            WHEN wall_duration = 0 AND (state_word IN ('BOOT_FAIL', 'REVOKED')
                                        OR "NodeList" = 'None assigned')
            THEN 'ignored never_started'
            WHEN "End" IS NULL OR "End" IN ('Unknown', 'None') THEN 'ignored not_ended'
            WHEN started IS NULL THEN stage.fault('TIM', 'Start', "Start")
            WHEN ended IS NULL THEN stage.fault('TIM', 'End', "End")
            WHEN wall_duration IS NULL
            THEN stage.fault('DUR', 'Elapsed', coalesce("ElapsedRaw", "Elapsed", ''))
            WHEN cpu_duration IS NULL AND coalesce("CPU", "TotalCPU", "CPUTimeRAW") IS NOT NULL
            THEN stage.fault('DUR', 'CPU', coalesce("CPU", "TotalCPU", "CPUTimeRAW"))
            WHEN processors IS NULL AND coalesce("NCPUS", "AllocCPUS") IS NOT NULL
            THEN stage.fault('INT', 'NCPUS', coalesce("NCPUS", "AllocCPUS"))
            WHEN node_count IS NULL AND coalesce("NNodes", "AllocNodes") IS NOT NULL
            THEN stage.fault('INT', 'NNodes', coalesce("NNodes", "AllocNodes"))
            WHEN memory_real IS NULL AND "MaxRSS" IS NOT NULL
            THEN stage.fault('MEM', 'MaxRSS', "MaxRSS")
            WHEN "MaxVMSize" IS NOT NULL AND stage.kilobytes_of("MaxVMSize") IS NULL
            THEN stage.fault('MEM', 'MaxVMSize', "MaxVMSize")
       END AS outcome
FROM chosen
