"""Every option of APEL's parser.cfg and client.cfg and of SSM's sender.cfg, and its place here.

`appliance.apel.taking` takes what has a kind over as it is, and the rest by rules of their own;
docs/from-apel.md is made from this table. Source: APEL 2.5.0; SSM, sender.cfg.
"""

from dataclasses import dataclass
from enum import Enum, auto
from typing import Any


class Kind(Enum):
    """How a value is taken over as it is."""

    TEXT = auto()
    BOOLEAN = auto()
    NAMES = auto()
    """Separated by commas."""


@dataclass(frozen=True, slots=True)
class Option:
    """One option, or (with a `*`) several."""

    file: str
    """`parser`, `client` or `sender`."""
    name: str
    """Its section and key, `batch.dir`."""
    doc: str
    """What becomes of it, or why it is not needed."""
    places: tuple[str, ...] = ()
    """The keys of acct.toml that say it; none: it has no place here."""
    kind: Kind | None = None
    """None: other options decide with it."""


def _of(file: str, *options: tuple[Any, ...]) -> tuple[Option, ...]:
    return tuple(Option(file, *option) for option in options)


_DATABASE = "not needed: the store is one file in the data directory"
_LOG = "not needed: the service logs to standard error, for systemd's journal; [service] log"
_PATTERN = "with dir and subdirs the file pattern; a regular expression that none says is told"
_LOGS_PATH = ("logs.path",)

PARSER = _of(
    "parser",
    ("db.*", _DATABASE),
    ("site_info.site_name", "as it is", ("site.name",), Kind.TEXT),
    ("site_info.lrms_server", "as it is", ("site.machine_name",), Kind.TEXT),
    ("blah.enabled", "whether there is a [[logs]] of format blah", ("logs.format",)),
    ("blah.dir", "with the prefix the file pattern", _LOGS_PATH),
    ("blah.filename_prefix", _PATTERN, _LOGS_PATH),
    ("blah.filename_pattern", _PATTERN, _LOGS_PATH),
    ("blah.subdirs", "`**` in the file pattern", _LOGS_PATH),
    ("blah.reparse", "not needed: a line is taken once, a corrected one replaces it"),
    ("batch.enabled", "whether there is a [[logs]] of the batch system", ("logs.format",)),
    ("batch.type", "in small letters", ("logs.format",)),
    ("batch.reparse", "not needed: a line is taken once, a corrected one replaces it"),
    ("batch.parallel", "as it is; Slurm and HTCondor always say their cores", ("logs.parallel",)),
    ("batch.dir", "with the prefix the file pattern", _LOGS_PATH),
    ("batch.filename_prefix", _PATTERN, _LOGS_PATH),
    ("batch.filename_pattern", _PATTERN, _LOGS_PATH),
    ("batch.subdirs", "`**` in the file pattern", _LOGS_PATH),
    (
        "batch.scale_host_factor",
        "`lsf` among the formats; factors multiply the benchmark, durations stay as measured",
        ("join.scale",),
    ),
    ("batch.ge_ms_timestamps", "not needed: milliseconds are recognised by their size"),
    ("logging.*", _LOG),
)

CLIENT = _of(
    "client",
    ("db.*", _DATABASE),
    ("spec_updater.enabled", "not needed: benchmarks are kept by acct benchmark"),
    ("spec_updater.site_name", "as it is, if parser.cfg says none", ("site.name",), Kind.TEXT),
    ("spec_updater.ldap_host", "not needed: acct benchmark import reads LDIF saved from a BDII"),
    ("spec_updater.ldap_port", "not needed: as ldap_host"),
    (
        "spec_updater.lrms_server",
        "as it is, if parser.cfg says none",
        ("site.machine_name",),
        Kind.TEXT,
    ),
    ("spec_updater.spec_type", "set at once: acct benchmark of the batch host", ("(benchmarks)",)),
    ("spec_updater.spec_value", "the same", ("(benchmarks)",)),
    (
        "spec_updater.manual_spec*",
        "set at once: acct benchmark of the submit host",
        ("(benchmarks)",),
    ),
    ("joiner.enabled", "not needed: events and gatekeeper records are joined as they come"),
    (
        "joiner.local_jobs",
        "as it is",
        ("join.local_jobs", "publish.local_jobs"),
        Kind.BOOLEAN,
    ),
    ("unloader.enabled", "false: nothing is published", ("publish.datasets",)),
    ("unloader.dir_location", "with `outgoing` below it", ("publish.path", "publish.layout")),
    (
        "unloader.send_summaries",
        "true: super_summaries, false: jobs",
        ("publish.datasets",),
    ),
    ("unloader.dict_benchmark_type", "true: v0.4", ("publish.style",)),
    ("unloader.withhold_dns", "as it is", ("publish.withhold_dns",), Kind.BOOLEAN),
    ("unloader.include_vos", "as they are", ("publish.include_vos",), Kind.NAMES),
    ("unloader.exclude_vos", "as they are", ("publish.exclude_vos",), Kind.NAMES),
    ("unloader.interval", "latest or all; gap is for once", ("publish.interval",)),
    ("unloader.gap_start", "not needed: acct publish --interval gap --from … --to …"),
    ("unloader.gap_end", "not needed: as gap_start; --to is the day after"),
    ("unloader.send_ur", "true: ur", ("publish.style",)),
    ("ssm.enabled", "false: nothing is sent, only written", ("publish.via",)),
    ("logging.*", _LOG),
)

SENDER = _of(
    "sender",
    ("sender.protocol", "AMS: ams; STOMP is not spoken: queue", ("publish.via",)),
    ("broker.host", "of AMS", ("publish.ams.host",)),
    ("broker.port", "not needed: AMS has its own"),
    ("broker.use_ssl", "not needed: AMS is never without"),
    ("broker.bdii", "not needed: brokers are no longer found so"),
    ("broker.network", "not needed: as bdii"),
    ("certificates.certificate", "as it is", ("trust.certificate",), Kind.TEXT),
    ("certificates.key", "as it is", ("trust.key",), Kind.TEXT),
    ("certificates.capath", "as it is", ("trust.ca_path",), Kind.TEXT),
    ("certificates.server_cert", "as it is", ("publish.encrypt_to",), Kind.TEXT),
    ("certificates.verify_server_cert", "not needed: it is the operator who names it"),
    ("messaging.ams_project", "of AMS", ("publish.ams.project",)),
    ("messaging.destination", "of AMS", ("publish.ams.topic",)),
    ("messaging.token", "no place: put it into a file and name that", ("publish.ams.token_file",)),
    ("messaging.path", "if client.cfg says none", ("publish.path",)),
    ("messaging.path_type", "dirq: simple; directory", ("publish.layout",)),
    ("logging.*", _LOG),
    ("daemon.*", "not needed: the service sends by itself"),
)

OPTIONS = PARSER + CLIENT + SENDER
