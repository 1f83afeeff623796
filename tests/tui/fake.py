"""A repository in memory: a few hundred jobs, the same in every run."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any, Literal, Self

from appliance.errors import AcctError
from appliance.publishing import Published, PublishRequest
from appliance.repository import (
    Benchmark,
    Delivery,
    Loaded,
    LogPiece,
    Question,
    Reach,
    Rebuilt,
    Sent,
    unheard,
)
from appliance.table import Table, Value

NOW = datetime(2026, 5, 17, 12, 34, 56, tzinfo=UTC)
SITES = ("UKI-NORTH-T2", "UKI-SOUTH-T2", "UKI-EAST-T1", "IE-DUBLIN-T3")
VOS = ("atlas", "cms", "lhcb", "dune", "biomed", "ops")
USERS = tuple(f"/C=UK/O=eScience/OU=Durham/L=eScience/CN=user {name}" for name in "ABCDEFGHIJKL")
SIGNERS = tuple(f"/C=UK/O=eScience/OU=Grid/L=Site {at}/CN=apel.site{at}.ac.uk" for at in range(4))
JOB = tuple(
    """site submit_host machine_name queue local_job_id local_user_id global_user_name fqan vo
    vo_group vo_role wall_duration cpu_duration processors node_count start_time end_time
    infrastructure_description infrastructure_type memory_real memory_virtual service_level_type
    service_level service_levels publisher_dn message_id update_time""".split()  # noqa: SIM905
)
MESSAGE = tuple(
    """message_id source source_name received_at signer kind records bytes sha256 state
    error""".split()  # noqa: SIM905
)
NAMES = {
    "user": "global_user_name",
    "benchmark": "service_level_type",
    "infrastructure": "infrastructure_type",
}
TEXT = "APEL-individual-job-message: v0.3\n" + "".join(
    f"Site: UKI-NORTH-T2\nLocalJobId: {at}\nWallDuration: {'1m' if at == 3 else 60 * at}\n%%\n"
    for at in range(1, 11)
)
REASON = "INT: record 3, line 12, WallDuration: '1m' is not an integer"


def die(at: int, sides: int, salt: int) -> int:
    """A die that falls the same way in every version of Python."""
    return pow(at + 2, 5 + salt, 65_537) * 31 % 65_537 % sides


def job(at: int) -> dict[str, Any]:
    """One job of the three months before NOW."""
    wall, cores = 600 + die(at, 65_000, 1), (1, 1, 8, 64)[die(at, 4, 2)]
    end = NOW.replace(tzinfo=None) - timedelta(minutes=2 * die(at, 55_000, 3))
    vo, site, user = VOS[die(at, 6, 4)], SITES[die(at, 4, 5)], USERS[die(at, 12, 6)]
    bench = {"UKI-SOUTH-T2": ("HEPSPEC", 10.5), "IE-DUBLIN-T3": (None, None)}
    kind, level = bench.get(site, ("HEPscore23", 12.25))
    cpu = wall * cores * (60 + die(at, 40, 7)) // 100
    values = (
        site, f"ce{at % 3}.{site.lower()}.ac.uk", f"batch.{site.lower()}.ac.uk", "grid",
        f"{100_000 + at}",
        f"{vo}{at % 9:03}", user, f"/{vo}/Role=production", vo, f"/{vo}",
        "Role=production", wall, cpu, cores, 1,
        end - timedelta(seconds=wall), end, "APEL-CREAM-SLURM", "grid", 2_000_000, 4_000_000,
        kind, level, "", SIGNERS[at % 4], at % 40 + 1, end,
    )  # fmt: skip
    return dict(zip(JOB, values, strict=True))


def message(at: int) -> dict[str, Any]:
    """One message; every thirteenth was refused, every eleventh had been here before."""
    state = "rejected" if at % 13 == 0 else "duplicate" if at % 11 == 0 else "accepted"
    received = NOW.replace(tzinfo=None) - timedelta(minutes=(40 - at) * 7, seconds=at)
    values = (
        at, "mqtt" if at % 3 else "spool", "acct/inbox/site" if at % 3 else "spool/incoming",
        received, SIGNERS[at % 4] if at % 5 else "", "JobRecord" if at % 2 else "Summary",
        0 if state == "rejected" else at * 25, at * 4321, f"{at:064x}", state,
        REASON if state == "rejected" else "",
    )  # fmt: skip
    return dict(zip(MESSAGE, values, strict=True))


class FakeRepository:
    """Answers as DESIGN and the protocol say; `error` makes every question fail."""

    def __init__(self, jobs: int = 400, messages: int = 40) -> None:
        self.job_rows = [job(at) for at in range(jobs)]
        self.message_rows = [message(at) for at in range(messages, 0, -1)]
        self.error: AcctError | None = None
        self.text = TEXT
        self.asked: list[tuple[str, Any]] = []
        """Every question, in order."""
        self.warnings: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None: ...

    def note(self, name: str, question: object) -> None:
        """Remember the question, or fail."""
        self.asked.append((name, question))
        if self.error:
            raise self.error

    def chosen(self, question: Question) -> list[dict[str, Any]]:
        """The jobs of a question."""
        return [
            row
            for row in self.job_rows
            if (not question.since or row["end_time"].date() >= question.since)
            and (not question.until or row["end_time"].date() < question.until)
            and all(str(dimension(row, name) or "") in allowed for name, allowed in question.where)
        ]

    def report(self, question: Question) -> Table:
        self.note("report", question)
        works = any(name.endswith("work") for name in question.metrics)
        by = question.by + (("benchmark",) if works and "benchmark" not in question.by else ())
        jobs = self.chosen(question)

        def group(row: dict[str, Any]) -> tuple[Any, ...]:
            return tuple(dimension(row, name) for name in by)

        jobs.sort(key=lambda row: tuple(map(str, group(row))))
        rows: list[tuple[Value, ...]] = [
            (*key, *metrics(list(found), question.metrics)) for key, found in groupby(jobs, group)
        ]
        benchmarks = {row["service_level_type"] for row in jobs}
        totals = metrics(jobs, question.metrics) if jobs else ()
        if len(benchmarks) > 1:
            named = zip(question.metrics, totals, strict=False)
            totals = tuple(None if name.endswith("work") else value for name, value in named)
        return Table(by + question.metrics, rows, (*[None] * len(by), *totals) if jobs else None)

    def jobs(self, question: Question, limit: int = 500) -> Table:
        self.note("jobs", (question, limit))
        found = sorted(self.chosen(question), key=lambda row: row["end_time"], reverse=True)
        return Table(JOB, [tuple(row.values()) for row in found[:limit]])

    def query(self, sql: str, values: Mapping[str, object] | None = None) -> Table:
        raise NotImplementedError

    def export(
        self,
        dataset: str,
        form: str = "csv",
        month: tuple[int, int] | None = None,
        *,
        as_apel: bool = False,
    ) -> Iterator[bytes]:
        raise NotImplementedError

    def messages(
        self, state: str = "", limit: int = 100, before: int | None = None, search: str = ""
    ) -> Table:
        self.note("messages", (state, limit, search))
        found = [
            tuple(row.values())
            for row in self.message_rows
            if (not state or row["state"] == state) and search in " ".join(map(str, row.values()))
        ]
        return Table(MESSAGE, found[:limit])

    def message(self, message_id: int) -> dict[str, Any]:
        self.note("message", message_id)
        for row in self.message_rows:
            if row["message_id"] == message_id:
                return {
                    **row,
                    "text": self.text,
                    "problems": [row["error"]] if row["error"] else [],
                }
        raise AcctError(f"no message {message_id}", hint="acct messages lists them")

    def raw(self, message_id: int) -> bytes:
        return self.text.encode()

    def retry(self, message_ids: Iterable[int] = ()) -> Loaded:
        wanted = set(message_ids)
        self.note("retry", wanted)
        found = [row for row in self.rejected() if not wanted or row["message_id"] in wanted]
        for row in found:
            row.update(state="accepted", error="", records=10)
        return Loaded(len(found), len(found), 0, 10 * len(found))

    def drop(self, message_ids: Iterable[int]) -> int:
        wanted = set(message_ids)
        self.note("drop", wanted)
        found = [row for row in self.rejected() if row["message_id"] in wanted]
        self.message_rows = [row for row in self.message_rows if row not in found]
        return len(found)

    def rejected(self) -> list[dict[str, Any]]:
        return [row for row in self.message_rows if row["state"] == "rejected"]

    def load(self, deliveries: Iterable[Delivery]) -> Loaded:
        raise NotImplementedError

    def rejected_lines(self, limit: int = 100) -> Table:
        raise NotImplementedError

    def load_logs(
        self, pieces: Iterable[LogPiece], taken: Callable[[int], None] = unheard
    ) -> Loaded:
        raise NotImplementedError

    def reaches(self, reading: str, heads: Iterable[str]) -> list[Reach]:
        return []

    def collected(self, asked: str) -> datetime | None:
        return None

    def note_collected(self, asked: str, until: datetime) -> None: ...

    def summarise(self, months: Iterable[tuple[int, int]] = (), *, everything: bool = False) -> int:
        raise NotImplementedError

    def publish(self, request: PublishRequest) -> Published:
        raise NotImplementedError

    def send(self, patience_s: float = 30.0) -> Sent:
        raise NotImplementedError

    def rebuild(self, *, check: bool = False, reject: bool = False) -> Rebuilt:
        raise NotImplementedError

    def join(self, *, everything: bool = False) -> dict[str, Any]:
        raise NotImplementedError

    def unjoined(self, reason: str = "", limit: int = 100) -> Table:
        raise NotImplementedError

    def benchmarks(self, host: str = "") -> Table:
        raise NotImplementedError

    def set_benchmarks(self, wanted: Iterable[Benchmark]) -> int:
        raise NotImplementedError

    def doubts(self) -> list[str]:
        raise NotImplementedError

    def status(self) -> dict[str, Any]:
        self.note("status", None)
        states: dict[str, int] = {"accepted": 0, "rejected": 0, "duplicate": 0}
        for row in self.message_rows:
            states[row["state"]] += 1
        minute = int(NOW.timestamp()) // 60 * 60
        intake = [
            [minute - 60 * at, 1 + at % 4, (at * 7919) % 1500, at % 17 == 0]
            for at in range(60)
            if at % 9
        ]
        return {
            "version": "0.1.0", "data": "/var/lib/acct", "started_at": NOW.timestamp() - 93_784,
            "parts": [
                {"name": "spool/incoming", "state": "running", "detail": "", "restarts": 0},
                {"name": "mqtt", "state": "running", "detail": "", "restarts": 0},
                {"name": "publisher", "state": "restarting", "detail": "no route to host",
                 "restarts": 3},
            ],
            "sources": [
                {"name": "spool/incoming", "waiting": 3, "state": "watching"},
                {"name": "mqtt", "waiting": 0, "state": "connected"},
            ],
            "messages": states, "records": 12_345, "jobs": len(self.job_rows), "unsummarised": 1,
            "intake": [[*row[:3], int(row[3])] for row in intake[:50]], "store_bytes": 123_456_789,
            "memory_bytes": 98_765_432, "warnings": list(self.warnings),
        }  # fmt: skip

    def close(self) -> None: ...


def dimension(row: dict[str, Any], name: str) -> Value:
    """A job's value of a dimension."""
    if name in ("month", "year"):
        return f"{row['end_time']:%Y-%m}" if name == "month" else row["end_time"].year
    found: Value = row[NAMES.get(name, name)]
    return found


def metrics(jobs: list[dict[str, Any]], names: tuple[str, ...]) -> tuple[Value, ...]:
    """The figures of a group."""
    core = sum(row["wall_duration"] * row["processors"] for row in jobs) / 3600
    cpu = sum(row["cpu_duration"] for row in jobs) / 3600
    known = [row for row in jobs if row["service_level"] is not None]
    work: Literal[None] | float = None
    cpu_work: Literal[None] | float = None
    if known:
        work = sum(r["wall_duration"] * r["processors"] * r["service_level"] for r in known) / 3600
        cpu_work = sum(r["cpu_duration"] * r["service_level"] for r in known) / 3600
    found: dict[str, Value] = {
        "jobs": len(jobs),
        "wall_hours": sum(row["wall_duration"] for row in jobs) / 3600,
        "core_wall_hours": core,
        "cpu_hours": cpu,
        "efficiency": cpu / core if core else None,
        "wall_work": work,
        "cpu_work": cpu_work,
    }
    return tuple(found[name] for name in names)
