"""The figures of virtual machines in reports, worked out by hand."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from appliance.errors import UsageError
from appliance.local import LocalRepository
from appliance.repository import Loaded, Question
from appliance.table import Table, Value
from tests.reports.test_cloud import EXAMPLE_8_6, EXAMPLE_8_7
from tests.sheets import CLOUD, CLOUD_SUMMARY, message, of

Load = Callable[..., Loaded]
SIZES = ("memory_gb_hours", "disk_gb_hours")


def ask(repository: LocalRepository, *by: str, **more: object) -> Table:
    return repository.report(Question(subject="cloud", by=by, **more))  # type: ignore[arg-type]


def rows(repository: LocalRepository, *by: str, **more: object) -> list[tuple[Value, ...]]:
    return ask(repository, *by, **more).rows


def measured(month: int, **changes: str | None) -> str:
    """A record of the first of a month of 2024."""
    made = str(int(datetime(2024, month, 1, tzinfo=UTC).timestamp()))
    return of(CLOUD, **{"RecordCreateTime": made, **changes})


def test_the_sheets_example_8_6_is_two_months_of_one_machine(
    repository: LocalRepository, load: Load
) -> None:
    load(EXAMPLE_8_6)
    metrics = ("vms", "wall_hours", "core_hours", "cpu_hours", "memory_gb_hours", "network_gb")
    # 85,400 s of 2 cores and 4 GB, then 87,400 s; the disk is not known
    assert rows(repository, "month", "status", metrics=metrics) == [
        ("2024-06", "started", 1, 85400 / 3600, 2 * 85400 / 3600, 170800 / 3600,
         4 * 85400 / 3600, 1, 0.0),
        ("2024-07", "completed", 1, 87400 / 3600, 2 * 87400 / 3600, 174800 / 3600,
         4 * 87400 / 3600, 2, 0.0),
    ]  # fmt: skip
    found = rows(repository, "vo", metrics=("core_hours", "memory_gb_hours", "disk_gb_hours"))
    assert found == [("geo.example", 96.0, 192.0, None, 0.0, 48.0)]  # 172,800 s are 48 h


def test_a_received_summary_says_no_memory_and_its_hours_are_told(
    repository: LocalRepository, load: Load
) -> None:
    load(EXAMPLE_8_6, EXAMPLE_8_7)
    # of stack-2, on 2.5 cores
    found = ask(repository, "service", metrics=("core_hours", "memory_gb_hours"))
    assert found.rows == [
        ("stack-1", 96.0, 192.0, 0.0),
        ("stack-2", pytest.approx(2.5 * 87400 / 3600), None, 87400 / 3600),
    ]
    assert found.columns[-1] == "no_memory_hours"
    assert found.notes == ()


def test_memory_and_disk_are_weighted_by_each_machines_own_time(
    repository: LocalRepository, load: Load
) -> None:
    load(
        message(
            CLOUD,
            measured(6, VMUUID="a", WallDuration="3600", Memory="1024", Disk="10"),
            measured(6, VMUUID="b", WallDuration="7200", Memory="4096", Disk="100"),
            measured(6, VMUUID="c", WallDuration="1800", Memory=None, Disk=None),
        )
    )
    # 1 h × 1 GB + 2 h × 4 GB; 1 h × 10 + 2 h × 100; half an hour of c is not known
    assert rows(repository, "site", metrics=SIZES) == [("C1", 9.0, 210.0, 0.5, 0.5)]


def test_a_service_with_records_does_not_count_summaries_of_the_same_month_again(
    repository: LocalRepository, load: Load
) -> None:
    same = {"SiteName": "C1", "CloudComputeService": "x", "WallDuration": "3600"}
    load(
        message(CLOUD, measured(6, **same)),
        message(CLOUD_SUMMARY, of(CLOUD_SUMMARY, **same | {"Month": "6", "VO": "other"}),
                of(CLOUD_SUMMARY, **same | {"Month": "7"}),
                of(CLOUD_SUMMARY, **same | {"Month": "6", "CloudComputeService": "y"})),
    )  # fmt: skip
    found = ask(repository, "month", "service", metrics=("wall_hours",))
    assert found.rows == [("2024-06", "x", 1.0), ("2024-06", "y", 1.0), ("2024-07", "x", 1.0)]
    assert found.notes == (
        "1 received cloud summaries are left out: there are records of the same service and month",
    )


def test_machines_of_no_known_month_stand_apart_and_are_told(
    repository: LocalRepository, load: Load
) -> None:
    load(message(CLOUD, Status="completed", VMUUID="lost", WallDuration="7200"))
    load(message(CLOUD, VMUUID="known", WallDuration="3600"))
    found = ask(repository, "vo", metrics=("vms", "wall_hours"), since=date(2024, 1, 1))
    assert (found.rows, found.totals) == ([("None", 1, 1.0)], (None, 1, 1.0))
    [note] = found.notes
    assert note.startswith("1 machines of no known month are left out")
    by_month = ask(repository, "month", metrics=("vms", "wall_hours"), since=date(2024, 1, 1))
    assert by_month.rows == [("0000-00", 1, 2.0), ("2024-06", 1, 1.0)]
    assert by_month.notes == ()


def test_only_lost_machines_are_no_row_and_still_told(
    repository: LocalRepository, load: Load
) -> None:
    load(message(CLOUD, Status="completed"))
    found = ask(repository, "vo")
    assert (found.rows, found.totals, len(found.notes)) == ([], None, 1)


def test_a_summary_of_month_77_is_of_no_known_month(
    repository: LocalRepository, load: Load
) -> None:
    load(message(CLOUD_SUMMARY, Month="77", WallDuration="3600"))
    assert rows(repository, "month", metrics=("wall_hours",)) == [("2024-77", 1.0)]
    assert rows(repository, "year", metrics=("wall_hours",)) == []


def test_a_counter_that_fell_gives_negative_hours_and_is_told(
    repository: LocalRepository, load: Load
) -> None:
    load(message(CLOUD, measured(6, WallDuration="7200"), measured(7, WallDuration="3600")))
    found = ask(repository, "month", metrics=("wall_hours",))
    assert found.rows == [("2024-06", 2.0), ("2024-07", -1.0)]
    [note] = found.notes
    assert note.startswith("1 machines have counters that fell")


def test_cores_that_nobody_counted_are_one(repository: LocalRepository, load: Load) -> None:
    load(message(CLOUD, WallDuration="3600", CpuCount=None))
    assert rows(repository, "cores", metrics=("core_hours",)) == [(0, 1.0)]
    load(message(CLOUD, WallDuration="3600", CpuCount="0.5"))
    assert rows(repository, "vo", metrics=("core_hours",)) == [("None", 0.5)]


def test_the_largest_counters_break_no_report(repository: LocalRepository, load: Load) -> None:
    most, least = str(2**63 - 1), str(-(2**63))
    changes = {"WallDuration": most, "Memory": most, "NetworkInbound": most, "Disk": least}
    load(message(CLOUD, measured(6, **changes), measured(7, **changes | {"WallDuration": least})))
    summary = {"WallDuration": least, "NetworkInbound": most, "NetworkOutbound": most}
    load(message(CLOUD_SUMMARY, CpuCount="9999999.999", **summary))
    from reports.cloud import CLOUD as SUBJECT

    [row] = rows(repository, "year", metrics=tuple(SUBJECT.metrics))
    assert row[0] == 2024


def test_every_dimension_can_be_asked_and_asked_for(
    repository: LocalRepository, load: Load
) -> None:
    from reports.cloud import CLOUD as SUBJECT

    load(EXAMPLE_8_6)
    for name in SUBJECT.dimensions:
        for value, hours in rows(repository, name, metrics=("core_hours",)):
            where = ((name, (str(value),)),)
            assert rows(repository, name, metrics=("core_hours",), where=where) == [(value, hours)]


def test_days_are_refused_for_a_counter_knows_only_its_month(
    repository: LocalRepository, load: Load
) -> None:
    load(EXAMPLE_8_6)
    with pytest.raises(UsageError, match="by month"):
        ask(repository, "vo", since=date(2024, 6, 15))
    july = {"since": date(2024, 7, 1), "until": date(2024, 8, 1)}
    assert rows(repository, "vo", metrics=("vms",), **july) == [("geo.example", 1)]
