"""Rebuilding: what is derived follows from the kept texts, and comes back whatever became of it."""

import random
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance import rebuild
from appliance.config import Config
from appliance.configfile import load_config
from appliance.digests import DERIVED
from appliance.errors import AcctError
from appliance.local import LocalRepository
from appliance.publishing import PublishRequest
from appliance.repository import Benchmark, Delivery, Loaded
from appliance.resources import text
from appliance.store import Store
from ingest.item import compress
from tests.bench import types
from tests.documents import EXAMPLE_8_8, EXAMPLE_8_9
from tests.ingest.logs.taken import SITE, piece
from tests.ingest.logs.test_htcondor import FIRST as CONDOR
from tests.ingest.logs.test_lsf import FIRST as LSF
from tests.ingest.logs.test_pbs import FIRST as PBS
from tests.ingest.logs.test_sge import CLASSIC
from tests.ingest.logs.test_sge import line as sge_line
from tests.jobs import V4, message, record

Load = Callable[..., Loaded]


def every_type() -> Iterator[str]:
    """A message of every text type and form, half of them ragged, and both XML forms."""
    chance = random.Random(1)
    yield message(*[record(LocalJobId=str(n)) for n in range(5)])
    yield message(record(LocalJobId="9", ServiceLevelType=None,
                         ServiceLevel="{hepspec: 10, HEPscore23: 11}"), header=V4)  # fmt: skip
    for number, (header, of) in enumerate(types.TYPES.values()):
        texts = [types._lines(chance, of(chance, n), number % 2 == 0) for n in range(40)]
        yield f"{header}\n" + "".join(f"{one}%%\n" for one in texts)
    yield EXAMPLE_8_9
    yield EXAMPLE_8_8


SLURM = (
    "4401|grid_77|cms031|cms|2025-06-02T12:30:11|2025-06-02T14:20:11|01:50:00|52800|grid|8|1|wn31"
    "|||COMPLETED",
    "4401.batch|batch|||2025-06-02T12:30:11|2025-06-02T14:20:11|01:50:00|12:11:05||8|1|wn31|12.5G"
    "|16384000K|COMPLETED",
    b"4402|odd \xff line",
)
BLAH = (
    '"timestamp=2025-06-02 12:25:00" "userDN=/CN=Two" "userFQAN=/dune/prod" "ceID=arc1" '
    '"jobID=abc" "lrmsID=4401"',
)


def load_logs(repository: LocalRepository) -> Loaded:
    """Every format: memory from a step, CPU time from a task, a line that failed."""
    tasks = sge_line(c8="0", c36="100", c41="1.wn22").splitlines()
    others = [piece("pbs", [PBS]), piece("lsf", [LSF]), piece("htcondor", [CONDOR])]
    engines = piece("sge", tasks), piece("sge", [CLASSIC])
    return repository.load_logs([piece("slurm", SLURM), piece("blah", BLAH), *engines, *others])


def rows(repository: LocalRepository) -> dict[str, list[tuple[object, ...]]]:
    """All that is stored but when summaries were made, and jobs joined."""
    made = {"usage": "update_time", "cloud_usage": "update_time", "jobs": "joined_at"}
    with repository.store.cursor() as cursor:
        return {
            name: cursor.execute(
                f"SELECT * {f'EXCLUDE ({made[name]})' if name in made else ''} "
                f"FROM store.{name} ORDER BY ALL"
            ).fetchall()
            for name in (*DERIVED, "messages", "raw_texts", "numbers", "due", "cloud_due")
        }


def change(repository: LocalRepository, *statements: str) -> None:
    with repository.store.transaction() as cursor:
        for statement in statements:
            cursor.execute(statement)


def differing(repository: LocalRepository) -> list[str]:
    found = repository.rebuild(check=True)
    assert not found.changed
    return [str(row[0]) for row in found.datasets.rows if not row[-1]]


def test_every_record_type_comes_back_as_it_was(repository: LocalRepository, load: Load) -> None:
    assert load(*every_type()).rejected == 0
    assert load_logs(repository).lines_failed == 1
    repository.set_benchmarks([Benchmark("arc1", "HEPscore23", Decimal(14), site=SITE)])
    repository.summarise()
    before = rows(repository)
    assert [name for name in DERIVED if not before[name]] == []
    assert differing(repository) == []
    change(repository, *[f"DELETE FROM store.{name}" for name in DERIVED])
    assert differing(repository) == list(DERIVED)
    found = repository.rebuild()
    assert found.changed
    assert rows(repository) == before
    assert {row[3] for row in found.datasets.rows} == {len(before[name]) for name in DERIVED}
    assert not repository.rebuild().changed


