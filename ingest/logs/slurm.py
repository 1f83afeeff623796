"""Slurm's accounting as `sacct` prints it: APEL's 15 columns, or any list of fields with a header.

Times carry no zone; steps (`4401.batch`) stand in rows of their own, and what only they know is
folded into their job. Sources: sacct 25.11; APEL 2.5.0, Slurm parser.
"""

from collections.abc import Collection, Sequence

from appliance.records.event import EVENT
from appliance.resources import text
from ingest.logs import zones
from ingest.logs.format import Boundary, Fault, LogFormat, Settings

_HOOK = """JobID JobName User Group Start End Elapsed CPU Partition NCPUS NNodes NodeList MaxRSS
MaxVMSize State""".split()  # noqa: SIM905 # as `sacct --format` has them
"""APEL's columns. The CPU time is CPUTimeRAW or TotalCPU: only the latter has a colon."""
POLL = """JobIDRaw JobID Cluster DBIndex Partition QOS Account Group User UID GID Submit Eligible
Start End ElapsedRaw UserCPU SystemCPU TotalCPU CPUTimeRAW NCPUS NNodes ReqMem MaxRSS AveRSS
AllocTRES TRESUsageInTot State ExitCode Restarts NodeList Comment AdminComment
JobName""".split()  # noqa: SIM905
"""The fields to ask sacct for, job names last: they may hold the separator."""
_USED = """JobIDRaw JobID Cluster DBIndex Partition Account Group User Submit Start End Elapsed
ElapsedRaw CPU TotalCPU CPUTimeRAW NCPUS AllocCPUS NNodes AllocNodes MaxRSS MaxVMSize AllocTRES
ConsumedEnergyRaw State JobName""".split()  # noqa: SIM905
"""Fields that become something."""
_MADE_OF = {"job_label": "JobIDRaw", "submit_time": "Submit", "gpu_count": "AllocTRES",
            "gpu_model": "AllocTRES", "cluster": "Cluster", "run_id": "DBIndex",
            "account": "Account"}  # fmt: skip
"""Columns that not every list of fields gives, and what they need. Steps tell of the others."""
_READINGS = ("started_first", "started_again", "ended_first", "ended_again", "submitted_first")
"""Of local times: no elapsed time tells which is right of a submission's."""
_MOST_STEPS = 100_000
"""Lines that a job's steps take at most, when a piece is cut."""


def _layout(head: Sequence[str]) -> str:
    """The columns: as a header says, else by how many there are."""
    for line in head:
        names = line.rstrip("\r\n|").split("|")
        if "JobID" in names or "JobIDRaw" in names:
            return "|".join(names)
    long = sum(line.count("|") >= len(POLL) - 1 for line in head)
    return "|".join(POLL if long * 2 > len(head) else _HOOK)


def _select(settings: Settings) -> str:
    columns = settings.layout.split("|") if settings.layout else _HOOK
    return (
        text("ingest", "sql/slurm.sql")
        .replace("{fields}", _fields(columns))
        .replace("{columns}", str(len(columns)))
        .replace("{node_list}", _field(columns, "NodeList"))
        .replace("{timed}", _timed(settings.timezone))
    )


def _given(layout: str) -> Collection[str]:
    fields = {*(layout.split("|") if layout else _HOOK), None}
    return [name for name in EVENT.given_by("slurm") if _MADE_OF.get(name) in fields]


def _timed(timezone: str) -> str:
    """Times as UTC; those since the epoch are so already.

    In the hour that comes twice, and in the one that is left out, the reading that agrees with the
    elapsed time; else the first.
    """
    if zones.utc("ended", timezone) == "ended":
        return (
            "SELECT *, started AS start_time, ended AS end_time, submitted AS submit_time "
            "FROM typed"
        )
    found = []
    for reading in _READINGS:
        name, which = reading.split("_")
        local = zones.utc(name, timezone, second=which == "again")
        found.append(f"CASE WHEN is_epoch THEN {name} ELSE {local} END AS {reading}")
    return text("ingest", "sql/slurm_times.sql").replace("{readings}", ", ".join(found))


def _fields(columns: Sequence[str]) -> str:
    """Every used field by name, as text; NULL where it is empty or not there."""
    found = ", ".join(f'{_field(columns, name)} AS "{name}"' for name in _USED)
    split = "SELECT line, text, string_split(text, '|') AS f FROM lines"
    shifted = f"SELECT *, {_shift(columns)} AS shift FROM ({split})"
    return f"SELECT line, text, len(f) AS width, f, shift, {found} FROM ({shifted})"


def _shift(columns: Sequence[str]) -> str:
    """How many separators a job name holds.

    A line with more columns than there are names has them in its job name, or more columns at its
    end: where its state stands tells.
    """
    if not _name_shifts(columns):
        return "0"
    count, state = len(columns), columns.index("State") + 1
    return (
        f"CASE WHEN len(f) <= {count} THEN 0 WHEN stage.is_state(f[{state}]) THEN 0 "
        f"ELSE len(f) - {count} END"
    )


def _name_shifts(columns: Sequence[str]) -> bool:
    return "State" in columns and "JobName" in columns[: columns.index("State")]


def _field(columns: Sequence[str], name: str) -> str:
    if name not in columns:
        return "NULL::VARCHAR"
    at = columns.index(name) + 1
    if name == "JobName" and (at == len(columns) or _name_shifts(columns)):
        last = "len(f)" if at == len(columns) else f"{at} + shift"
        joined = f"array_to_string(f[{at}:{last}], '|')"
        return f"CASE WHEN len(f) = {len(columns)} THEN nullif(f[{at}], '') ELSE {joined} END"
    moves = _name_shifts(columns) and at > columns.index("JobName") + 1
    return f"nullif(f[{at} + shift], '')" if moves else f"nullif(f[{at}], '')"


def _before_a_job(body: bytes) -> int:
    """Before the last job: its steps may still follow. In one piece, they are folded at once."""
    end = body.rfind(b"\n") + 1
    start = end
    for _ in range(_MOST_STEPS):
        if start <= 0:
            return 0
        start = body.rfind(b"\n", 0, start - 1) + 1
        if b"." not in body[start : body.find(b"|", start, end)]:
            return start
    return end


SLURM = LogFormat(
    name="slurm",
    kind=EVENT,
    columns=EVENT.given_by("slurm"),
    layout=_layout,
    select=_select,
    given=_given,
    boundary=lambda _: Boundary(_before_a_job),
    fold="slurm_fold",
    complete="slurm_complete",
    is_quick=True,
    faults=(
        Fault("memory_units", ("kilobytes_of",)),
        Fault("states", ("state_of", "has_ended")),
        Fault("steps", ("is_step",)),
    ),
)
