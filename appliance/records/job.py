"""The individual job record: what one job used. Source: APEL 2.5.0, job records v0.1 to v0.4."""

import re

from appliance.records.benchmarks import PREFERENCE
from appliance.records.declare import Field, Kind, RecordType, Rule, WireForm

_IGNORED = frozenset({"SubmitHostType", "UpdateTime"})
_HEADER = "APEL-individual-job-message"

JOB = RecordType(
    name="job",
    dataset="jobs",
    doc="Individual jobs, as sites send them or as batch logs give them.",
    fields=(
        Field("Site", doc="The site's name in GOCDB.", mandatory=True),
        Field("SubmitHost", doc="The gatekeeper and queue that took the job."),
        Field("MachineName", doc="The batch system's host."),
        Field("Queue", doc="The batch queue.", limit=100),
        Field("LocalJobId", doc="The batch system's number for the job.", mandatory=True),
        Field("LocalUserId", doc="The account that the job ran under."),
        Field("GlobalUserName", doc="The user's DN, or token subject."),
        Field("FQAN", doc="VO, group and role as the credential says them."),
        Field("VO", doc="The virtual organisation.", column="vo"),
        Field("VOGroup", doc="The group within the VO.", column="vo_group"),
        Field("VORole", doc="The role within the group.", column="vo_role"),
        Field("WallDuration", Kind.INTEGER, "Elapsed time.", mandatory=True, unit="s"),
        Field("CpuDuration", Kind.INTEGER, "CPU time of all cores.", mandatory=True, unit="s"),
        Field("Processors", Kind.INTEGER, "Cores; 0: not said.", null="0"),
        Field("NodeCount", Kind.INTEGER, "Hosts; 0: not said.", null="0"),
        Field("StartTime", Kind.TIME, "When it began to run.", mandatory=True, unit="UTC"),
        Field("EndTime", Kind.TIME, "When it ended.", mandatory=True, unit="UTC"),
        Field("InfrastructureDescription", doc="Which program made the record.", limit=100),
        Field("InfrastructureType", doc="`grid` or `local`, by custom.", limit=20),
        Field("MemoryReal", Kind.INTEGER, "Largest resident memory.", unit="kB"),
        Field("MemoryVirtual", Kind.INTEGER, "Largest virtual memory.", unit="kB"),
        Field(
            "ServiceLevelType",
            doc="The benchmark.",
            mandatory=True,
            missing="BEN",
            limit=50,
            benchmark=True,
            allowed=PREFERENCE,
        ),
        Field(
            "ServiceLevel",
            Kind.DECIMAL,
            "The benchmark's value.",
            mandatory=True,
            missing="BEN",
            unit="per core",
        ),
    ),
    # Two batch systems of one site number their jobs alike: the machine is part of the key.
    key=("site", "machine_name", "local_job_id", "end_time"),
    month="date_trunc('month', end_time)::DATE",
    forms=(
        WireForm(
            _HEADER,
            re.compile(r"v0\.4"),
            "v0.4",
            arrays=frozenset({"ServiceLevel"}),
            ignored=_IGNORED,
        ),
        WireForm(_HEADER, re.compile(r".*", re.DOTALL), "v0.3", ignored=_IGNORED),
    ),
    rules=(
        Rule("ORD", "EndTime", "end_time < start_time", "the job ends before it starts"),
        Rule(
            "FUT",
            "EndTime",
            "end_time > now + INTERVAL 2 DAY",
            "the job ends more than two days in the future",
        ),
    ),
    fqan="fqan",
    joined=True,
)
