-- Events of each format of logs in a table of its own, with no more columns than such logs give: to
-- write a column of nulls takes as long as one of numbers. A message's kind is the format. What many
-- logs do not say is not compressed: to find out how takes longer than to write it.
CREATE TABLE IF NOT EXISTS store.events (
    site VARCHAR, job_name VARCHAR, local_user_id VARCHAR, local_user_group VARCHAR,
    wall_duration BIGINT, cpu_duration BIGINT, start_time TIMESTAMP_S, end_time TIMESTAMP_S,
    infrastructure VARCHAR, machine_name VARCHAR, queue VARCHAR, memory_real BIGINT,
    memory_virtual BIGINT, processors BIGINT, node_count BIGINT, state VARCHAR, job_label VARCHAR,
    user_job_name VARCHAR, submit_time TIMESTAMP_S, gpu_count DECIMAL(10,3), gpu_model VARCHAR,
    energy BIGINT, cpu_source VARCHAR, scale_factor DOUBLE, host_specs VARCHAR,
    execution_host VARCHAR, cluster VARCHAR, run_id VARCHAR, account VARCHAR,
    global_user_name VARCHAR, fqan VARCHAR, vo VARCHAR, join_id VARCHAR, batch_job VARCHAR,
    token_issuer VARCHAR, token_subject VARCHAR, line BIGINT, message_id BIGINT
);

CREATE TABLE store.events_slurm (
    site VARCHAR, job_name VARCHAR USING COMPRESSION zstd, local_user_id VARCHAR,
    local_user_group VARCHAR, wall_duration BIGINT,
    cpu_duration BIGINT USING COMPRESSION uncompressed, start_time TIMESTAMP_S,
    end_time TIMESTAMP_S, machine_name VARCHAR, queue VARCHAR,
    memory_real BIGINT USING COMPRESSION uncompressed,
    memory_virtual BIGINT USING COMPRESSION uncompressed, processors BIGINT, node_count BIGINT,
    state VARCHAR, job_label VARCHAR, user_job_name VARCHAR,
    submit_time TIMESTAMP_S USING COMPRESSION uncompressed,
    gpu_count DECIMAL(10,3) USING COMPRESSION uncompressed, gpu_model VARCHAR,
    energy BIGINT USING COMPRESSION uncompressed, cpu_source VARCHAR, cluster VARCHAR,
    run_id VARCHAR, account VARCHAR, line BIGINT, message_id BIGINT NOT NULL
);
INSERT INTO store.events_slurm BY NAME
SELECT site, job_name, local_user_id, local_user_group, wall_duration, cpu_duration, start_time,
       end_time, machine_name, queue, memory_real, memory_virtual, processors, node_count, state,
       job_label, user_job_name, submit_time, gpu_count, gpu_model, energy, cpu_source, cluster,
       run_id, account, line, message_id
FROM store.events SEMI JOIN (FROM store.messages WHERE kind = 'slurm') USING (message_id);

CREATE TABLE store.events_sge (
    site VARCHAR, job_name VARCHAR USING COMPRESSION zstd, local_user_id VARCHAR,
    local_user_group VARCHAR, wall_duration BIGINT,
    cpu_duration BIGINT USING COMPRESSION uncompressed, start_time TIMESTAMP_S,
    end_time TIMESTAMP_S, machine_name VARCHAR, queue VARCHAR,
    memory_real BIGINT USING COMPRESSION uncompressed,
    memory_virtual BIGINT USING COMPRESSION uncompressed, processors BIGINT, state VARCHAR,
    job_label VARCHAR, user_job_name VARCHAR,
    submit_time TIMESTAMP_S USING COMPRESSION uncompressed,
    gpu_count DECIMAL(10,3) USING COMPRESSION uncompressed, cpu_source VARCHAR,
    execution_host VARCHAR, account VARCHAR, join_id VARCHAR, line BIGINT,
    message_id BIGINT NOT NULL
);
INSERT INTO store.events_sge BY NAME
SELECT site, job_name, local_user_id, local_user_group, wall_duration, cpu_duration, start_time,
       end_time, machine_name, queue, memory_real, memory_virtual, processors, state, job_label,
       user_job_name, submit_time, gpu_count, cpu_source, execution_host, account, join_id, line,
       message_id
FROM store.events SEMI JOIN (FROM store.messages WHERE kind = 'sge') USING (message_id);

