"""How batch systems are asked for finished jobs. Sources: sacct 25.11; condor_history 24."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from appliance.errors import UsageError
from ingest.logs.ads import records
from ingest.logs.collecting import Program
from ingest.logs.slurm import POLL

_DAY = timedelta(days=1)
_NAME = re.compile(r"[A-Za-z0-9_][\w.,:@+-]*", re.ASCII)
"""Of clusters and schedds: nothing that a program could take for an option of its own."""

_JOB = re.compile(rb"^(?=[^|.\n]*\|)", re.MULTILINE)
"""Where a job begins in what sacct prints: steps have a point in their id."""
_STATE = POLL.index("State")
_UNENDED = (b"PENDING", b"RUNNING", b"SUSPENDED", b"COMPLETING", b"CONFIGURING")


def sacct(path: str, cluster: str) -> Program:
    """All users' jobs and their steps, each run of a job, in UTC and plain bytes.

    `cluster`: names, parted by commas; `all`; empty: the default one.

    Raises:
        UsageError: That is no name.
    """
    _check(cluster)
    where = {"": [], "all": ["--allclusters"]}.get(cluster, [f"--clusters={cluster}"])

    def command(since: datetime | None, until: datetime) -> Sequence[str]:
        begun = [f"--starttime={since:%Y-%m-%dT%H:%M:%S}"] if since else []
        return [
            "--allusers", "--noheader", "--parsable2", "--duplicates", "--noconvert", *where,
            *begun, f"--endtime={until:%Y-%m-%dT%H:%M:%S}", f"--format={','.join(POLL)}",
        ]  # fmt: skip

    return Program(
        "slurm", path or "sacct", command, _jobs, "|".join(POLL),
        (("TZ", "UTC"), ("SLURM_TIME_FORMAT", "standard"), ("LC_ALL", "C.UTF-8")),
        ("SLURM_CONF", "SLURM_JWT"), _DAY, cluster,
    )  # fmt: skip


def condor_history(path: str, schedd: str) -> Program:
    """Jobs that left the queue, removed ones as well: those have no completion date.

    The history is read from its end, so that a window has no upper bound.

    Raises:
        UsageError: That is no name of a schedd.
    """
    _check(schedd)
    where = ["-name", schedd] if schedd else []

    def command(since: datetime | None, _: datetime) -> Sequence[str]:
        epoch = int(since.replace(tzinfo=UTC).timestamp()) if since else 0
        stop = ["-since", f"EnteredCurrentStatus < {epoch}"] if since else []
        return [*where, "-json", *stop]

    return Program(
        "htcondor", path or "condor_history", command, records, environment=(("TZ", "UTC"),),
        inherited=("CONDOR_CONFIG", "_CONDOR_*"), cluster=schedd,
    )  # fmt: skip


BY_FORMAT = {"slurm": sacct, "htcondor": condor_history}
"""Programs by the format of what they print: of a path and a cluster."""


def _check(name: str) -> None:
    if name and not _NAME.fullmatch(name):
        raise UsageError(f"{name!r} is no cluster or schedd", hint="its name, such as tier2")


def _jobs(body: bytes) -> Iterator[bytes]:
    """Jobs with their steps; those that run are told of again, in other words, once they end."""
    for job in _JOB.split(body):
        fields = job.split(b"|", _STATE + 1)
        if job and not (len(fields) > _STATE and fields[_STATE].startswith(_UNENDED)):
            yield job
