-- Ads: the number of the first line, what is wrong with the ad if anything, its attributes.
WITH split AS (SELECT text, string_split(text, chr(31)) AS f FROM lines),
said AS (SELECT text, f[1]::BIGINT AS line, f[2] AS wrong, {values} FROM split WHERE text <> ''),
typed AS (
    SELECT *, stage.whole_of("RemoteWallClockTime") AS wall_duration,
           stage.epoch_of("JobStartDate") AS start_time,
           coalesce(stage.epoch_of("CompletionDate"), stage.epoch_of("EnteredCurrentStatus"))
               AS end_time,
           coalesce(stage.count_of("CpusProvisioned"), stage.count_of("RequestCpus"),
                    stage.count_of("MachineAttrCpus0"), 0) AS processors,
           coalesce(TRY_CAST("CumulativeSlotTime" AS DOUBLE),
                    wall_duration::DOUBLE * greatest(processors, 1)) AS slot_time,
           "CumulativeRemoteUserCpu" IS NOT NULL OR "CumulativeRemoteSysCpu" IS NOT NULL
               AS is_cumulative,
           CASE WHEN is_cumulative THEN "CumulativeRemoteUserCpu" ELSE "RemoteUserCpu" END
               AS user_cpu,
           CASE WHEN is_cumulative THEN "CumulativeRemoteSysCpu" ELSE "RemoteSysCpu" END
               AS system_cpu,
           stage.condor_cpu(coalesce(user_cpu, '0'), slot_time) AS user_s,
           stage.condor_cpu(coalesce(system_cpu, '0'), slot_time) AS system_s,
           stage.integer_of("JobUniverse") AS universe, stage.integer_of("JobStatus") AS status
    FROM said)
SELECT line, text, "GlobalJobId" AS job_name, "Owner" AS local_user_id, wall_duration,
       CASE WHEN user_cpu IS NOT NULL OR system_cpu IS NOT NULL
            THEN TRY_CAST(trunc(user_s + system_s) AS BIGINT) END AS cpu_duration,
       start_time, end_time,
       coalesce(stage.whole_of("ResidentSetSize_RAW"), stage.whole_of("ResidentSetSize"),
                TRY_CAST(trunc(TRY_CAST("MemoryUsage" AS DOUBLE) * 1024) AS BIGINT)) AS memory_real,
       coalesce(stage.whole_of("ImageSize_RAW"), stage.whole_of("ImageSize")) AS memory_virtual,
       processors,
       CASE status WHEN 3 THEN 'removed' WHEN 4 THEN 'completed' END AS state,
       coalesce("ClusterId" || '.' || "ProcId", stage.condor_job(job_name)) AS job_label,
       coalesce(stage.epoch_of("QDate"), stage.condor_submit(job_name)) AS submit_time,
       coalesce(TRY_CAST("GPUsProvisioned" AS DECIMAL(10, 3)),
                TRY_CAST("RequestGPUs" AS DECIMAL(10, 3))) AS gpu_count,
       "GPUs_DeviceName" AS gpu_model,
       CASE WHEN cpu_duration IS NOT NULL
            THEN CASE WHEN is_cumulative THEN 'CumulativeRemoteUserCpu+CumulativeRemoteSysCpu'
                      ELSE 'RemoteUserCpu+RemoteSysCpu' END END AS cpu_source,
       CASE WHEN TRY_CAST("MachineAttrApelScaling0" AS DOUBLE) > 0
            THEN TRY_CAST("MachineAttrApelScaling0" AS DOUBLE) END AS scale_factor,
       "MachineAttrApelSpecs0" AS host_specs, "AccountingGroup" AS account,
       coalesce("x509userproxysubject", "AuthTokenSubject", "orig_AuthTokenSubject")
           AS global_user_name,
       coalesce("x509UserProxyFirstFQAN",
                stage.first_group("AuthTokenGroups"), stage.first_group("orig_AuthTokenGroups"))
           AS fqan,
       "x509UserProxyVOName" AS vo,
       nullif(regexp_extract("GridJobId", '([^\s/]+)$', 1), '') AS join_id,
       stage.condor_batch_job("GridJobId") AS batch_job,
       coalesce("AuthTokenIssuer", "orig_AuthTokenIssuer") AS token_issuer,
       coalesce("AuthTokenSubject", "orig_AuthTokenSubject") AS token_subject,
       CASE WHEN wrong = 'broken' THEN 'SYN Name=value'
            WHEN wrong = 'unreadable' THEN 'UTF'
            WHEN "RoutedToJobId" IS NOT NULL THEN 'ignored routed'
            WHEN universe IN (7, 12) THEN 'ignored local_universe'
            WHEN status NOT IN (3, 4) THEN 'ignored not_ended'
            WHEN NOT stage.condor_counts("CompletionDate") THEN 'ignored removed'
            WHEN "GlobalJobId" IS NULL THEN 'MAN GlobalJobId'
            WHEN "JobStartDate" IS NULL OR "JobStartDate" = '0' OR wall_duration = 0
            THEN 'ignored never_started'
            WHEN "RemoteWallClockTime" IS NOT NULL AND wall_duration IS NULL
            THEN stage.fault('NUM', 'RemoteWallClockTime', "RemoteWallClockTime")
            WHEN NOT coalesce(start_time >= '2000-01-01', false)
            THEN stage.fault('RNG', 'JobStartDate', "JobStartDate")
            WHEN NOT coalesce(end_time >= '2000-01-01', false)
            THEN stage.fault('RNG', 'CompletionDate',
                             coalesce("CompletionDate", "EnteredCurrentStatus", ''))
            WHEN user_s IS NULL OR system_s IS NULL
            THEN stage.fault('NUM', 'RemoteUserCpu',
                             coalesce(user_cpu, '') || '+' || coalesce(system_cpu, ''))
       END AS outcome
FROM typed
