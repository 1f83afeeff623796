"""Benchmarks over time: what is set later in time stays, and nothing that was set is lost."""

from datetime import datetime, timedelta
from decimal import Decimal

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from appliance.config import Config
from appliance.errors import UsageError
from appliance.local import LocalRepository
from appliance.moments import BEGINNING
from appliance.repository import Benchmark
from appliance.resources import text
from appliance.store import Store, now
from appliance.table import Value
from ingest.benchmarks.timeline import set_benchmarks

CE = "ce1.example.org:9619/ce1-condor"
JAN, APR, JUL, OCT = (datetime(2025, month, 1) for month in (1, 4, 7, 10))


def score(value: str, since: datetime | None = None, **more: object) -> Benchmark:
    return Benchmark(CE, "HEPscore23", Decimal(value), since, site="S1", **more)  # type: ignore[arg-type]


def spec(value: str, since: datetime | None = None, **more: object) -> Benchmark:
    return Benchmark(CE, "HEPSPEC", Decimal(value), since, site="S1", **more)  # type: ignore[arg-type]


def timeline(repository: LocalRepository) -> list[tuple[Value, ...]]:
    found = repository.benchmarks(CE)
    return found.only("service_level_type", "service_level", "valid_from", "valid_until").rows


def due(repository: LocalRepository) -> list[tuple[object, ...]]:
    with repository.store.cursor() as cursor:
        return cursor.execute("SELECT since, until FROM store.join_due ORDER BY ALL").fetchall()


def test_the_first_value_of_a_host_holds_from_the_beginning(repository: LocalRepository) -> None:
    assert set_benchmarks(repository.store, [score("12.5")]) == 1
    assert timeline(repository) == [("HEPscore23", Decimal("12.5"), BEGINNING, None)]
    assert due(repository) == [(BEGINNING, None)]


def test_a_later_value_without_a_date_holds_from_now_on(repository: LocalRepository) -> None:
    before = now()
    set_benchmarks(repository.store, [score("12.5")])
    set_benchmarks(repository.store, [score("13")])
    first, second = timeline(repository)
    assert first[3] == second[2]
    assert isinstance(second[2], datetime)
    assert before <= second[2] <= now()


def test_a_new_type_closes_the_old_from_its_start(repository: LocalRepository) -> None:
    set_benchmarks(repository.store, [spec("10"), score("12.5", APR)])
    assert timeline(repository) == [
        ("HEPSPEC", Decimal(10), BEGINNING, APR),
        ("HEPscore23", Decimal("12.5"), APR, None),
    ]


def test_also_puts_both_in_force(repository: LocalRepository) -> None:
    set_benchmarks(repository.store, [spec("10"), score("12.5", APR, also=True)])
    assert timeline(repository) == [
        ("HEPSPEC", Decimal(10), BEGINNING, None),
        ("HEPscore23", Decimal("12.5"), APR, None),
    ]
    set_benchmarks(repository.store, [score("13", JUL, also=True)])
    assert timeline(repository) == [
        ("HEPSPEC", Decimal(10), BEGINNING, None),
        ("HEPscore23", Decimal("12.5"), APR, JUL),
        ("HEPscore23", Decimal(13), JUL, None),
    ]
    set_benchmarks(repository.store, [spec("11", OCT)])
    assert timeline(repository) == [
        ("HEPSPEC", Decimal(10), BEGINNING, OCT),
        ("HEPscore23", Decimal("12.5"), APR, JUL),
        ("HEPscore23", Decimal(13), JUL, OCT),
        ("HEPSPEC", Decimal(11), OCT, None),
    ]


def test_a_value_set_into_the_past_ends_where_the_next_begins(repository: LocalRepository) -> None:
    set_benchmarks(repository.store, [score("10"), score("20", OCT)])
    set_benchmarks(repository.store, [score("15", APR)])
    assert timeline(repository) == [
        ("HEPscore23", Decimal(10), BEGINNING, APR),
        ("HEPscore23", Decimal(15), APR, OCT),
        ("HEPscore23", Decimal(20), OCT, None),
    ]
    assert due(repository) == [(BEGINNING, None), (APR, OCT), (OCT, None)]


def test_only_the_span_that_changes_is_due_to_be_joined_again(
    repository: LocalRepository,
) -> None:
    set_benchmarks(repository.store, [spec("10"), score("13", JUL, also=True), spec("11", OCT)])
    with repository.store.transaction() as cursor:
        cursor.execute("DELETE FROM store.join_due")
    set_benchmarks(repository.store, [score("12", APR, also=True)])  # up to its own type's next
    set_benchmarks(repository.store, [spec("9", JAN)])  # up to what takes the place of all
    assert due(repository) == [(JAN, OCT), (APR, JUL)]


def test_a_value_for_the_same_moment_replaces_and_leaves_a_trace(
    repository: LocalRepository,
) -> None:
    set_benchmarks(repository.store, [score("10", APR)])
    set_benchmarks(repository.store, [spec("11", APR)])
    assert timeline(repository) == [("HEPSPEC", Decimal(11), APR, None)]
    kept = repository.query("SELECT service_level FROM benchmark_settings ORDER BY number").rows
    assert kept == [(Decimal(10),), (Decimal(11),)]


