"""What holds for every format: each line is accounted for, and nothing of it is lost."""

import string
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appliance.local import LocalRepository
from appliance.repository import LogPiece
from tests.ingest.logs.conftest import Rows, Take
from tests.ingest.logs.test_sge import CLASSIC
from tests.ingest.logs.test_slurm import line

Events = Callable[..., Rows]
Outcomes = Callable[[], list[tuple[Any, ...]]]

ONCE = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40
)


def test_bytes_that_are_no_text_cost_their_line_alone(
    take: Take, repository: LocalRepository
) -> None:
    odd = [b"1|\xff\xfe|u", b"\0", b"2|a\0b"]
    loaded = take("slurm", line(id="5").encode() + b"\n".join(odd) + b"\n" + line(id="6").encode())
    assert (loaded.records, loaded.lines_failed) == (2, 3)
    with repository.store.cursor() as cursor:
        kept = cursor.execute(
            "SELECT line, code, content FROM store.rejected_lines ORDER BY line"
        ).fetchall()
    assert kept == [(2, "UTF", odd[0]), (3, "UTF", odd[1]), (4, "UTF", odd[2])]
    assert repository.raw(1).split(b"\n")[1] == odd[0]


@pytest.mark.parametrize(("made", "text"), [("slurm", line() * 3), ("sge", f"{CLASSIC}\n" * 3)])
def test_line_ends_of_other_systems(
    take: Take, events: Events, outcomes: Outcomes, made: str, text: str
) -> None:
    take(made, text)
    first = events("* EXCLUDE message_id, line")
    take(made, text.replace("\n", "\r\n"))
    assert events("* EXCLUDE message_id, line") == first
    assert outcomes() == [(3, 3, 0, 0, 0, "{}")] * 2


def test_a_last_line_without_its_end_counts(take: Take, events: Events) -> None:
    take("slurm", (line(id="1") + line(id="2")).rstrip("\n"))
    assert events("job_name", "line") == [
        {"job_name": "1", "line": 1},
        {"job_name": "2", "line": 2},
    ]


def test_the_same_content_is_known(take: Take, events: Events) -> None:
    assert take("slurm", line()).records == 1
    again = take("slurm", line(), name="renamed")
    assert (again.messages, again.ignored, again.records, again.lines) == (1, 1, 0, 0)
    elsewhere = take("slurm", line(), machine_name="other")
    assert (elsewhere.ignored, elsewhere.records) == (0, 1)
    assert events("machine_name", "message_id") == [
        {"machine_name": "batch", "message_id": 1},
        {"machine_name": "other", "message_id": 3},
    ]


def test_a_file_that_grew_adds_what_is_new(take: Take, events: Events, outcomes: Outcomes) -> None:
    take("slurm", line(id="1") + line(id="2", cpu="1"))
    take("slurm", line(id="1") + line(id="2", cpu="2") + line(id="3"))
    assert events("job_name", "cpu_duration", "message_id") == [
        {"job_name": "1", "cpu_duration": 600, "message_id": 1},
        {"job_name": "2", "cpu_duration": 2, "message_id": 2},
        {"job_name": "3", "cpu_duration": 600, "message_id": 2},
    ]
    assert [row[4] for row in outcomes()] == [0, 1]


@pytest.mark.parametrize("together", [True, False])
def test_what_messages_say_of_one_job_is_the_same_whether_they_come_together(
    events: Events, outcomes: Outcomes, repository: LocalRepository, together: bool
) -> None:
    texts = [
        line(id="1", rss="5K", cpu="1"),
        line(id="2") + line(id="1", rss="", cpu="2"),  # says no memory: what was said stays
        line(id="1", rss="", cpu="2") + line(id="2"),  # says nothing new
    ]
    pieces = [
        LogPiece(f"log{n}", text.encode(), 1_780_000_000.0, "slurm", "S1", "batch")
        for n, text in enumerate(texts)
    ]
    for some in [pieces] if together else [[piece] for piece in pieces]:
        repository.load_logs(some)
    assert events("job_name", "cpu_duration", "memory_real", "message_id") == [
        {"job_name": "1", "cpu_duration": 2, "memory_real": 5, "message_id": 2},
        {"job_name": "2", "cpu_duration": 600, "memory_real": None, "message_id": 2},
    ]
    assert [row[4] for row in outcomes()] == [0, 1, 0]


def test_the_last_of_equal_lines_wins(take: Take, events: Events) -> None:
    take("slurm", line(cpu="1") + line(cpu="2") + line(cpu="3"))
    assert events("cpu_duration", "line") == [{"cpu_duration": 3, "line": 3}]