DAMAGES = {
    "jobs": "UPDATE store.jobs SET wall_duration = 61 WHERE local_job_id = '3'",
    "summaries": "DELETE FROM store.summaries WHERE month = 1 AND processors = 8",
    "cloud_records": "INSERT INTO store.cloud_records FROM store.cloud_records LIMIT 1",
    "storage_records": "UPDATE store.storage_records SET message_id = 1",
    "storage_group_attributes": "UPDATE store.storage_group_attributes SET attribute_value = NULL",
    "usage": "UPDATE store.usage SET number_of_jobs = number_of_jobs + 1 WHERE source = 'jobs'",
    "cloud_usage": "UPDATE store.cloud_usage SET cpu_duration = NULL",
}


def test_a_check_names_what_was_changed_and_a_rebuild_mends_it(
    repository: LocalRepository, load: Load
) -> None:
    load(*every_type())
    before = rows(repository)
    change(repository, *DAMAGES.values())
    damaged = rows(repository)
    found = repository.rebuild(check=True)
    assert [row[0] for row in found.datasets.rows if not row[-1]] == list(DAMAGES)
    assert [line.partition(": ")[0] for line in found.examples] == list(DAMAGES)
    assert rows(repository) == damaged
    assert repository.rebuild().changed
    assert rows(repository) == before


def test_what_a_rebuild_has_mended_is_published_again(
    repository: LocalRepository, load: Load
) -> None:
    """Its rows are as old as their messages: older than what was published last."""
    load(message())
    wanted = PublishRequest(("jobs", "super_summaries"), local_jobs=True, sync=False)

    def published() -> list[int]:
        return [part.records for part in repository.publish(wanted).datasets]

    change(repository, "UPDATE store.jobs SET wall_duration = 59",
           "UPDATE store.usage SET update_time = '2026-01-01'",
           "UPDATE store.messages SET loaded_at = '2026-01-01'")  # fmt: skip
    assert published() == [1, 1]
    assert published() == [0, 0]
    assert repository.rebuild().changed
    assert published() == [1, 0], "the super summary was right"


def test_what_follows_from_no_message_outlives_a_rebuild(
    repository: LocalRepository, load: Load
) -> None:
    """Groups that are no more, and what the parent repository was sent."""
    load(message(record(LocalJobId="1", VO="old")))
    load(message(record(LocalJobId="1", VO="new")))
    told = "APEL-sync-message", "", "S1", 2024, 6, "jobs", 5
    with repository.store.transaction() as cursor:
        cursor.execute("INSERT INTO store.published_totals VALUES (?, ?, ?, ?, ?, ?, ?)", told)
    change(repository, "DELETE FROM store.usage")
    assert repository.rebuild().changed
    with repository.store.cursor() as cursor:
        stale = cursor.execute("SELECT vo, number_of_jobs FROM store.stale_usage").fetchall()
        assert stale == [("old", 1)]
        assert cursor.execute("FROM store.published_totals").fetchall() == [told]


def test_the_example_shows_the_figure_that_was_changed(
    repository: LocalRepository, load: Load
) -> None:
    load(message())
    change(repository, "UPDATE store.jobs SET wall_duration = 61")
    [line] = repository.rebuild(check=True).examples
    assert line.startswith("jobs: only as it is: site S1, ")
    assert "wall_duration 61" in line


def test_of_replaced_records_the_last_one_comes_back(
    repository: LocalRepository, load: Load
) -> None:
    load(message(record(WallDuration="60")), message(record(WallDuration="70")))
    load(message(record(WallDuration="80"), record(WallDuration="90")))
    change(repository, "DELETE FROM store.jobs")
    repository.rebuild()
    assert repository.query("SELECT wall_duration, message_id FROM jobs").rows == [(90, 3)]


def keep(repository: LocalRepository, number: int, content: str) -> None:
    """Another text for a message."""
    with repository.store.transaction() as cursor:
        cursor.execute("DELETE FROM store.raw_texts WHERE message_id = ?", [number])
        kept = compress(content.encode())
        cursor.execute("INSERT INTO store.raw_texts VALUES (?, ?)", [number, kept])


