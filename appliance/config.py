"""What `acct.toml` may say: every section and key with its default and its explanation.

The loader (`appliance.configfile`), the file that `acct init` writes and the manual are derived
from these declarations.
"""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal

from appliance.remotes import Mqtt, PublishAms, PublishMqtt, setting

PublishedName = Literal[
    "jobs", "summaries", "super_summaries", "normalised_summaries", "normalised_super_summaries",
    "sync_records", "cloud_records", "cloud_summaries", "storage_records",
]  # fmt: skip
"""Datasets that have a form on the wire."""


@dataclass(frozen=True, slots=True)
class Site:
    """Who we are."""

    name: str = setting("", "The site's name in GOCDB: for logs that do not say it.")
    machine_name: str = setting("", "The batch host: for logs that do not say it.")


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A certificate and its key."""

    certificate: Path = setting(Path("hostcert.pem"), "A PEM file.")
    key: Path = setting(Path("hostkey.pem"), "A PEM file, not encrypted.")


@dataclass(frozen=True, slots=True)
class Trust:
    """Whom we believe."""

    ca_path: Path = setting(
        Path("/etc/grid-security/certificates"),
        "CA certificates and CRLs: a directory (any file names) or one PEM bundle.",
    )
    crls: Literal["off", "if-present", "require"] = setting(
        "if-present", "Revocation lists: off, if-present (refuse when one is stale), require."
    )
    allowed_dns: Path = setting(
        Path("dns"), "Who may send: a file, one DN a line, slash-separated, # for comments."
    )
    banned_dns: Path | None = setting(
        None, "Who may not, whatever allowed_dns says: the same form."
    )
    certificate: Path | None = setting(
        None, "Our certificate: opens what is encrypted to us, signs what we send."
    )
    key: Path | None = setting(None, "Its key, PEM, not encrypted.")
    previous: list[KeyPair] = setting(
        [], "Earlier certificates and keys, for messages encrypted before a renewal."
    )
    legacy_algorithms: bool = setting(
        False, "Also accept SHA-1, short RSA keys and 3DES, which old senders use."
    )


@dataclass(frozen=True, slots=True)
class Spool:
    """A directory in which other programs leave messages."""

    path: Path = setting(Path("spool/incoming"), "Where the messages appear.")
    layout: Literal["directory", "dirq", "simple"] = setting(
        "directory",
        "directory (plain files), dirq (an SSM incoming queue: body, signer, empaid) "
        "or simple (dirq QueueSimple).",
    )
    require_signature: bool = setting(False, "Refuse what is not signed by an allowed DN.")
    accepted: Path | None = setting(
        None, "Move accepted messages to this directory instead of removing them."
    )


@dataclass(frozen=True, slots=True)
class Logs:
    """Batch logs to follow."""

    format: Literal["pbs", "slurm", "sge", "lsf", "htcondor", "blah"] = setting(
        "slurm", "What wrote them."
    )
    path: str = setting(
        "",
        "A file pattern: * and ? within a name, ** for any depth. Dot files and lock files are "
        "left out; rotated and compressed files may match, too: nothing is read twice.",
    )
    site: str = setting("", "Whose they are; empty: site.name.")
    machine_name: str = setting("", "The batch host; empty: site.machine_name.")
    parallel: bool = setting(True, "Record processors and nodes of parallel jobs.")
    timezone: str = setting("UTC", "Of times that carry none, such as Europe/London.")
    as_apel: list[Literal["memory_units", "star_n", "states", "steps"]] = setting(
        [], "Faults of APEL 2.5.0 to be repeated, to compare with it: see the README."
    )


@dataclass(frozen=True, slots=True)
class Collect:
    """Batch systems to ask for their finished jobs, by their own programs."""

    format: Literal["slurm", "htcondor"] = setting(
        "slurm", "Which: slurm is asked by sacct, htcondor by condor_history."
    )
    program: str = setting(
        "", "The program, if it is not the one of that name on the PATH. It is run without a shell."
    )
    cluster: str = setting(
        "", "Of Slurm: cluster names, parted by commas, or all; of HTCondor: a schedd. "
        "Empty: the program's own default."
    )  # fmt: skip
    site: str = setting("", "Whose jobs they are; empty: site.name.")
    machine_name: str = setting("", "The batch host; empty: site.machine_name.")
    from_: datetime | None = setting(
        None, "Where to begin the first time, UTC. Slurm wants it; HTCondor tells all that it has."
    )
    every_s: float = setting(900.0, "How often it is asked.")
    overlap_s: float = setting(
        3600.0, "So much is asked for again: its database may lag behind. Nothing counts twice."
    )
    window_h: float = setting(24.0, "Of Slurm: at most so long a time is asked for at once.")
    timeout_s: float = setting(3600.0, "A program that takes longer is ended, and tried again.")


@dataclass(frozen=True, slots=True)
class JoinHost:
    """Which batch host a gatekeeper submits to: job ids of another are not its jobs'."""

    ce: str = setting("", "The gatekeeper as its log names it; * and ? stand for any text.")
    machine_name: str = setting("", "The batch host. A gatekeeper may have several entries.")


@dataclass(frozen=True, slots=True)
class JoinMap:
    """Whose jobs those of an account or token are, where nothing else says it; the first counts."""

    user: str = setting("", "The account; * and ? stand for any text; empty: any.")
    group: str = setting("", "Its group, likewise.")
    token_issuer: str = setting(
        "",
        "Who issued the token that the job came with, likewise; HTCondor's ads say it.",
    )
    token_subject: str = setting("", "Whom the token names, likewise.")
    vo: str = setting("", "The virtual organisation.")
    vo_group: str = setting("", "The group within the VO.")
    vo_role: str = setting("", "The role within the group, Role=production.")
    from_: datetime | None = setting(None, "For jobs that ended at or after this day or time, UTC.")
    until: datetime | None = setting(None, "For jobs that ended before this.")