def test_failed_lines_are_judged_again_where_they_stood(
    take: Take, events: Events, outcomes: Outcomes, repository: LocalRepository
) -> None:
    soon = datetime.now(UTC) + timedelta(hours=2)
    take("slurm", line(id="1") + line(id="2", end=f"{soon:%Y-%m-%dT%H:%M:%S}") + "short\n")
    assert outcomes() == [(3, 1, 0, 2, 0, "{}")]
    assert repository.retry([1]).lines_failed == 2
    with repository.store.transaction() as cursor:  # an hour later, as it were
        earlier = f"{soon - timedelta(hours=3):%Y-%m-%dT%H:%M:%S}"
        cursor.execute(
            "UPDATE store.rejected_lines SET content = encode(replace(decode(content), ?, ?))",
            [f"{soon:%Y-%m-%dT%H:%M:%S}", earlier],
        )
    again = repository.retry([1])
    assert (again.records, again.lines_failed) == (1, 1)
    assert events("job_name", "line") == [
        {"job_name": "1", "line": 1},
        {"job_name": "2", "line": 2},
    ]
    assert outcomes() == [(3, 2, 0, 1, 0, "{}")]
    assert repository.message(1)["records"] == 2


def understood(repository: LocalRepository, cpu: str) -> None:
    """As if a newer program could read a CPU time of `x`: so much it is."""
    with repository.store.transaction() as cursor:
        cursor.execute(
            "UPDATE store.rejected_lines SET content = encode(replace(decode(content), '|x|', ?))",
            [f"|{cpu}|"],
        )


@pytest.mark.parametrize("apart", [True, False])
def test_a_line_that_is_judged_again_does_not_undo_a_later_one(
    take: Take, events: Events, outcomes: Outcomes, repository: LocalRepository, apart: bool
) -> None:
    older, newer = line(id="1", cpu="x") + line(id="2", cpu="1"), line(id="1", cpu="2")
    for text in (older, newer) if apart else (older + newer,):
        take("slurm", text)
    take("slurm", line(id="2", cpu="x"))
    understood(repository, "7")
    repository.retry()
    later = {"message_id": 2, "line": 1} if apart else {"message_id": 1, "line": 3}
    assert events("job_name", "cpu_duration", "message_id", "line") == [
        {"job_name": "1", "cpu_duration": 2, **later},
        {"job_name": "2", "cpu_duration": 7, "message_id": 3 if apart else 2, "line": 1},
    ]
    assert [row[4] for row in outcomes()] == [0] * (len(outcomes()) - 1) + [1], "one was replaced"


def test_failed_lines_are_grouped_shown_and_dropped(
    take: Take, repository: LocalRepository
) -> None:
    take("slurm", "short\nshorter\n\x1b[2J\n" + line(cpu="x"), name="bad.log")
    found = [
        (row["message_id"], row["source_name"], row["error"], row["lines"])
        for row in repository.rejected_lines().dicts()
    ]
    assert found == [
        (1, "bad.log", "COL: '1' columns are too few", 3),
        (1, "bad.log", "DUR: CPU: 'x' is not a duration", 1),
    ]
    shown = repository.message(1)
    assert shown["problems"][0] == "line 1: COL: '1' columns are too few"
    assert repository.drop([1]) == 4
    assert repository.rejected_lines().rows == []


@ONCE
@given(body=st.binary(max_size=300))
@pytest.mark.parametrize("made", ["slurm", "sge"])
def test_any_bytes_at_all_end_in_outcomes(
    repository: LocalRepository, made: str, body: bytes
) -> None:
    _add_up(repository, made, body)


_PIECES = st.sampled_from([
    "|", ":", "\r", "\t", "-", "0", "1", "99999999999999999999", "1e400", "nan", "-1", "Unknown",
    "2025-06-02T13:10:00", "0001-01-01T00:00:00", "9999-12-31T23:59:59", "00:10:00",
    "999999999-23:59:59", "COMPLETED", "7.batch", "16?", "9223372036854775807", "1P", "9e99P",
    "'", '"', "\\", "é", "\u2028", "gres/gpu=99999999999999", "#",
])  # fmt: skip


@ONCE
@given(changes=st.dictionaries(st.sampled_from(
    ["id", "name", "start", "end", "elapsed", "cpu", "cores", "nodes", "rss", "vsize", "state"]
), _PIECES, max_size=6), zone=st.sampled_from(["UTC", "Europe/Berlin"]))  # fmt: skip
def test_no_value_of_a_slurm_line_harms_the_others(
    repository: LocalRepository, changes: dict[str, str], zone: str
) -> None:
    body = line(id="100000") + line(**changes) + line(id="100001")
    assert _add_up(repository, "slurm", body.encode(), timezone=zone)[0] >= 2