CREATE TABLE store.events_pbs (
    site VARCHAR, job_name VARCHAR USING COMPRESSION zstd, local_user_id VARCHAR,
    local_user_group VARCHAR, wall_duration BIGINT,
    cpu_duration BIGINT USING COMPRESSION uncompressed, start_time TIMESTAMP_S,
    end_time TIMESTAMP_S, machine_name VARCHAR, queue VARCHAR,
    memory_real BIGINT USING COMPRESSION uncompressed,
    memory_virtual BIGINT USING COMPRESSION uncompressed, processors BIGINT, node_count BIGINT,
    state VARCHAR, user_job_name VARCHAR, submit_time TIMESTAMP_S USING COMPRESSION uncompressed,
    gpu_count DECIMAL(10,3) USING COMPRESSION uncompressed, cpu_source VARCHAR, account VARCHAR,
    line BIGINT, message_id BIGINT NOT NULL
);
INSERT INTO store.events_pbs BY NAME
SELECT site, job_name, local_user_id, local_user_group, wall_duration, cpu_duration, start_time,
       end_time, machine_name, queue, memory_real, memory_virtual, processors, node_count, state,
       user_job_name, submit_time, gpu_count, cpu_source, account, line, message_id
FROM store.events SEMI JOIN (FROM store.messages WHERE kind = 'pbs') USING (message_id);

CREATE TABLE store.events_lsf (
    site VARCHAR, job_name VARCHAR USING COMPRESSION zstd, local_user_id VARCHAR,
    wall_duration BIGINT, cpu_duration BIGINT USING COMPRESSION uncompressed,
    start_time TIMESTAMP_S, end_time TIMESTAMP_S, machine_name VARCHAR, queue VARCHAR,
    memory_real BIGINT USING COMPRESSION uncompressed,
    memory_virtual BIGINT USING COMPRESSION uncompressed, processors BIGINT, node_count BIGINT,
    state VARCHAR, user_job_name VARCHAR, submit_time TIMESTAMP_S USING COMPRESSION uncompressed,
    cpu_source VARCHAR, scale_factor DOUBLE, account VARCHAR, join_id VARCHAR, line BIGINT,
    message_id BIGINT NOT NULL
);
INSERT INTO store.events_lsf BY NAME
SELECT site, job_name, local_user_id, wall_duration, cpu_duration, start_time, end_time,
       machine_name, queue, memory_real, memory_virtual, processors, node_count, state,
       user_job_name, submit_time, cpu_source, scale_factor, account, join_id, line, message_id
FROM store.events SEMI JOIN (FROM store.messages WHERE kind = 'lsf') USING (message_id);

CREATE TABLE store.events_htcondor (
    site VARCHAR, job_name VARCHAR USING COMPRESSION zstd, local_user_id VARCHAR,
    wall_duration BIGINT, cpu_duration BIGINT USING COMPRESSION uncompressed,
    start_time TIMESTAMP_S, end_time TIMESTAMP_S, machine_name VARCHAR,
    memory_real BIGINT USING COMPRESSION uncompressed,
    memory_virtual BIGINT USING COMPRESSION uncompressed, processors BIGINT, state VARCHAR,
    job_label VARCHAR, submit_time TIMESTAMP_S USING COMPRESSION uncompressed,
    gpu_count DECIMAL(10,3) USING COMPRESSION uncompressed, gpu_model VARCHAR, cpu_source VARCHAR,
    scale_factor DOUBLE, host_specs VARCHAR, account VARCHAR, global_user_name VARCHAR,
    fqan VARCHAR, vo VARCHAR, join_id VARCHAR, batch_job VARCHAR, token_issuer VARCHAR,
    token_subject VARCHAR, line BIGINT, message_id BIGINT NOT NULL
);
INSERT INTO store.events_htcondor BY NAME
SELECT site, job_name, local_user_id, wall_duration, cpu_duration, start_time, end_time,
       machine_name, memory_real, memory_virtual, processors, state, job_label, submit_time,
       gpu_count, gpu_model, cpu_source, scale_factor, host_specs, account, global_user_name,
       fqan, vo, join_id, batch_job, token_issuer, token_subject, line, message_id
FROM store.events SEMI JOIN (FROM store.messages WHERE kind = 'htcondor') USING (message_id);

DROP TABLE store.events;
