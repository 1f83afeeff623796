"""The event record: what a batch log says of one job's end. Source: APEL 2.5.0, EventRecords.

Durations have 64 bits and texts any length: what a log says is never cut.
"""

from appliance.records.declare import INT64, LEAST64, Field, Kind, Log, RecordType, Rule

_AS_IT_IS = "uncompressed"
"""Of numbers that many logs do not say. To find out how to compress a million takes 0.03 s, if they
are all null as well, and spares 5 MB at most; all of one value take no room anyway."""


def _text(wire: str, doc: str, *, mandatory: bool = False) -> Field:
    return Field(wire, Kind.TEXT, doc, mandatory=mandatory, limit=INT64, null="NULL")


def _number(wire: str, doc: str, *, unit: str = "", mandatory: bool = False) -> Field:
    return Field(wire, Kind.INTEGER, doc, mandatory=mandatory, low=LEAST64, high=INT64,
                 null="NULL", unit=unit, compression="" if mandatory else _AS_IT_IS)  # fmt: skip


def _time(wire: str, doc: str, *, mandatory: bool = False) -> Field:
    return Field(wire, Kind.TIME, doc, mandatory=mandatory, unit="UTC",
                 compression="" if mandatory else _AS_IT_IS)  # fmt: skip


def _log(name: str, columns: str) -> Log:
    return Log(name, tuple(columns.split()), f"APEL-CREAM-{name.upper()}")


_LOGS = (
    _log(
        "slurm",
        """
        job_name local_user_id local_user_group wall_duration cpu_duration
        start_time end_time queue memory_real memory_virtual processors node_count
        state job_label user_job_name submit_time gpu_count gpu_model energy
        cpu_source cluster run_id account""",
    ),
    _log(
        "sge",
        """
        job_name local_user_id local_user_group wall_duration cpu_duration
        start_time end_time queue execution_host memory_real memory_virtual
        processors state user_job_name submit_time gpu_count cpu_source account
        join_id job_label""",
    ),
    _log(
        "pbs",
        """
        job_name local_user_id wall_duration cpu_duration start_time end_time
        memory_real memory_virtual processors node_count local_user_group queue
        state user_job_name submit_time gpu_count cpu_source account""",
    ),
    _log(
        "lsf",
        """
        job_name local_user_id wall_duration cpu_duration start_time end_time
        memory_real memory_virtual processors node_count queue state user_job_name
        submit_time cpu_source scale_factor account join_id""",
    ),
    _log(
        "htcondor",
        """
        job_name local_user_id wall_duration cpu_duration start_time end_time
        memory_real memory_virtual processors state job_label submit_time gpu_count
        gpu_model cpu_source scale_factor host_specs account global_user_name fqan
        vo join_id batch_job token_issuer token_subject""",
    ),
)


EVENT = RecordType(
    name="event",
    dataset="events",
    doc="Ends of jobs, as batch logs tell them: one record a run.",
    fields=(
        _text("Site", "The site's name in GOCDB, from the configuration.", mandatory=True),
        Field(
            "JobName",
            doc="The batch system's id of the job.",
            mandatory=True,
            limit=INT64,
            null="NULL",
            compression="zstd",
        ),
        _text("LocalUserID", "The account that the job ran under."),
        _text("LocalUserGroup", "Its group."),
        _number("WallDuration", "Elapsed time, as the log says it.", unit="s", mandatory=True),
        _number("CpuDuration", "CPU time of all cores; null: not known.", unit="s"),
        _time("StartTime", "When it began to run.", mandatory=True),
        _time("EndTime", "When it ended.", mandatory=True),
        _text("Infrastructure", "Which kind of log said so."),
        _text("MachineName", "The batch host, from the configuration.", mandatory=True),
        _text("Queue", "The queue or partition."),
        _number("MemoryReal", "Largest resident memory.", unit="kB"),
        _number("MemoryVirtual", "Largest virtual memory.", unit="kB"),
        Field("Processors", Kind.INTEGER, "Cores; 0: not collected.", null="0"),
        Field("NodeCount", Kind.INTEGER, "Hosts; 0: not collected.", null="0"),
        _text("State", "How it ended, in the log's own words."),
        _text("JobLabel", "The id as people see it, such as `9050_1` of an array."),
        _text("UserJobName", "What the user called it."),
        _time("SubmitTime", "When it was submitted."),
        Field("GpuCount", Kind.DECIMAL, "GPUs.", compression=_AS_IT_IS),
        _text("GpuModel", "Their model."),
        _number("Energy", "Energy used.", unit="J"),
        _text("CpuSource", "What the CPU time was taken from: `TotalCPU`, `CPUTimeRAW`, …"),
        Field("ScaleFactor", Kind.FLOAT, "Speed of the host: durations are stored unscaled."),
        _text("HostSpecs", "Benchmarks of the host, where the log says them."),
        _text("ExecutionHost", "The host that it ran on, or its first, where the log says it."),
        _text("Cluster", "The cluster, where one log has several."),
        _text("RunId", "The batch system's own number of this run."),
        _text("Account", "The account or project that it was charged to."),
        _text("GlobalUserName", "The user's DN or token subject, where the log says it."),
        _text("FQAN", "VO, group and role, where the log says them."),
        _text("VO", "The virtual organisation, where the log says it."),
        _text("JoinId", "The id that a gatekeeper knows, where it is not job_name."),
        _text("BatchJob", "The batch system's id of the job that a CE's ad stands for."),
        _text("TokenIssuer", "Who issued the token that the job came with."),
        _text("TokenSubject", "Whom that token names."),
        _number("Line", "The line of its message that says this, from 1.", mandatory=True),
    ),
    key=("site", "machine_name", "job_name", "end_time"),
    forms=(),
    fqan="fqan",
    rules=(
        Rule("NEG", "WallDuration", "wall_duration < 0", "the wall time is negative"),
        Rule("NEG", "CpuDuration", "cpu_duration < 0", "the CPU time is negative"),
        Rule("ORD", "EndTime", "end_time < start_time", "the job ends before it starts"),
        Rule(
            "FUT",
            "EndTime",
            "end_time > now + INTERVAL 1 HOUR",
            "the job ends more than an hour in the future",
        ),
    ),
    provenance=("message_id",),
    logs=_LOGS,
)