def test_the_same_value_again_is_nothing(repository: LocalRepository) -> None:
    set_benchmarks(repository.store, [spec("10"), score("12.5", APR, also=True)])
    noted = due(repository)
    again = [score("12.5", JUL, also=True), spec("10", JAN), spec("10.0004", JAN)]
    assert set_benchmarks(repository.store, again) == 0
    assert due(repository) == noted
    assert repository.query("SELECT count(*) FROM benchmark_settings").rows == [(2,)]


def test_two_types_said_together_again_are_nothing(repository: LocalRepository) -> None:
    both = [spec("10"), score("12.5", also=True)]
    assert set_benchmarks(repository.store, both) == 2
    held = timeline(repository)
    assert set_benchmarks(repository.store, both) == 0
    assert timeline(repository) == held
    assert set_benchmarks(repository.store, [spec("10", APR), score("13", APR, also=True)]) == 2
    assert timeline(repository) == [
        ("HEPSPEC", Decimal(10), BEGINNING, APR),
        ("HEPscore23", Decimal("12.5"), BEGINNING, APR),
        ("HEPSPEC", Decimal(10), APR, None),
        ("HEPscore23", Decimal(13), APR, None),
    ]


def test_hosts_and_sites_do_not_touch_each_other(repository: LocalRepository) -> None:
    other = Benchmark("ce2", "HEPSPEC", Decimal(9), site="S1")
    elsewhere = Benchmark(CE, "HEPSPEC", Decimal(8), site="S2")
    assert set_benchmarks(repository.store, [score("12.5"), other, elsewhere]) == 3
    found = repository.query("SELECT site, host, service_level, valid_until FROM benchmarks").rows
    assert sorted(found) == [
        ("S1", CE, Decimal("12.5"), None),
        ("S1", "ce2", Decimal(9), None),
        ("S2", CE, Decimal(8), None),
    ]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (Benchmark(CE, "HEPSPEC06", Decimal(1), site="S1"), "did you mean HEPSPEC?"),
        (Benchmark(CE, "watts", Decimal(1), site="S1"), "one of HEPscore23, HEPSPEC, si2k"),
        (score("-1"), "out of range"),
        (score("0.0004"), "out of range"),
        (score("10000000"), "out of range"),
        (score("NaN"), "no number"),
        (score("1", datetime(1969, 12, 31)), "before 1970"),
        (Benchmark(" ", "HEPSPEC", Decimal(1), site="S1"), "is no host"),
        (Benchmark("ce\x1b[31m", "HEPSPEC", Decimal(1), site="S1"), "is no host"),
        (Benchmark(CE, "HEPSPEC", Decimal(1)), "--site, or site.name"),
    ],
)
def test_one_that_cannot_be_is_refused_and_with_it_all(
    repository: LocalRepository, wrong: Benchmark, said: str
) -> None:
    with pytest.raises(UsageError) as refused:
        set_benchmarks(repository.store, [score("12.5"), wrong])
    assert said in str(refused.value)
    assert repository.benchmarks().rows == []
    assert due(repository) == []


def test_the_site_of_the_configuration_and_one_spelling_are_taken(config: Config) -> None:
    from dataclasses import replace

    from appliance.config import Site

    with LocalRepository(Store.open(replace(config, site=Site("S7")))) as repository:
        set_benchmarks(repository.store, [Benchmark(f" {CE} ", "hepSCORE23", Decimal("12.34449"))])
        found = repository.query("SELECT site, host, service_level_type, service_level "
                                 "FROM benchmarks").rows  # fmt: skip
    assert found == [("S7", CE, "HEPscore23", Decimal("12.344"))]


STEPS = some.lists(
    some.tuples(
        some.sampled_from(["HEPscore23", "HEPSPEC", "si2k"]),
        some.integers(1, 3),
        some.integers(0, 6),
        some.booleans(),
    ),
    max_size=12,
)


@settings(deadline=None, max_examples=50)
@given(STEPS)
def test_what_holds_on_each_day_is_what_was_said_last_for_it(
    steps: list[tuple[str, int, int, bool]],
) -> None:
    """Told anew, day by day, with nothing but a dictionary."""
    with duckdb.connect() as memory:
        memory.execute("CREATE SCHEMA store")
        memory.execute(text("appliance", "migrations/0009_benchmarks.sql"))
        memory.execute(text("appliance", "views/1_benchmarks.sql"))
        for number, (kind, level, day, also) in enumerate(steps):
            memory.execute(
                "INSERT INTO store.benchmark_settings VALUES (?, 'S', 'h', ?, ?, ?, ?, ?)",
                [number, kind, level, JAN + timedelta(day), also, JAN],
            )
        rows = memory.execute(
            "SELECT day, service_level_type, service_level::INTEGER FROM range(8) r(day) "
            "JOIN benchmarks ON valid_from <= $1 + to_days(day::INTEGER) "
            "AND (valid_until IS NULL OR valid_until > $1 + to_days(day::INTEGER))",
            [JAN],
        ).fetchall()
    wanted = []
    for day in range(8):
        held: dict[str, int] = {}
        for kind, level, since, also in sorted(steps, key=lambda step: step[2]):
            if since <= day:
                held = {**(held if also else {}), kind: level}
        wanted += [(day, kind, level) for kind, level in held.items()]
    assert sorted(rows) == sorted(wanted)