@ONCE
@given(changes=st.dictionaries(st.integers(0, 51), _PIECES, max_size=6))
def test_no_value_of_an_accounting_line_harms_the_others(
    repository: LocalRepository, changes: dict[int, str]
) -> None:
    columns = CLASSIC.split(":")
    for at, value in changes.items():
        columns[at : at + 1] = [value]
    body = f"{CLASSIC}\n{':'.join(columns)}\n{CLASSIC}\n"
    assert _add_up(repository, "sge", body.encode())[0] >= 1


def _add_up(
    repository: LocalRepository, made: str, body: bytes, **how: Any
) -> tuple[int, int, int]:
    """Load it under a new machine each time, and hold the counts to the lines."""
    from appliance.repository import LogPiece

    machine = f"m{len(repository.messages('', 100_000).rows)}"
    loaded = repository.load_logs([LogPiece("log", body, 0.0, made, "S1", machine, **how)])
    counted = loaded.records, loaded.lines_ignored, loaded.lines_failed
    assert loaded.accepted == 1
    assert sum(counted) == loaded.lines == len(body.removesuffix(b"\n").split(b"\n"))
    with repository.store.cursor() as cursor:
        [(kept,)] = cursor.execute(
            "SELECT count(*) FROM store.rejected_lines WHERE message_id = "
            "(SELECT max(message_id) FROM store.messages)"
        ).fetchall()
    assert kept == loaded.lines_failed
    return counted


# A plain reading of Slurm's line, to be compared with the store's.

_TIMES = st.datetimes(datetime(2015, 1, 1), datetime(2025, 1, 1)).map(
    lambda t: t.replace(microsecond=0)
)
_WORDS = st.text(string.ascii_letters + string.digits + "_ é|", min_size=1, max_size=8)
_JOBS = st.fixed_dictionaries({
    "id": st.integers(1, 10**9), "name": _WORDS, "user": st.sampled_from(["", "u1", "u2"]),
    "start": _TIMES, "wall": st.integers(0, 10**7), "cpu": st.integers(0, 10**9),
    "colon": st.booleans(), "cores": st.integers(0, 10**4), "rss": st.integers(0, 10**9),
    "unit": st.sampled_from(["K", "M", "G", "T"]),
    "state": st.sampled_from(["COMPLETED", "FAILED", "CANCELLED by 7", "RUNNING", "TIMEOUT"]),
})  # fmt: skip


def _clock(seconds: int) -> str:
    days, rest = divmod(seconds, 86400)
    clock = f"{rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02}"
    return f"{days}-{clock}" if days else clock


@ONCE
@given(jobs=st.lists(_JOBS, max_size=20, unique_by=lambda job: job["id"]))
def test_lines_mean_what_a_plain_reading_says(
    repository: LocalRepository, jobs: list[dict[str, Any]]
) -> None:
    from appliance.repository import LogPiece

    text, wanted = "", []
    for job in jobs:
        end = job["start"] + timedelta(seconds=job["wall"])
        text += line(
            id=str(job["id"]), name=job["name"], user=job["user"], elapsed=_clock(job["wall"]),
            start=f"{job['start']:%Y-%m-%dT%H:%M:%S}", end=f"{end:%Y-%m-%dT%H:%M:%S}",
            cpu=_clock(job["cpu"]) if job["colon"] else str(job["cpu"]), cores=str(job["cores"]),
            rss=f"{job['rss']}{job['unit']}", state=job["state"],
        )  # fmt: skip
        if job["state"] != "RUNNING":
            power = "KMGT".index(job["unit"])
            wanted.append((str(job["id"]), job["name"], job["user"] or None, job["start"], end,
                           job["wall"], job["cpu"], job["cores"], job["rss"] * 1024**power,
                           job["state"].split()[0]))  # fmt: skip
    machine = f"plain{len(repository.messages('', 100_000).rows)}"
    repository.load_logs([LogPiece("log", text.encode(), 0.0, "slurm", "S1", machine)])
    found = repository.query(
        "SELECT job_name, user_job_name, local_user_id, start_time, end_time, wall_duration, "
        "cpu_duration, processors, memory_real, state FROM events "
        f"WHERE machine_name = '{machine}'"
    )
    assert sorted(found.rows) == sorted(wanted)
