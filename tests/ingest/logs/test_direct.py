"""The short way of logs, and the long one: what they leave in the store is the same."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.configfile import load_config
from appliance.local import LocalRepository
from appliance.repository import Loaded, LogPiece
from appliance.store import Store
from ingest.logs import direct
from tests.ingest.logs import test_htcondor, test_pbs, test_sge, test_slurm
from tests.ingest.logs.taken import piece

_LINES: dict[str, list[str | bytes]] = {  # {}: an id
    "slurm": [
        test_slurm.line(id="{}"),
        test_slurm.line(id="{}", cpu="00:10:00.500", rss="12M"),
        test_slurm.line(id="{}", end="2025-06-02T13:10:01"),
        test_slurm.line(id="{}", state="PENDING"),
        test_slurm.line(id="{}", start="Unknown"),
        test_slurm.line(id="{}", cpu="x"),
        test_slurm.line(id="{}.batch", rss="99M"),
        "JobID|JobName",
    ],
    "sge": [
        test_sge.line(c5="{}"),
        test_sge.line(c5="{}", c13="7"),
        test_sge.line(c5="{}", c9="0"),
        test_sge.line(c5="{}", c36="x"),
        test_sge.line(c5="{}", c41="1.node"),
        "# a comment",
    ],
    "htcondor": [
        test_htcondor.FIRST.replace("9001", "{}"),
        test_htcondor.SCALED.replace("9002", "{}"),
        test_htcondor.SHIFTED.replace("9003", "{}"),
        test_htcondor.FIRST.replace("9001", "{}").replace("6600", "0"),
    ],
}
_ODD: list[str | bytes] = ["", "x", b"\xff\xfe", b"a\0b", "é|é"]
_SEEN = (
    "FROM events ORDER BY ALL",
    "SELECT * EXCLUDE (received_at) FROM log_files ORDER BY ALL",
    "FROM rejected_lines ORDER BY ALL",
    "SELECT * EXCLUDE (received_at) FROM messages ORDER BY ALL",
    "FROM joins ORDER BY ALL",
)


def _batches(made: str) -> st.SearchStrategy[list[list[list[bytes]]]]:
    """Lines of pieces of batches: jobs that come but once, and among them what is not plain."""
    jobs = st.tuples(st.sampled_from(_LINES[made][:2]), st.integers(1, 20))
    others = st.tuples(st.sampled_from([*_LINES[made], *_ODD]), st.integers(1, 20))
    once = st.lists(jobs, min_size=4, max_size=12, unique_by=lambda one: one[1])
    mixed = st.tuples(once, st.lists(others, max_size=2), st.randoms()).map(_shared_out)
    return st.lists(mixed, min_size=1, max_size=2)


def _shared_out(
    drawn: tuple[list[tuple[str | bytes, int]], list[tuple[str | bytes, int]], Random],
) -> list[list[bytes]]:
    jobs, others, chance = drawn
    lines = _bodies(jobs + others)
    chance.shuffle(lines)
    cut = chance.randrange(len(lines))
    return [lines[:cut], lines[cut:]]


def _bodies(chosen: Sequence[tuple[str | bytes, int]]) -> list[bytes]:
    return [
        line if isinstance(line, bytes) else line.replace("{}", str(id_)).strip("\n").encode()
        for line, id_ in chosen
    ]


@contextmanager
def _opened() -> Iterator[LocalRepository]:
    with TemporaryDirectory() as folder:
        repository = LocalRepository(Store.open(load_config(Path(folder), environment={})))
        yield repository
        repository.close()


def _left(
    repository: LocalRepository, batches: Sequence[Sequence[LogPiece]]
) -> tuple[list[Loaded], list[list[Any]]]:
    """What was said of each batch, and what is in the store then: it is emptied."""
    said = [repository.load_logs(batch) for batch in batches]
    found = [repository.query(asked).rows for asked in _SEEN]
    repository.log_intake._not_plain.clear()
    with repository.store.transaction() as cursor:
        tables = cursor.execute(
            "SELECT table_name FROM duckdb_tables() WHERE database_name = 'acct' "
            "AND schema_name = 'store' AND table_name NOT IN ('program', 'numbers')"
        ).fetchall()
        for (table,) in tables:
            cursor.execute(f"DELETE FROM store.{table}")
    return said, found


@pytest.mark.parametrize("made", _LINES)
def test_both_leave_the_same(made: str, monkeypatch: pytest.MonkeyPatch) -> None:
    @settings(max_examples=4, deadline=None)
    @given(_batches(made))
    def agree(drawn: list[list[list[bytes]]]) -> None:
        batches = [[piece(made, lines) for lines in batch] for batch in drawn]
        monkeypatch.setattr(direct, "_LEAST_BYTES", 0)
        directly = _left(one, batches)
        monkeypatch.setattr(direct, "_LEAST_BYTES", 1 << 60)
        staged = _left(other, batches)
        assert directly == staged

    with _opened() as one, _opened() as other:
        agree()


@pytest.mark.parametrize("made", _LINES)
def test_plain_lines_are_not_staged(
    repository: LocalRepository, monkeypatch: pytest.MonkeyPatch, made: str
) -> None:
    monkeypatch.setattr(direct, "_LEAST_BYTES", 0)
    monkeypatch.setattr("ingest.logs.stage.Stage.take", None)
    lines = [_bodies([(_LINES[made][0], 10 * n + k) for k in range(5)]) for n in (1, 2)]
    for body in lines:
        body.insert(2, b"")
    loaded = repository.load_logs([piece(made, body) for body in lines])
    assert (loaded.records, loaded.lines_ignored, loaded.lines) == (10, 2, 12)


def test_what_failed_is_kept_whatever_the_numbers_of_pieces(
    repository: LocalRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(direct, "_LEAST_BYTES", 0)
    monkeypatch.setattr("ingest.logs.stage.Stage.take", None)
    repository.log_intake._numbers.take(8)
    lines = [[test_sge.line(c5=str(n)).strip(), "x"] for n in range(4)]
    lines[0].pop()
    loaded = repository.load_logs([piece("sge", body) for body in lines])  # 9, 10, 11, 12
    assert (loaded.records, loaded.lines_failed) == (4, 3)


def test_jobs_of_an_earlier_batch_are_replaced(
    repository: LocalRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(direct, "_LEAST_BYTES", 0)
    for cpu in ("600", "700"):
        lines = [[test_slurm.line(id=str(10 * n + k), cpu=cpu) for k in range(5)] for n in (1, 2)]
        loaded = repository.load_logs([piece("slurm", map(str.strip, body)) for body in lines])
    assert (loaded.records, loaded.replaced) == (10, 10)
    [row] = repository.query(
        "SELECT count(*), min(cpu_duration), max(cpu_duration) FROM events"
    ).rows
    assert row == (10, 700, 700)


def test_jobs_that_logs_of_another_format_tell_of_are_replaced(
    repository: LocalRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(direct, "_LEAST_BYTES", 0)
    told = [[test_pbs.FIRST.replace("88120.pbs01.example.org", str(n))] for n in (1, 2)]
    repository.load_logs([piece("pbs", body) for body in told])
    later = [test_slurm.line(id=str(n), end="2025-06-02T14:20:11").strip() for n in (1, 2)]
    loaded = repository.load_logs([piece("slurm", [line]) for line in later])
    assert (loaded.records, loaded.replaced) == (2, 2)


@pytest.mark.parametrize(
    "case",
    [
        ("slurm", test_slurm.line(id="7"), test_slurm.line(id="7.batch", rss="99M"), "memory_real"),
        ("sge", test_sge.line(c5="7"), test_sge.line(c5="7", c41="1.node"), "cpu_duration"),
    ],
)
def test_steps_are_folded_into_their_jobs(
    repository: LocalRepository, monkeypatch: pytest.MonkeyPatch, case: tuple[str, str, str, str]
) -> None:
    made, job, step, said = case
    monkeypatch.setattr(direct, "_LEAST_BYTES", 0)
    repository.load_logs([piece(made, [job.strip()]), piece(made, [step.strip()])])
    [(folded,)] = repository.query(f"SELECT {said} FROM events").rows
    with _opened() as other:
        other.load_logs([piece(made, [job.strip()])])
        [(alone,)] = other.query(f"SELECT {said} FROM events").rows
    assert folded not in (None, alone)
