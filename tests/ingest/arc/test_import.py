"""Jobs of ARC's accounting database: what they become, and that none comes twice."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.errors import AcctError, UsageError
from appliance.local import LocalRepository
from appliance.moments import BEGINNING
from appliance.printable import printable
from appliance.repository import Benchmark, Loaded
from appliance.table import Table
from ingest.arc.car import car_message
from ingest.arc.importing import Counted, import_arc
from ingest.arc.jobs import Timelines, job_of, submit_host_of
from tests.arc import Arc, accounting


@pytest.fixture(params=[1, 2])
def arc(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Arc]:
    with accounting(tmp_path / "accounting.db", request.param) as made:
        yield made


def take(repository: LocalRepository, arc: Arc, machine: str = "") -> Counted:
    return import_arc(repository, arc.file, "S1", machine)


def one(repository: LocalRepository, columns: str) -> tuple[object, ...]:
    [row] = repository.query(f"SELECT {columns} FROM jobs").rows
    return row


def test_a_job_becomes_a_record_with_all_that_arc_knows(
    repository: LocalRepository, arc: Arc
) -> None:
    arc.add()
    counted = take(repository, arc)
    assert (counted.loaded.records, counted.loaded.problems) == (1, ())
    found = repository.query("SELECT * FROM jobs")
    [row] = found.dicts()
    expected = {
        "site": "S1", "submit_host": "arcrest:https://arc1.example.org:443/arex",
        "machine_name": "arc1.example.org", "queue": "grid", "local_job_id": "4401",
        "local_user_id": "dune003", "global_user_name": "/DC=org/DC=example/CN=User Two",
        "fqan": "/dune/prod/Role=pilot", "vo": "dune", "vo_group": "/dune/prod",
        "vo_role": "Role=pilot", "wall_duration": 6600, "cpu_duration": 42000, "processors": 8,
        "node_count": 1, "start_time": datetime(2025, 6, 2, 12, 30, 11),
        "end_time": datetime(2025, 6, 2, 14, 25), "infrastructure_description": "JURA-ARC-SLURM",
        "infrastructure_type": "grid", "memory_real": 2048000, "memory_virtual": 4096000,
        "service_level_type": "HEPscore23", "service_level": Decimal("16.5"),
    }  # fmt: skip
    assert {name: row[name] for name in expected} == expected


def test_the_text_that_a_job_came_from_is_kept(repository: LocalRepository, arc: Arc) -> None:
    arc.add()
    take(repository, arc)
    [(number, source, name)] = repository.query(
        "SELECT message_id, source, source_name FROM messages"
    ).rows
    assert (source, name) == ("arc", str(arc.file))
    text = repository.message(int(str(number)))["text"]
    assert "<GlobalJobId>abc1</GlobalJobId>" in text
    assert '<TimeInstant urf:type="submit">2025-06-02T12:00:00Z</TimeInstant>' in text


@pytest.mark.parametrize(
    ("changes", "start"),
    [
        ({}, "12:30:11"),
        ({"LRMSSTART": "20250602123011Z"}, "12:30:11"),
        ({"LRMSSTART": "2025-06-02 14:30:11"}, "12:30:11"),  # of no zone: LRMSEND less 6600 s
        ({"LRMSSTART": "2025-06-02T11:00:00Z"}, "12:30:11"),  # before it was submitted
        ({"LRMSSTART": None, "LRMSEND": None}, "12:35:00"),  # 14:25:00 less 6600 s
        ({"LRMSSTART": None, "LRMSEND": None, "UsedWalltime": 9000}, "12:00:00"),  # submitted
        ({"LRMSSTART": None, "LRMSEND": None, "UsedWalltime": 0}, "14:25:00"),  # never ran
    ],
)
def test_a_job_starts_when_the_batch_system_started_it(
    repository: LocalRepository, arc: Arc, changes: dict[str, object], start: str
) -> None:
    arc.add(**changes)
    take(repository, arc)
    assert one(repository, "strftime(start_time, '%H:%M:%S')") == (start,)


def test_jobs_in_progress_wait_and_come_when_they_have_ended(
    repository: LocalRepository, arc: Arc
) -> None:
    arc.add()
    arc.add(JobID="abc2", LocalJobID="4402", Status="in-progress", EndTime=0, UsedWalltime=0)
    arc.add(JobID="abc3", LocalJobID="4403", Status="failed", ExitCode=1)
    first = take(repository, arc)
    assert (first.loaded.records, first.known, first.unfinished) == (2, 0, 1)
    arc.finish("abc2", EndTime=1748880000, UsedWalltime=60)
    second = take(repository, arc)
    assert (second.loaded.records, second.known, second.unfinished) == (1, 2, 0)
    third = take(repository, arc)
    assert (third.loaded, third.known) == (Loaded(), 3)
    assert repository.query("SELECT sum(number_of_jobs) FROM super_summaries").rows == [(3,)]


@pytest.mark.parametrize("told", [None, "HEPSPEC:1.0", "HEPSPEC 1.0", "magic:7", "HEPSPEC:x"])
def test_a_job_without_a_benchmark_is_never_given_1(
    repository: LocalRepository, arc: Arc, told: str | None
) -> None:
    arc.add(benchmark=told)
    assert take(repository, arc).without_benchmark == 1
    assert one(repository, "service_level_type") == ("custom",)


@pytest.mark.parametrize(
    "host", ["arcrest:https://arc1.example.org:443/arex", "arc1.example.org", "batch.example.org"]
)
def test_the_timeline_of_acct_stands_in_and_a_second_import_takes_it_up(
    repository: LocalRepository, arc: Arc, host: str
) -> None:
    arc.add(benchmark=None)
    arc.add(JobID="abc2", LocalJobID="4402")  # has its own
    take(repository, arc, "batch.example.org")
    level = Benchmark(host, "HEPSPEC", Decimal(11), BEGINNING, site="S1")
    repository.set_benchmarks([level, Benchmark(host, "si2k", Decimal(9), site="S2")])
    again = take(repository, arc, "batch.example.org")
    assert (again.loaded.records, again.known, again.without_benchmark) == (1, 1, 0)
    held = "SELECT service_level_type, service_level FROM jobs ORDER BY local_job_id"
    assert repository.query(held).rows == [("HEPSPEC", 11), ("HEPscore23", Decimal("16.5"))]
    assert take(repository, arc, "batch.example.org").known == 2

    repository.set_benchmarks([Benchmark(host, "HEPSPEC", Decimal(12), BEGINNING, site="S1")])
    take(repository, arc, "batch.example.org")
    repository.set_benchmarks([Benchmark(host, "HEPSPEC", Decimal(11), BEGINNING, site="S1")])
    take(repository, arc, "batch.example.org")
    assert repository.query(held).rows[0] == ("HEPSPEC", 11)  # the earlier figures again


def test_several_benchmarks_in_force_are_all_kept(repository: LocalRepository, arc: Arc) -> None:
    arc.add(benchmark=None)
    at = "arc1.example.org"
    repository.set_benchmarks([
        Benchmark(at, "HEPSPEC", Decimal(11), site="S1"),
        Benchmark(at, "HEPscore23", Decimal(12), also=True, site="S1"),
    ])  # fmt: skip
    take(repository, arc)
    assert one(repository, "service_level_type, service_level") == ("HEPscore23", 12)
    assert take(repository, arc).known == 1


def test_a_job_that_another_source_brought_is_left_alone(
    repository: LocalRepository, arc: Arc
) -> None:
    from appliance.repository import Delivery
    from tests.jobs import message, record

    arc.add()
    mine = record(MachineName="arc1.example.org", LocalJobId="4401", StartTime="1748867411",
                  EndTime="1748874300")  # fmt: skip
    repository.load([Delivery("m", message(mine).encode(), 0.0)])
    assert take(repository, arc).known == 1
    assert one(repository, "wall_duration") == (60,)


def test_a_bad_row_is_one_reject_however_often_it_comes_and_harms_no_other(
    repository: LocalRepository, arc: Arc
) -> None:
    arc.add()
    arc.add(JobID="abc2", LocalJobID="4402", UsedWalltime=-5)
    arc.add(JobID="abc3", LocalJobID="4403", EndTime=99999999999)
    arc.add(JobID="abc4", LocalJobID="4404", UsedCPUUserTime="much")
    arc.add(JobID="abc5", LocalJobID="x" * 300)
    for _ in range(2):
        counted = take(repository, arc)
        assert (counted.loaded.accepted + counted.known, counted.loaded.rejected) == (1, 4)
    errors = repository.query(
        "SELECT source_name[-4:], error[:4] FROM messages WHERE state = 'rejected' ORDER BY ALL"
    ).rows
    assert [name for name, _ in errors] == ["abc2", "abc3", "abc4", "abc5"]


def test_a_job_that_never_reached_the_batch_system_goes_by_arcs_own_id(
    repository: LocalRepository, arc: Arc
) -> None:
    arc.add(LocalJobID="", Status="failed", UsedWalltime=0, lrms=None, localuser=None, VO="",
            mainfqan=None)  # fmt: skip
    take(repository, arc)
    columns = "local_job_id, local_user_id, infrastructure_description, vo, fqan"
    assert one(repository, columns) == ("abc1", "None", "JURA-ARC", "None", "None")


def test_characters_that_arc_escapes_and_hostile_ones_arrive(
    repository: LocalRepository, arc: Arc
) -> None:
    arc.add(User="/CN=Miles O%27Brien <&> 100%25", Queue="q\x1b[31m", LocalJobID="7\x07")
    take(repository, arc)
    assert take(repository, arc).known == 1
    assert one(repository, "global_user_name, queue") == (
        "/CN=Miles O'Brien <&> 100%", "q\\x1b[31m",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("interface", "submit_host"),
    [
        ("org.nordugrid.arcrest", "arcrest:https://ce:443/arex"),
        ("org.nordugrid.internal", "internal:https://ce:443/arex"),
        ("org.nordugrid.gridftpjob", "https://ce:443/arex"),
        ("org.ogf.glue.emies.activitycreation", "https://ce:443/arex"),
    ],
)
def test_the_interface_stands_before_the_url_whole(interface: str, submit_host: str) -> None:
    assert submit_host_of(interface, "https://ce:443/arex") == (submit_host, "ce")


def test_more_than_a_thousand_jobs_are_several_messages(
    repository: LocalRepository, arc: Arc
) -> None:
    for number in range(2100):
        arc.add(JobID=f"j{number}", LocalJobID=str(number), EndTime=1748874300 + number // 7)
    counted = take(repository, arc)
    assert (counted.loaded.messages, counted.loaded.records) == (3, 2100)
    assert take(repository, arc).known == 2100


def test_a_database_in_use_a_copy_that_may_not_be_written_and_a_stranger(
    repository: LocalRepository, tmp_path: Path
) -> None:
    with accounting(tmp_path / "accounting.db") as arc:
        arc.add()
        assert (tmp_path / "accounting.db-wal").stat().st_size > 0
        assert take(repository, arc).loaded.records == 1
    before = arc.file.read_bytes()
    assert take(repository, arc).known == 1
    assert arc.file.read_bytes() == before

    for content, said in ((b"x" * 5000, "not a database"), (b"", "is no accounting database")):
        arc.file.write_bytes(content)
        with pytest.raises(AcctError, match=said):
            take(repository, arc)
    arc.file.unlink()
    with pytest.raises(UsageError, match="no file"):
        take(repository, arc)
    with pytest.raises(UsageError, match="--site"):
        import_arc(repository, arc.file, "", "")


@given(st.text(max_size=30), st.text(max_size=30), st.none() | st.text(max_size=30))
def test_a_message_is_well_formed_whatever_stands_in_the_database(
    user: str, queue: str, fqan: str | None
) -> None:
    row = {
        "job_id": user, "local_job_id": queue, "status": "failed", "exit_code": -1,
        "interface": user, "url": queue, "queue": queue, "user": user, "vo": None, "fqan": fqan,
        "benchmark": queue, "submit_time": None, "end_time": "x", "nodes": 1, "processors": 1,
        "memory_kb": 0, "virtual_kb": 1, "wall_s": 10**12, "user_s": 1, "kernel_s": 2,
        "lrms": None, "local_user": user, "lrms_start": queue, "lrms_end": "9999-99-99T99:99:99Z",
    }  # fmt: skip
    job = job_of(row, "S1", "", Timelines(Table(("site",), []), "S1"))
    document = ElementTree.fromstring(car_message([job], "1970-01-01T00:00:00Z"))
    told = {element.tag.rpartition("}")[2]: element.text or "" for element in document.iter()}
    assert (told["GlobalUserName"], told["Queue"]) == (printable(user), printable(queue))
    assert told["CpuDuration"] == "PT3S"