@dataclass(frozen=True, slots=True)
class JoinFactor:
    """How fast a host is, where its log says which it was (sge): the first entry counts."""

    host: str = setting("", "The execution host as the log names it; * and ? stand for any text.")
    wall: float = setting(1.0, "The factor for the wall time, wallmult.")
    cpu: float = setting(1.0, "The factor for the CPU time, cputmult.")
    from_: datetime | None = setting(None, "For jobs that ended at or after this day or time, UTC.")
    until: datetime | None = setting(None, "For jobs that ended before this.")


@dataclass(frozen=True, slots=True)
class Join:
    """How batch events become jobs."""

    local_jobs: bool = setting(False, "Also account for jobs that came through no gatekeeper.")
    window_days: int = setting(
        28, "A job belongs to a gatekeeper's line if it ended before so long after it."
    )
    early_days: int = setting(1, "It may have ended so long before: some gatekeepers log the end.")
    batch_host_benchmark: bool = setting(
        False, "Where a gatekeeper has no benchmark, take that of the batch host."
    )
    scale: list[str] = setting(
        ["htcondor"], "Formats of logs whose factors for the speed of hosts count: htcondor, lsf."
    )
    scale_by: Literal["level", "durations"] = setting(
        "level", "What such a factor multiplies: the job's service level, or its wall and CPU time."
    )
    qhost: Path | None = setting(
        None,
        "Factors of Grid Engine's hosts, after those of [[join.factor]]: the saved output of "
        "qhost -F wallmult,cputmult -xml. It is read when the program starts.",
    )
    as_apel: list[Literal["case_folding"]] = setting(
        [], "Likewise: case_folding (ids of jobs that differ in case alone are the same)."
    )
    host: list[JoinHost] = field(default_factory=list)
    map: list[JoinMap] = field(default_factory=list)
    factor: list[JoinFactor] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Publish:
    """Messages for a parent repository."""

    path: Path = setting(Path("spool/outgoing"), "Where a sender picks them up.")
    layout: Literal["directory", "dirq", "simple"] = setting("simple", "The outgoing queue's form.")
    datasets: list[PublishedName] = setting(
        [], "What the service publishes by itself: jobs, super_summaries, … Nothing unless named."
    )
    every_h: float = setting(24.0, "How often it does.")
    interval: Literal["latest", "all"] = setting(
        "latest", "latest (what was loaded or summarised since the last time) or all."
    )
    style: Literal["", "v0.3", "v0.4", "ur"] = setting(
        "", "v0.3, v0.4 (benchmarks as arrays) or ur (XML); empty: v0.3, ur for storage."
    )
    local_jobs: bool = setting(False, "Also what did not come through the grid.")
    include_vos: list[str] = setting([], 'Only these VOs; [""] is the empty VO. Beats exclude_vos.')
    exclude_vos: list[str] = setting([], "Not these VOs. Neither is for cloud or storage.")
    withhold_dns: bool = setting(False, "Say no users' names: of jobs and cloud_records.")
    decimal_cpu_count: bool = setting(False, "Fractions of cores in cloud_records.")
    infrastructure_description: bool = setting(False, "Say in summaries what made the records.")
    records_per_message: int = setting(1000, "1 to 5000.")
    sync: bool = setting(
        True, "With jobs and super_summaries, say how many jobs their months have."
    )
    via: Literal["queue", "mqtt", "ams"] = setting(
        "queue", "Who sends them: queue (an SSM sender does), or we do, by mqtt or ams."
    )
    sign: bool = setting(True, "Sign what we send, with certificate and key of [trust].")
    encrypt_to: Path | None = setting(
        None, "The certificate of the receiver, PEM: encrypt what we send to it."
    )
    cipher: Literal["aes128", "aes256"] = setting("aes128", "With which encryption; CBC.")
    mqtt: PublishMqtt = field(default_factory=PublishMqtt)
    ams: PublishAms = field(default_factory=PublishAms)


@dataclass(frozen=True, slots=True)
class Service:
    """The process itself."""

    log: Literal["plain", "json"] = setting("plain", "The form of log lines on standard error.")
    rescan_s: float = setting(10.0, "How often spools and logs are listed, watched or not.")
    batch_messages: int = setting(1000, "At most so many messages in one transaction.")
    max_message_bytes: int = setting(16 * 1024 * 1024, "Larger messages are refused.")
    memory_limit: str = setting("512MB", "For the database; it spills to disk beyond that.")
    query_timeout_s: float = setting(60.0, "A query that takes longer is stopped.")


@dataclass(frozen=True, slots=True)
class Config:
    """All of `acct.toml`, with paths made absolute."""

    data: Path
    file: Path | None = None
    """The file it was read from; None: only defaults and the environment."""
    site: Site = field(default_factory=Site)
    trust: Trust = field(default_factory=Trust)
    spool: list[Spool] = field(default_factory=list)
    mqtt: Mqtt = field(default_factory=Mqtt)
    logs: list[Logs] = field(default_factory=list)
    collect: list[Collect] = field(default_factory=list)
    join: Join = field(default_factory=Join)
    publish: Publish = field(default_factory=Publish)
    service: Service = field(default_factory=Service)

    @property
    def store(self) -> Path:
        """The one database file."""
        return self.data / "acct.duckdb"

    @property
    def socket(self) -> Path:
        """The door."""
        return self.data / "acct.sock"

    @property
    def work(self) -> Path:
        """Files of our own that the database may read and write; emptied at every start."""
        return self.data / "work"
