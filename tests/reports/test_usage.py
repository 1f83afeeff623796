"""The figures of a report, worked out by hand."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from appliance.errors import UsageError
from appliance.local import LocalRepository
from appliance.repository import Loaded, Question
from appliance.table import Value
from tests.jobs import V4, message, record

Load = Callable[..., Loaded]
JUNE = (date(2024, 6, 1), date(2024, 7, 1))


def ask(repository: LocalRepository, *by: str, **more: object) -> list[tuple[Value, ...]]:
    return repository.report(Question(by=by, **more)).rows  # type: ignore[arg-type]


def test_every_metric_is_as_defined(repository: LocalRepository, load: Load) -> None:
    load(
        message(
            record(WallDuration="3600", CpuDuration="7200", Processors="4", VO="a"),
            record(LocalJobId="2", WallDuration="1800", CpuDuration="900", VO="a"),
        )
    )
    metrics = ("jobs", "wall_hours", "core_wall_hours", "cpu_hours", "wall_work", "cpu_work")
    # 1 h on 4 cores and 0.5 h on a job that does not say its cores, so one; HEPSPEC 10.
    wanted = ("a", "HEPSPEC", 2, 1.5, 4.5, 2.25, 45.0, 22.5)
    assert ask(repository, "vo", metrics=metrics) == [wanted]
    assert ask(repository, "vo", metrics=("efficiency",)) == [("a", 0.5)]


def test_an_efficiency_of_a_total_is_a_ratio_of_sums(
    repository: LocalRepository, load: Load
) -> None:
    load(
        message(
            record(VO="a", WallDuration="100", CpuDuration="100"),
            record(VO="b", WallDuration="300", CpuDuration="0", LocalJobId="2"),
        )
    )
    found = repository.report(Question(by=("vo",), metrics=("efficiency",)))
    assert sorted(found.rows) == [("a", 1.0), ("b", 0.0)]
    assert found.totals == (None, 0.25)


def test_work_of_two_benchmarks_is_never_added_up(repository: LocalRepository, load: Load) -> None:
    load(
        message(
            record(VO="a", WallDuration="3600"),
            record(VO="a", WallDuration="3600", LocalJobId="2", ServiceLevelType="hepscore23"),
        )
    )
    found = repository.report(Question(by=("vo",), metrics=("jobs", "wall_work")))
    assert found.columns == ("vo", "benchmark", "jobs", "wall_work")
    assert sorted(found.rows) == [("a", "HEPSPEC", 1, 10.0), ("a", "HEPscore23", 1, 10.0)]
    assert found.totals == (None, None, 2, None)


def test_250_si2k_count_as_one_hepspec(repository: LocalRepository, load: Load) -> None:
    load(message(record(WallDuration="3600", ServiceLevelType="SI2K", ServiceLevel="2500")))
    found = ask(repository, "vo", metrics=("wall_work",))
    assert found == [("None", "HEPSPEC", 10.0)]


def test_a_unit_takes_each_jobs_own_value_of_it(repository: LocalRepository, load: Load) -> None:
    both = record(
        ServiceLevelType=None, WallDuration="3600", ServiceLevel="{hepspec: 8, HEPscore23: 9}"
    )
    load(message(both, header=V4))
    load(message(record(LocalJobId="2", WallDuration="3600")))
    in_hepspec = ask(repository, "vo", metrics=("jobs", "wall_work"), unit="HEPSPEC")
    assert in_hepspec == [("None", 2, 18.0, 0)]
    in_hepscore = ask(repository, "vo", metrics=("jobs", "wall_work"), unit="HEPscore23")
    assert in_hepscore == [("None", 2, 9.0, 1)], "the other job's work is not there, and counted"
    assert ask(repository, "vo", metrics=("wall_work",), unit="si2k") == [("None", 4500.0, 0)]


def test_a_job_belongs_to_the_month_in_which_it_ended_in_utc(
    repository: LocalRepository, load: Load
) -> None:
    last, first = 1719791999, 1719792000  # 2024-06-30T23:59:59Z and a second later
    load(message(record(EndTime=str(last)), record(EndTime=str(first), LocalJobId="2")))
    assert ask(repository, "month", metrics=("jobs",)) == [("2024-06", 1), ("2024-07", 1)]
    assert ask(repository, "year", metrics=("jobs",), since=JUNE[0], until=JUNE[1]) == [(2024, 1)]


@pytest.mark.parametrize(
    ("since", "until", "jobs"),
    [
        (date(2024, 6, 1), date(2024, 6, 2), 1),
        (date(2024, 6, 2), date(2024, 6, 30), 0),
        (date(2024, 6, 30), None, 1),
        (None, date(2024, 6, 1), 0),
        (date(2024, 6, 1), date(2024, 7, 1), 2),
    ],
)
def test_days_are_answered_from_the_jobs_and_months_from_the_summaries_alike(
    repository: LocalRepository, load: Load, since: date | None, until: date | None, jobs: int
) -> None:
    load(message(record(), record(LocalJobId="2", EndTime="1719791999")))
    found = ask(repository, "site", metrics=("jobs",), since=since, until=until)
    assert found == ([("S1", jobs)] if jobs else [])


def test_conditions_choose_among_values_and_all_must_hold(
    repository: LocalRepository, load: Load
) -> None:
    jobs = [record(VO=v, Queue=q, LocalJobId=v + q) for v in "abc" for q in ("x", "'; --")]
    load(message(*jobs))
    where = (("vo", ("a", "b")), ("queue", ("'; --",)))
    assert ask(repository, "vo", "queue", metrics=("jobs",), where=where) == [
        ("a", "'; --", 1),
        ("b", "'; --", 1),
    ]
    behind = repository.jobs(Question(where=where))
    assert sorted(str(row["local_job_id"]) for row in behind.dicts()) == ["a'; --", "b'; --"]


def test_every_dimension_can_be_asked_alone_and_all_at_once(
    repository: LocalRepository, load: Load
) -> None:
    from reports.usage import USAGE

    load(message(record(FQAN="/geo/uk/Role=pilot", Processors="8", InfrastructureType="grid")))
    for name in USAGE.dimensions:
        assert len(ask(repository, name, metrics=("jobs",))) == 1
        value = str(ask(repository, name, metrics=("jobs",))[0][0])
        assert len(repository.jobs(Question(where=((name, (value,)),))).rows) == 1
    [row] = ask(repository, *USAGE.dimensions, metrics=("jobs",))
    assert row == ("S1", "geo", "/geo/uk", "Role=pilot", "None", "None", "2024-06", 2024,
                   "None", "grid", "HEPSPEC", 8, 1)  # fmt: skip


@pytest.mark.parametrize(
    "question",
    [
        Question(by=("colour",)),
        Question(metrics=("beauty",)),
        Question(where=(("1=1; --", ("x",)),)),
        Question(unit="HEPSPEC06"),
        Question(since=date(2024, 6, 1), until=date(2024, 6, 1)),
        Question(by=("vo", "vo")),
    ],
)
def test_a_question_that_names_what_there_is_not_is_refused(
    repository: LocalRepository, question: Question
) -> None:
    with pytest.raises(UsageError):
        repository.report(question)


def test_no_jobs_give_no_rows_and_no_totals(repository: LocalRepository) -> None:
    found = repository.report(Question())
    assert (found.rows, found.totals) == ([], None)


def test_the_largest_values_that_a_job_may_have_are_summed(
    repository: LocalRepository, load: Load
) -> None:
    most = "2147483647"
    jobs = [
        record(WallDuration=most, Processors=most, ServiceLevel="9999999.999", LocalJobId=str(n))
        for n in range(3)
    ]
    load(message(*jobs))
    [(_, _, wall, work)] = ask(repository, "vo", metrics=("core_wall_hours", "wall_work"))
    assert wall == 3 * 2147483647**2 / 3600
    assert work == pytest.approx(3 * 2147483647**2 * 9999999.999 / 3600)
    [(normalised,)] = repository.query(
        "SELECT normalised_wall_duration FROM normalised_super_summaries"
    ).rows
    assert normalised == round(Decimal(3 * 2147483647) * Decimal("9999999.999"))
