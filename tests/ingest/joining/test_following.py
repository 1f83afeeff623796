"""Joined jobs follow whatever changes, in whichever order it comes, and leave no stale row."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from appliance.config import JoinMap
from appliance.errors import AcctError
from appliance.local import LocalRepository
from appliance.moments import BEGINNING
from appliance.repository import Benchmark, Delivery, LogPiece
from appliance.table import Value
from ingest.joining import writing
from tests.ingest.joining.conftest import Opened
from tests.jobs import message, record
from tests.joining import CE, DAY, END, JUNE, event, jobs, line

LONG_AGO = "2000-01-01"


def summaries(repository: LocalRepository) -> list[tuple[Value, ...]]:
    return repository.query(
        "SELECT infrastructure_type, vo, month, wall_duration, number_of_jobs "
        "FROM super_summaries ORDER BY ALL"
    ).rows


def spec(level: int, since: datetime = BEGINNING, host: str = CE) -> Benchmark:
    return Benchmark(host, "HEPSPEC", Decimal(level), since, site="S1")


def received(repository: LocalRepository, wall: int) -> None:
    text = message(
        record(Site="S1", MachineName="batch1", LocalJobId="4401", WallDuration=str(wall),
               VO="sent", StartTime="1748867411", EndTime="1748874011")
    )  # fmt: skip
    repository.load([Delivery(f"message {wall}", text.encode(), 1.0)])


def age(repository: LocalRepository) -> None:
    """Have all jobs joined long ago."""
    with repository.store.transaction() as cursor:
        cursor.execute(f"UPDATE store.jobs SET joined_at = '{LONG_AGO}'")


def anew(repository: LocalRepository) -> int:
    """How many jobs were written since they were joined long ago."""
    [(found,)] = repository.query(
        f"SELECT count(*) FROM jobs WHERE update_time > TIMESTAMP '{LONG_AGO}'"
    ).rows
    assert isinstance(found, int)
    return found


def test_a_late_line_promotes_a_local_job_and_leaves_no_stale_summary(opened: Opened) -> None:
    repository = opened(local_jobs=True)
    event(repository)
    repository.summarise()
    assert summaries(repository) == [("local", "cms", 6, 6600, 1)]
    line(repository, vo="dune", fqan="/dune")
    repository.summarise()
    assert summaries(repository) == [("grid", "dune", 6, 6600, 1)]
    assert jobs(repository, "vo") == [("dune",)]
    assert repository.join()["reasons"] == {}


def test_events_may_come_after_their_lines(repository: LocalRepository) -> None:
    line(repository)
    repository.summarise()
    event(repository)
    assert jobs(repository, "submit_host") == [(CE,)]


def test_a_line_that_is_corrected_corrects_its_job(repository: LocalRepository) -> None:
    event(repository)
    line(repository, vo="wrong", fqan="/wrong")
    repository.summarise()
    line(repository, vo="right", fqan="/right")  # the same key
    repository.summarise()
    assert summaries(repository) == [("grid", "right", 6, 6600, 1)]
    assert repository.join()["grid"] == 1


def test_an_event_that_is_replaced_replaces_its_job(repository: LocalRepository) -> None:
    first = event(repository)
    line(repository)
    assert jobs(repository, "message_id", "wall_duration") == [(first, 6600)]
    second = event(repository, wall_duration=100)
    assert jobs(repository, "message_id", "wall_duration") == [(second, 100)]
    assert summaries(repository) == [("grid", "cms", 6, 100, 1)]
    assert repository.query("SELECT message_id FROM joins").rows == [(second,)]


def test_a_benchmark_that_is_set_later_covers_the_jobs_of_its_span_alone(
    repository: LocalRepository,
) -> None:
    for number, days in enumerate((-62, -31, 0)):
        end = END + timedelta(days=days)
        event(repository, job_name=str(number), end_time=end)
        line(repository, lrms_id=str(number), time_stamp=end)
    assert jobs(repository, "service_level") == [(None,)] * 3
    age(repository)
    repository.set_benchmarks([spec(10, END - 31 * DAY)])
    found = repository.query("SELECT end_time, service_level FROM jobs ORDER BY end_time").rows
    assert [value for _, value in found] == [None, Decimal(10), Decimal(10)]
    assert anew(repository) == 2
    repository.set_benchmarks([spec(11, END)])
    assert anew(repository) == 2
    found = repository.query("SELECT service_level FROM super_summaries ORDER BY ALL").rows
    assert found == [(Decimal(10),), (Decimal(11),), (None,)]
    assert repository.join()["uncovered"] == 1


def test_a_benchmark_of_the_batch_host_is_for_its_local_jobs(opened: Opened) -> None:
    repository = opened(local_jobs=True)
    event(repository)
    event(repository, job_name="2")
    line(repository, lrms_id="2")
    repository.summarise()
    repository.set_benchmarks([spec(7, host="batch1")])
    found = jobs(repository, "infrastructure_type", "service_level")
    assert found == [("grid", None), ("local", Decimal(7))]


def test_settings_that_change_are_followed(opened: Opened) -> None:
    repository = opened()
    event(repository)
    assert jobs(repository, "vo") == []
    assert jobs(opened(local_jobs=True), "vo", "infrastructure_type") == [("cms", "local")]
    mapped = opened(local_jobs=True, map=[JoinMap(user="cms*", vo="dune")])
    assert jobs(mapped, "vo", "infrastructure_type") == [("dune", "grid")]
    repository = opened()
    assert jobs(repository, "vo") == []
    assert summaries(repository) == []
    assert repository.join()["none"] == 1


def test_what_has_not_changed_is_not_written_again(repository: LocalRepository) -> None:
    for number in range(3):
        event(repository, job_name=str(number))
        line(repository, lrms_id=str(number))
    repository.summarise()
    age(repository)
    assert repository.join(everything=True)["events"] == 3
    assert anew(repository) == 0
    line(repository, lrms_id="1", ce="a better one", time_stamp=END)
    assert len(jobs(repository, "submit_host")) == 3
    assert anew(repository) == 1


@pytest.mark.parametrize("first", ["event", "message"])
def test_of_a_job_that_is_also_received_the_received_one_stands(
    repository: LocalRepository, first: str
) -> None:
    if first == "message":
        received(repository, 50)
    event(repository)
    line(repository)
    repository.summarise()
    if first == "event":
        received(repository, 50)
    assert jobs(repository, "vo", "wall_duration") == [("sent", 50)]
    repository.join(everything=True)
    assert jobs(repository, "vo", "wall_duration") == [("sent", 50)]
    assert summaries(repository) == [("None", "sent", 6, 50, 1)]
    assert repository.unjoined("received").only("job", "reason").rows == [("4401", "received")]
    received(repository, 60)
    assert jobs(repository, "vo", "wall_duration") == [("sent", 60)]


def test_received_jobs_beside_joined_ones_are_left_alone(opened: Opened) -> None:
    repository = opened(local_jobs=True)
    received(repository, 50)
    event(repository, job_name="other")
    assert jobs(repository, "vo") == [("cms",), ("sent",)]
    assert jobs(opened(), "vo") == [("sent",)]


def test_a_pass_that_fails_changes_nothing_and_is_made_later(
    repository: LocalRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    event(repository)
    line(repository)

    def fail(*_: object, **__: object) -> int:
        raise AcctError("the disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(writing, "account", fail)
        with pytest.raises(AcctError):
            repository.summarise()
    assert repository.query("SELECT * FROM jobs").rows == []
    assert jobs(repository, "submit_host") == [(CE,)]


def test_more_lines_than_one_transaction_takes_are_joined_in_several(
    repository: LocalRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.joining.due._RECORDS_AT_ONCE", 2)
    for number in range(5):
        event(repository, job_name=str(number))
        line(repository, lrms_id=str(number))
    assert repository.join()["grid"] == 5


SLURM = (
    "{id}|grid_77|cms031|cms|2025-06-02T12:30:11|2025-06-02T14:20:11|01:50:00|{cpu}|grid|8|1|wn31"
    "||{memory}|{state}\n"
)


def piece(*lines: str) -> LogPiece:
    return LogPiece("slurm_acc", "".join(lines).encode(), 1.0, "slurm", "S1", "batch1")


def test_lines_of_a_log_become_jobs_as_they_are_loaded(repository: LocalRepository) -> None:
    line(repository)
    job = SLURM.format(id=4401, cpu=52800, memory="", state="COMPLETED")
    repository.load_logs([piece(job, SLURM.format(id=1, cpu=1, memory="", state="FAILED"))])
    assert summaries(repository) == [("grid", "cms", 6, 6600, 1)]
    [(message_id,)] = repository.query("SELECT message_id FROM jobs").rows
    assert isinstance(message_id, int)
    assert repository.raw(message_id).decode().startswith(job)


def test_steps_that_come_later_complete_the_job(repository: LocalRepository) -> None:
    line(repository)
    repository.load_logs(
        [piece(SLURM.format(id=4401, cpu="00:00:00", memory="", state="COMPLETED"))]
    )
    assert jobs(repository, "cpu_duration", "memory_virtual") == [(0, None)]
    repository.load_logs(
        [piece(SLURM.format(id="4401.batch", cpu="01:00:00", memory="1024K", state="COMPLETED"))]
    )
    assert jobs(repository, "cpu_duration", "memory_virtual") == [(3600, 1024)]


def test_what_wants_a_look_is_warned_of(repository: LocalRepository) -> None:
    for number in range(3):
        event(repository, job_name=str(number))
    assert jobs(repository, "vo") == []
    [warning] = repository.status()["warnings"]
    assert warning.startswith("3 of 3 events of the last months: no line of a gatekeeper")
    assert repository.status()["joined"]["months"] == {"no_gatekeeper": [JUNE, JUNE]}
    for number in range(3):
        line(repository, lrms_id=str(number))
    repository.set_benchmarks([spec(10)])
    assert repository.status()["warnings"] == []
    assert repository.status()["joined"] == {
        "grid": 3, "local": 0, "none": 0, "reasons": {}, "uncovered": 0, "months": {},
    }  # fmt: skip
