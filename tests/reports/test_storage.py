"""Storage by time: what each record says for how long, worked out by hand."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from fractions import Fraction
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appliance.errors import UsageError
from appliance.local import LocalRepository
from appliance.repository import Loaded, Question
from appliance.table import Table, Value
from tests.documents import EXAMPLE_8_8, element, share, star
from tests.plain_storage import HOUR, Held, Sample, at_end, held

Load = Callable[..., Loaded]
TB = 10**12
NAMES = count()


def ask(repository: LocalRepository, *by: str, **more: object) -> Table:
    return repository.report(Question(subject="storage", by=by, **more))  # type: ignore[arg-type]


def rows(repository: LocalRepository, *by: str, **more: object) -> list[tuple[Value, ...]]:
    return ask(repository, *by, **more).rows


def held_from(
    since: str, until: str, used: int, *, vo: str = "a", created: str = "2024-08-01", **more: str
) -> str:
    """A record of so many TB."""
    name = f"r{next(NAMES):06}"
    identity = element("RecordIdentity", "", recordId=name, createTime=created)
    fields = {"ResourceCapacityUsed": str(used * TB), "Group": vo, **more}
    return share(identity, name=None, StartTime=since, EndTime=until, **fields)


DAY = "2024-06-01", "2024-06-02"
USED = {"metrics": ("tb_months", "tb_hours", "used_tb")}


def test_the_sheets_example_8_8_is_a_day_of_june(repository: LocalRepository, load: Load) -> None:
    load(EXAMPLE_8_8)
    # 9 TB for one day of 30: 0.3 TB-months, 216 TB-hours
    found = rows(repository, "site", "vo", "vo_group", "share", "media", "month", **USED)
    wanted = "EXAMPLE-NORTH", "geo.example", "sim", "tape-a", "tape", "2024-06", 0.3, 216.0, 9.0
    assert found == [wanted]
    assert rows(repository, "vo") == [("geo.example", 0.3, 9.0, 42, 0.0, 1.0)]


def test_a_record_over_a_months_border_counts_by_the_length_of_each_month(
    repository: LocalRepository, load: Load
) -> None:
    load(star(held_from("2024-06-16", "2024-07-16T12:00:00", 10)))
    found = rows(repository, "month", **USED)
    # 15 days of June's 30; 15.5 days of July's 31
    assert found == [("2024-06", 5.0, 3600.0, 10.0), ("2024-07", 5.0, 3720.0, 10.0)]
    assert rows(repository, "year", **USED) == [(2024, 10.0, 7320.0, 10.0)]


def test_times_within_a_record_take_their_part_of_it(
    repository: LocalRepository, load: Load
) -> None:
    load(star(held_from("2024-06-01", "2024-07-01", 30)))
    times = {"since": date(2024, 6, 10), "until": date(2024, 6, 13)}
    assert rows(repository, "vo", **USED, **times) == [("a", 3.0, 2160.0, 30.0)]
    assert rows(repository, "vo", since=date(2024, 7, 1)) == []


def test_hourly_records_of_the_last_day_are_not_counted_24_times(
    repository: LocalRepository, load: Load
) -> None:
    midnight = datetime(2024, 6, 2)
    ends = [midnight + timedelta(hours=n) for n in range(48)]
    load(
        star(
            *[
                held_from(f"{end - timedelta(days=1):%FT%TZ}", f"{end:%FT%TZ}", 24 + n)
                for n, end in enumerate(ends)
            ]
        )
    )
    # The first speaks for its 24 hours, each later one for the hour before its end:
    # 24 × 24 + (25 + 26 + … + 71) = 576 + 2256
    assert rows(repository, "vo", metrics=("tb_hours", "used_tb", "covered")) == [
        ("a", 2832.0, 71.0, 1.0)
    ]


def test_a_gap_is_told_and_not_filled(repository: LocalRepository, load: Load) -> None:
    load(star(held_from("2024-06-01", "2024-06-02", 30), held_from("2024-06-03", "2024-06-04", 30)))
    found = rows(repository, "vo", metrics=("tb_months", "gap_hours", "covered"))
    assert found == [("a", 2.0, 24.0, 2 / 3)]
    within = {"since": date(2024, 6, 2), "until": date(2024, 6, 3)}
    assert rows(repository, "vo", **within) == [("a", None, None, None, 24.0, 0.0)]


def test_after_a_year_without_a_record_there_is_no_gap_but_an_end(
    repository: LocalRepository, load: Load
) -> None:
    load(star(held_from("2022-06-01", "2022-06-02", 30), held_from("2024-06-01", "2024-06-02", 30)))
    assert rows(repository, "vo", metrics=("gap_hours", "covered")) == [("a", 0.0, 1.0)]


def test_a_long_record_speaks_where_no_shorter_one_does(
    repository: LocalRepository, load: Load
) -> None:
    load(
        star(
            held_from("2024-06-01", "2024-07-01", 10),
            held_from("2024-06-10", "2024-06-11", 40),
            held_from("2024-06-20", "2024-06-21", 70),
        )
    )
    # 28 days of 10, one of 40, one of 70: 390 TB-days of 30
    assert rows(repository, "vo", metrics=("tb_months", "gap_hours")) == [("a", 13.0, 0.0)]


def test_of_equal_ends_the_record_made_last_speaks(repository: LocalRepository, load: Load) -> None:
    load(
        star(
            held_from("2024-06-01", "2024-06-02", 30, created="2024-06-03"),
            held_from("2024-06-01", "2024-06-02", 60, created="2024-06-04"),
            held_from("2024-06-01", "2024-06-02", 90, created="2024-06-02"),
        )
    )
    assert rows(repository, "vo", metrics=("tb_months", "used_tb")) == [("a", 2.0, 60.0)]


def test_things_that_differ_in_anything_are_added_up(
    repository: LocalRepository, load: Load
) -> None:
    same = {"StorageShare": "s", "StorageMedia": "disk"}
    changes: list[dict[str, str]] = [
        {"StorageShare": "t"}, {"StorageMedia": "tape"}, {"UserIdentity": "/CN=b"}, {},
    ]  # fmt: skip
    load(star(*[held_from(*DAY, 30, **{**same, **change}) for change in changes]))
    assert rows(repository, "media", metrics=("tb_months", "used_tb")) == [
        ("disk", 3.0, 90.0),
        ("tape", 1.0, 30.0),
    ]


def test_capacity_at_the_end_is_that_of_each_month_or_of_the_whole(
    repository: LocalRepository, load: Load
) -> None:
    load(
        star(
            held_from("2024-06-01", "2024-07-01", 3, FileCount="30"),
            held_from("2024-07-01", "2024-08-01", 5, FileCount="50"),
            held_from("2024-06-01", "2024-06-15", 7, vo="gone"),
            # sampled three hours earlier than the rest of its system
            held_from("2024-07-30T21:00:00Z", "2024-07-31T21:00:00Z", 11, vo="early"),
        )
    )
    at = {"metrics": ("used_tb", "files")}
    by_month = ask(repository, "month", **at)
    assert by_month.rows == [("2024-06", 3.0, 30), ("2024-07", 16.0, 50)]
    assert by_month.totals == (None, None, None), "two moments are not added up"
    for months, held_then in ((("2024-06",), (3.0, 30)), (("2024-06", "2024-07"), (5.0, 50))):
        where = (("month", months), ("vo", ("a",)))
        assert rows(repository, "vo", **at, where=where) == [("a", *held_then)]
    assert rows(repository, "vo", **at) == [
        ("early", 11.0, None),
        ("a", 5.0, 50),
        ("gone", None, None),
    ]
    june = {"since": date(2024, 6, 1), "until": date(2024, 6, 16)}
    assert rows(repository, "vo", **at, **june) == [("gone", 7.0, None), ("a", 3.0, 30)]


def test_logical_and_allocated_capacity_and_other_units(
    repository: LocalRepository, load: Load
) -> None:
    load(
        star(
            held_from(
                "2024-06-01", "2024-06-16", 4, LogicalCapacityUsed=str(2**40),
                ResourceCapacityAllocated=str(2**43),
            )
        )
    )  # fmt: skip
    found = ask(
        repository, "vo", metrics=("logical_tb_months", "allocated_tb", "logical_tb"), unit="TiB"
    )
    assert found.columns == ("vo", "logical_tib_months", "allocated_tib", "logical_tib")
    assert found.rows == [("a", 0.5, 8.0, 1.0)]
    assert rows(repository, "vo", metrics=("used_tb",), unit="GB") == [("a", 4000.0)]


def test_a_record_that_cannot_be_is_counted_and_its_capacity_is_not(
    repository: LocalRepository, load: Load
) -> None:
    load(
        star(
            held_from("2024-06-01", "2024-06-02", 30),
            held_from("2024-06-02", "2024-06-02", 1000),
            held_from("2024-06-03", "2024-06-02", 1000),
            held_from("2024-06-02", "2024-06-03", -1),
            held_from("2020-06-02", "2024-06-03", 1000),
            held_from("2024-06-02", "2024-06-03", 5, LogicalCapacityUsed="-5"),
            held_from("2024-06-02", "2024-06-02", 5, vo="b"),
        )
    )
    found = ask(repository, "vo", metrics=("tb_months", "odd_records"))
    assert found.rows == [("a", 1.0, 5)]
    assert found.totals == (None, 1.0, 6)
    [note] = found.notes
    assert note.startswith("6 storage records are left out")
    assert not ask(repository, "vo", until=date(2024, 6, 2)).notes


def test_null_and_none_name_the_same_nobody(repository: LocalRepository, load: Load) -> None:
    load(star(held_from("2024-06-01", "2024-06-02", 30, Site="NULL")))
    load(star(held_from("2024-06-02", "2024-06-03", 30)))
    found = rows(repository, "site", metrics=("tb_months", "used_tb"))
    assert found == [("None", 2.0, 30.0)]


def test_every_dimension_and_metric_can_be_asked(repository: LocalRepository, load: Load) -> None:
    from reports.storage import STORAGE

    load(EXAMPLE_8_8)
    for name in STORAGE.dimensions:
        [(value, days)] = rows(repository, name, metrics=("tb_months",))
        assert days == 0.3
        where = ((name, (str(value),)),)
        assert rows(repository, "vo", metrics=("used_tb",), where=where) == [("geo.example", 9.0)]
    [row] = rows(repository, *STORAGE.dimensions, metrics=tuple(STORAGE.metrics))
    assert len(row) == len(STORAGE.dimensions) + len(STORAGE.metrics)


@pytest.mark.parametrize(
    "wrong",
    [{"by": ("queue",)}, {"metrics": ("jobs",)}, {"unit": "HEPSPEC"}, {"subject": "weather"}],
)
def test_what_storage_does_not_have_is_refused(
    repository: LocalRepository, wrong: dict[str, object]
) -> None:
    with pytest.raises(UsageError):
        repository.report(Question(**{"subject": "storage", **wrong}))  # type: ignore[arg-type]
    with pytest.raises(UsageError):
        repository.jobs(Question(subject="storage"))


def test_the_largest_capacities_are_summed(repository: LocalRepository, load: Load) -> None:
    most = {"ResourceCapacityUsed": str(2**63 - 1)}
    load(star(*[held_from(*DAY, 0, **most, StorageShare=name) for name in "abc"]))
    [(_, months)] = rows(repository, "vo", metrics=("tb_months",))
    assert months == pytest.approx(3 * (2**63 - 1) / TB / 30)


FIRST = datetime(2024, 5, 30)
SAMPLES = st.lists(
    st.tuples(
        st.sampled_from("ab"),
        st.integers(0, 90),  # begins, hours after FIRST: over the border of June
        st.integers(-2, 60),  # lasts
        st.integers(1, 3),  # made in this order
        st.integers(-1, 9),
    ),
    min_size=1,
    max_size=10,
)


def _samples(drawn: list[tuple[str, int, int, int, int]]) -> Iterator[Sample]:
    for vo, begins, lasts, created, used in drawn:
        start = FIRST + begins * HOUR
        yield Sample(f"r{next(NAMES):09}", vo, start, start + lasts * HOUR, created, used * TB)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(drawn=SAMPLES, from_day=st.none() | st.integers(0, 4))
def test_every_hour_is_as_the_rule_read_literally_says(
    repository: LocalRepository,
    load: Load,
    drawn: list[tuple[str, int, int, int, int]],
    from_day: int | None,
) -> None:
    with repository.store.transaction() as cursor:
        cursor.execute("DELETE FROM store.storage_records")
    samples = list(_samples(drawn))
    load(star(*[_document(sample) for sample in samples]))
    since = FIRST.date() + timedelta(days=from_day) if from_day is not None else None
    first = datetime.combine(since, datetime.min.time()) if since else datetime(2024, 1, 1)
    wanted = held(samples, first, datetime(2025, 1, 1))
    metrics = ("tb_months", "gap_hours", "used_tb")
    found = {
        (vo, (int(str(month)[:4]), int(str(month)[5:]))): (months, gap, used)
        for vo, month, months, gap, used in rows(
            repository, "vo", "month", metrics=metrics, since=since
        )
    }
    assert found == {key: _figures(key, wanted) for key in wanted}


def _document(sample: Sample) -> str:
    made = f"2024-08-0{sample.created}"
    identity = element("RecordIdentity", "", recordId=sample.name, createTime=made)
    return share(
        identity, name=None, StartTime=f"{sample.begins:%FT%TZ}", EndTime=f"{sample.ends:%FT%TZ}",
        ResourceCapacityUsed=str(sample.used), Group=sample.thing,
    )  # fmt: skip


def _figures(
    key: tuple[str, tuple[int, int]], wanted: dict[tuple[str, tuple[int, int]], Held]
) -> tuple[object, ...]:
    thing, month = key
    ends = at_end(figures for (_, other), figures in wanted.items() if other == month)
    mine = wanted[key]
    months = pytest.approx(float(mine.byte_months / Fraction(TB))) if mine.last else None
    used = ends[thing] / TB if thing in ends else None
    return months, mine.gap_hours, used