def test_a_retried_reject_counts_when_it_was_loaded_not_when_it_came(
    repository: LocalRepository, load: Load
) -> None:
    """All within one second: neither numbers nor times tell the order."""
    load("nonsense")
    load(message(record(WallDuration="70")))
    keep(repository, 1, message(record(WallDuration="60")))
    assert repository.retry([1]).accepted == 1
    change(repository, "DELETE FROM store.jobs",
           "UPDATE store.messages SET loaded_at = TIMESTAMP '2026-01-01'")  # fmt: skip
    repository.rebuild()
    assert repository.query("SELECT wall_duration, message_id FROM jobs").rows == [(60, 1)]


def test_messages_are_judged_as_of_their_own_loading(
    repository: LocalRepository, load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A job that ended in 2040 was loaded in 2041 (by a clock that is wrong, say)."""
    with monkeypatch.context() as later:
        for module in ("ingest.pipeline", "ingest.messages"):
            later.setattr(f"{module}.now", lambda: datetime(2041, 1, 1))
        assert load(message(record(EndTime="2209075200", StartTime="2209075000"))).accepted == 1
    found = repository.rebuild()
    assert (found.refused, found.changed) == ((), False)


def test_records_whose_text_is_lost_are_not_touched(
    repository: LocalRepository, load: Load
) -> None:
    load(message(), message(record(LocalJobId="2")))
    change(repository, "DELETE FROM store.raw_texts WHERE message_id = 2",
           "UPDATE store.jobs SET wall_duration = 61")  # fmt: skip
    before = rows(repository)
    for check in (True, False):
        with pytest.raises(AcctError, match=r"texts of 1 accepted messages .* is message 2"):
            repository.rebuild(check=check)
    assert rows(repository) == before


def test_a_message_that_is_refused_now_is_told_and_nothing_is_changed(
    repository: LocalRepository, load: Load
) -> None:
    load(message(), message(record(LocalJobId="2")))
    keep(repository, 2, message(record(LocalJobId="2", WallDuration="1m")))
    before = rows(repository)
    for check in (True, False):
        found = repository.rebuild(check=check)
        assert found.refused == (
            "message 2: INT: record 1, line 4, WallDuration: '1m' is not an integer",
        )
        assert rows(repository) == before


def test_or_it_becomes_a_reject_with_its_text_and_its_records_go(
    repository: LocalRepository, load: Load
) -> None:
    load(message(), message(record(LocalJobId="2")))
    keep(repository, 2, message(record(LocalJobId="2", WallDuration="1m")))
    found = repository.rebuild(reject=True)
    assert (len(found.refused), found.changed) == (1, True)
    assert repository.query("SELECT message_id FROM jobs").rows == [(1,)]
    assert repository.query("SELECT sum(number_of_jobs) FROM super_summaries").rows == [(1,)]
    states = "SELECT message_id, state, records, error[:3] FROM messages ORDER BY message_id"
    assert repository.query(states).rows == [(1, "accepted", 1, None), (2, "rejected", 0, "INT")]
    keep(repository, 2, message(record(LocalJobId="2")))
    assert repository.retry().accepted == 1
    assert differing(repository) == []


def test_one_message_that_breaks_the_loading_is_told_the_others_are_loaded(
    repository: LocalRepository, load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ingest import loading
    from ingest.item import Item

    load(*[message(record(LocalJobId=str(n))) for n in range(5)])
    change(repository, "DELETE FROM store.jobs")
    real = loading.load_again

    def breaks(store: Store, items: list[Item]) -> None:
        if any(item.number == 3 for item in items):
            raise duckdb.ConversionException("made up")
        real(store, items)

    monkeypatch.setattr("ingest.pipeline.load_again", breaks)
    found = repository.rebuild(reject=True)
    assert [line[:15] for line in found.refused] == ["message 3: DBR:"]
    held = "SELECT message_id FROM jobs ORDER BY message_id"
    assert repository.query(held).rows == [(1,), (2,), (4,), (5,)]


def test_what_stops_a_rebuild_leaves_the_store_as_it_was(
    repository: LocalRepository, load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(message())
    change(repository, "UPDATE store.jobs SET wall_duration = 61")
    before = rows(repository)

    def stop(*_: object) -> None:
        raise AcctError("stopped")

    places: list[tuple[object, str]] = [
        (repository, "progress"), (rebuild, "compare"), (rebuild, "_reject"),
    ]  # fmt: skip
    for place, name in places:
        with monkeypatch.context() as patch:
            patch.setattr(place, name, stop)
            with pytest.raises(AcctError, match="stopped"):
                repository.rebuild()
        assert rows(repository) == before
        assert list(repository.store.config.work.iterdir()) == []
    assert repository.rebuild().changed


KILLED = """
import os, signal, sys
from pathlib import Path
from appliance import rebuild
from appliance.configfile import load_config
from appliance.local import LocalRepository
from appliance.store import Store

def kill(*_):
    os.kill(os.getpid(), signal.SIGKILL)

where = sys.argv[2]
repository = LocalRepository(Store.open(load_config(Path(sys.argv[1]), environment={})))
if where == "progress":
    repository.progress = kill
else:
    setattr(rebuild, where, kill)
repository.rebuild()
"""


@pytest.mark.parametrize("where", ["progress", "_reject"])
def test_killed_in_the_middle_nothing_is_lost(config: Config, where: str) -> None:
    """While texts are loaded, and when all is in place but not committed."""
    with LocalRepository(Store.open(config)) as repository:
        repository.load([Delivery("", message(record(), record(LocalJobId="3")).encode(), 1.0)])
        good = rows(repository)
        change(repository, DAMAGES["jobs"], DAMAGES["usage"])
        damaged = rows(repository)
    command = [sys.executable, "-c", KILLED, str(config.data), where]
    done = subprocess.run(command, capture_output=True, check=False)
    assert done.returncode == -9, done.stderr
    with LocalRepository(Store.open(config)) as repository:
        assert rows(repository) == damaged
        assert list(config.work.iterdir()) == []
        repository.rebuild()
        assert rows(repository) == good


def test_nothing_is_taken_in_meanwhile(repository: LocalRepository, load: Load) -> None:
    load(message())
    reached, go_on = threading.Event(), threading.Event()

    def wait(*_: int) -> None:
        reached.set()
        assert go_on.wait(60)

    repository.progress = wait
    with ThreadPoolExecutor(2) as both:
        rebuilding = both.submit(repository.rebuild)
        assert reached.wait(60)
        loading = both.submit(load, message(record(LocalJobId="2")))
        assert repository.query("SELECT count(*) FROM jobs").rows == [(1,)]  # questions do not wait
        assert not loading.done()
        go_on.set()
        assert not rebuilding.result(60).changed
        assert loading.result(60).accepted == 1
    assert differing(repository) == []


def test_messages_of_an_older_store_get_their_turns_by_time_then_number(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "old")) as old:
        old.execute(text("appliance", "migrations/0001_first.sql"))
        for number, at in ((1, "2026-01-02"), (2, "2026-01-01"), (3, "2026-01-02")):
            old.execute(
                "INSERT INTO store.messages (message_id, source, source_name, received_at, records,"
                " bytes, sha256, state, loaded_at, signature_required)"
                f" VALUES ({number}, '', '', now()::TIMESTAMP, 0, 0, '', 'accepted', '{at}', false)"
            )
        old.execute("BEGIN")
        old.execute(text("appliance", "migrations/0006_turns.sql"))
        old.execute("COMMIT")
        turns = old.execute("SELECT message_id FROM store.messages ORDER BY turn").fetchall()
        assert turns == [(2,), (1,), (3,)]
        assert old.execute("SELECT last_turn FROM store.numbers").fetchall() == [(3,)]


JOBS = st.tuples(st.sampled_from("123"), st.integers(1, 9))
STEPS = st.lists(st.one_of(st.lists(JOBS, min_size=1, max_size=3), st.just("retry"),
                           st.tuples(st.just("late"), JOBS)), max_size=8)  # fmt: skip


def text_of(*jobs: tuple[str, int]) -> str:
    return message(*[record(LocalJobId=name, WallDuration=str(wall)) for name, wall in jobs])


@settings(max_examples=8, deadline=None)
@given(STEPS)
def test_whatever_came_in_whatever_order(
    tmp_path_factory: pytest.TempPathFactory, steps: list[object]
) -> None:
    """Batches of jobs that replace each other; late ones are refused first and pass later."""
    config = load_config(tmp_path_factory.mktemp("data"), environment={})
    with LocalRepository(Store.open(config)) as repository:
        for number, step in enumerate(steps):
            if step == "retry":
                repository.retry()
            elif isinstance(step, tuple):
                repository.load([Delivery("late", b"nonsense %d" % number, 1.0)])
                [(last,)] = repository.query("SELECT max(message_id) FROM messages").rows
                keep(repository, int(str(last)), text_of(step[1]))
            elif isinstance(step, list):
                repository.load(Delivery("", text_of(job).encode(), 1.0) for job in step)
        before = rows(repository)
        change(repository, "DELETE FROM store.jobs", "DELETE FROM store.usage")
        repository.rebuild()
        assert rows(repository) == before
