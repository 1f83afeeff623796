"""Summaries are the jobs', always: exact, and made again for what a load touched and no more."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appliance.local import LocalRepository
from appliance.repository import Loaded
from appliance.store import Store
from appliance.table import Value
from reports.summarise import due
from tests.jobs import message, record

Load = Callable[..., Loaded]


def normalised(repository: LocalRepository) -> list[tuple[Value, ...]]:
    return repository.query(
        "SELECT normalised_wall_duration, normalised_cpu_duration, number_of_jobs "
        "FROM normalised_super_summaries ORDER BY ALL"
    ).rows


@pytest.mark.parametrize(
    ("walls", "benchmark", "wall"),
    [
        ([1, 1, 1], ("HEPSPEC", "0.3"), 1),  # one rounding a group: 0.9, not three times 0
        ([5], ("HEPSPEC", "0.1"), 1),  # 0.5 rounds away from zero
        ([15], ("HEPSPEC", "0.1"), 2),
        ([25], ("HEPSPEC", "0.1"), 3),
        ([100], ("si2k", "1001"), 400),  # 400.4
        ([7200], ("HEPscore23", "12.3456"), 88891),  # 7200 × 12.346 = 88891.2
    ],
)
def test_normalised_durations_are_exact_and_rounded_once(
    repository: LocalRepository, load: Load, walls: list[int], benchmark: tuple[str, str], wall: int
) -> None:
    kind, level = benchmark
    jobs = [
        record(LocalJobId=str(n), WallDuration=str(w), ServiceLevelType=kind, ServiceLevel=level)
        for n, w in enumerate(walls)
    ]
    load(message(*jobs))
    assert normalised(repository)[0][0] == wall


def test_a_corrected_job_leaves_no_stale_summary(repository: LocalRepository, load: Load) -> None:
    load(message(record(VO="wrong", WallDuration="100")))
    load(message(record(VO="right", WallDuration="200")))
    found = repository.query("SELECT vo, wall_duration, number_of_jobs FROM super_summaries").rows
    assert found == [("right", 200, 1)]


def test_queues_are_one_super_summary_with_the_smallest_description(
    repository: LocalRepository, load: Load
) -> None:
    load(
        message(
            record(Queue="a", InfrastructureDescription="z"),
            record(Queue="b", InfrastructureDescription="y", LocalJobId="2"),
        )
    )
    found = repository.query(
        "SELECT infrastructure_description, number_of_jobs FROM super_summaries"
    ).rows
    assert found == [("y", 2)]


def test_only_the_months_of_sites_that_a_load_touched_are_made_again(
    repository: LocalRepository, load: Load
) -> None:
    load(message(record(), record(Site="S2"), record(EndTime="1719792000", LocalJobId="2")))
    with repository.store.cursor() as cursor:
        cursor.execute("UPDATE store.usage SET update_time = TIMESTAMP '2000-01-01'")
    load(message(record(LocalJobId="3")))
    kept = repository.query(
        "SELECT site, month FROM super_summaries WHERE year(update_time) = 2000 ORDER BY ALL"
    ).rows
    assert kept == [("S1", 7), ("S2", 6)]


def test_a_store_whose_summaries_are_due_makes_them_before_it_answers(
    store: Store, load: Load
) -> None:
    load(message())
    config = store.config
    with store.cursor() as cursor:
        cursor.execute("TRUNCATE store.usage")
        cursor.execute("INSERT INTO store.due VALUES ('S1', DATE '2024-06-01')")
    store.close()
    with LocalRepository.open(config, read_only=True) as repository:
        assert due(repository.store) == 0
        assert len(repository.query("SELECT * FROM super_summaries").rows) == 1


JOBS = st.lists(
    st.tuples(
        st.integers(0, 5),  # the job's number: equal ones replace each other
        st.sampled_from(["a", "b"]),
        st.integers(0, 10**6),
        st.sampled_from(["0.001", "10", "12.345"]),
        st.sampled_from(["1717200060", "1719792000"]),
    ),
    min_size=1,
    max_size=8,
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(batches=st.lists(JOBS, min_size=1, max_size=3))
def test_after_any_loads_the_summaries_are_those_of_the_jobs(
    repository: LocalRepository, load: Load, batches: list[list[tuple[int, str, int, str, str]]]
) -> None:
    for batch in batches:
        load(
            message(
                *[
                    record(
                        LocalJobId=str(n),
                        VO=vo,
                        CpuDuration=str(c),
                        ServiceLevel=level,
                        EndTime=end,
                    )
                    for n, vo, c, level, end in batch
                ]
            )
        )
    from_jobs: dict[tuple[object, ...], list[Decimal]] = {}
    for row in repository.query("SELECT * FROM jobs").dicts():
        key = row["vo"], row["end_time"].month, row["service_level"]  # type: ignore[union-attr]
        sums = from_jobs.setdefault(key, [Decimal(0), Decimal(0)])
        sums[0] += 1
        sums[1] += Decimal(str(row["cpu_duration"]))
    found = repository.query(
        "SELECT vo, month, service_level, number_of_jobs, cpu_duration FROM super_summaries"
    ).rows
    assert {tuple(row[:3]): [*map(Decimal, row[3:])] for row in found} == from_jobs  # type: ignore[arg-type]
