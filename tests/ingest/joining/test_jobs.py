"""What a joined job says: whose it is, its benchmark, and the log's own durations."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from appliance.config import JoinFactor, JoinHost, JoinMap
from appliance.errors import UsageError
from appliance.local import LocalRepository
from appliance.moments import BEGINNING
from appliance.repository import Benchmark, Question
from appliance.table import Value
from tests.ingest.joining.conftest import Opened
from tests.joining import CE, END, SECOND, event, jobs, line


def benchmark(
    repository: LocalRepository, host: str, kind: str, level: str, **more: object
) -> None:
    wanted = Benchmark(host, kind, Decimal(level), site="S1", **more)  # type: ignore[arg-type]
    repository.set_benchmarks([wanted])


def level(repository: LocalRepository) -> list[tuple[Value, ...]]:
    return jobs(repository, "service_level_type", "service_level", "service_levels")


def test_a_grid_job_has_every_column_of_event_and_gatekeeper(repository: LocalRepository) -> None:
    number = event(repository, queue="grid", memory_real=13107200)
    line(repository)
    benchmark(repository, CE, "HEPSPEC", "10.5")
    repository.summarise()
    [row] = repository.query("SELECT * EXCLUDE (update_time) FROM jobs").rows
    assert row == (
        "S1", CE, "batch1", "grid", "4401", "cms031", "/DC=org/CN=one", "/cms/Role=pilot", "cms",
        "/cms", "Role=pilot", 6600, 52800, 8, 1, END - timedelta(seconds=6600), END,
        "APEL-CREAM-SLURM", "grid", 13107200, None, "HEPSPEC", Decimal("10.5"),
        '{"HEPSPEC": 10.500}', None, number,
    )  # fmt: skip


def test_a_local_job_has_its_group_as_vo_and_the_batch_hosts_benchmark(opened: Opened) -> None:
    repository = opened(local_jobs=True)
    event(repository)
    event(repository, job_name="2", local_user_group=None)
    benchmark(repository, "batch1", "HEPSPEC", "8")
    found = jobs(repository, "vo", "submit_host", "global_user_name", "infrastructure_type",
                 "service_level")  # fmt: skip
    rest = ("None", "None", "local", Decimal(8))
    assert found == [("None", *rest), ("cms", *rest)]


def test_without_local_jobs_an_event_of_nobody_is_no_job(repository: LocalRepository) -> None:
    event(repository)
    assert jobs(repository, "vo") == []
    assert repository.unjoined().only("reason", "became", "file", "line").rows == [
        ("no_gatekeeper", "none", "a log", 1)
    ]


def test_what_the_log_itself_says_makes_a_grid_job(repository: LocalRepository) -> None:
    event(repository, global_user_name="/CN=u", fqan="/dune/prod/Role=x")
    event(repository, job_name="2", vo="belle")
    found = jobs(repository, "vo", "vo_group", "vo_role", "global_user_name", "submit_host",
                 "infrastructure_type")  # fmt: skip
    assert found == [
        ("belle", "None", "None", "None", "None", "grid"),
        ("dune", "/dune/prod", "Role=x", "/CN=u", "None", "grid"),
    ]


def test_the_map_stands_in_where_nothing_says_it_by_its_order_and_time(opened: Opened) -> None:
    july = datetime(2025, 7, 1)
    entries = [
        JoinMap(user="cms031", vo="first", from_=july),
        JoinMap(user="cms*", group="cms", vo="second", vo_role="Role=p", until=july),
        JoinMap(user="cms*", vo="third"),
    ]
    repository = opened(map=entries, local_jobs=True)
    event(repository)
    event(repository, job_name="2", end_time=july)
    event(repository, job_name="3", end_time=july, local_user_id="cms032")
    event(repository, job_name="4", local_user_id="atlas1")
    found = jobs(repository, "local_job_id", "vo", "vo_role", "infrastructure_type")
    assert found == [
        ("2", "first", "None", "grid"),
        ("3", "third", "None", "grid"),
        ("4", "cms", "None", "local"),
        ("4401", "second", "Role=p", "grid"),
    ]


def test_the_map_speaks_of_tokens_where_the_log_tells_their_issuer_and_subject(
    opened: Opened,
) -> None:
    issuer = "https://cms-auth.cern.ch/"
    entries = [
        JoinMap(token_issuer=issuer, token_subject="robot-?", vo="cms", vo_role="Role=robot"),
        JoinMap(token_issuer="https://cms*", user="cms*", vo="cms", until=END),
        JoinMap(token_subject="*", vo="others"),
    ]
    repository = opened(map=entries)
    told = {"token_issuer": issuer, "token_subject": "robot-1", "global_user_name": "robot-1"}
    event(repository, "htcondor", job_name="1", **told)
    event(repository, "htcondor", job_name="2", **told | {"token_subject": "robot-12"})
    event(
        repository,
        "htcondor",
        job_name="3",
        **told | {"token_subject": "x", "end_time": END - SECOND},
    )
    event(repository, "htcondor", job_name="4", token_subject="y")
    event(repository, "htcondor", job_name="5", **told, fqan="/dune/prod")
    event(repository, job_name="6")
    assert jobs(repository, "local_job_id", "vo", "vo_role", "global_user_name") == [
        ("1", "cms", "Role=robot", "robot-1"),
        ("2", "others", "None", "robot-1"),
        ("3", "cms", "None", "robot-1"),
        ("4", "others", "None", "None"),
        ("5", "dune", "None", "robot-1"),
    ]
    assert repository.join()["reasons"] == {"no_gatekeeper": 1}


def test_the_token_of_a_ces_ad_speaks_for_the_batch_systems_event(opened: Opened) -> None:
    repository = opened(map=[JoinMap(token_issuer="https://i", token_subject="s", vo="belle")])
    event(repository)
    event(
        repository, "htcondor", job_name="ce#1.0#1", batch_job="4401", token_issuer="https://i",
        token_subject="s",
    )  # fmt: skip
    assert jobs(repository, "local_job_id", "vo") == [("4401", "belle")]


def test_a_gatekeepers_line_without_dn_or_fqan_is_a_grid_job_with_the_maps_vo(
    opened: Opened,
) -> None:
    repository = opened(map=[JoinMap(group="cms", vo="cms")])
    nobody = {"global_user_name": None, "fqan": None, "vo": None}
    event(repository)
    line(repository, **nobody)
    event(repository, job_name="2", local_user_group="x")
    line(repository, lrms_id="2", **nobody)
    assert jobs(repository, "vo", "submit_host") == [("None", CE), ("cms", CE)]
    assert repository.join()["reasons"] == {"no_vo": 1}


def test_the_preferred_benchmark_is_the_jobs_and_all_are_kept(repository: LocalRepository) -> None:
    event(repository)
    line(repository)
    benchmark(repository, CE, "HEPSPEC", "10")
    benchmark(repository, CE, "HEPscore23", "12.5", also=True, since=BEGINNING)
    assert level(repository) == [
        ("HEPscore23", Decimal("12.5"), '{"HEPscore23": 12.500, "HEPSPEC": 10.000}')
    ]


def test_a_change_of_type_closes_the_old_one_to_the_second(repository: LocalRepository) -> None:
    for number, second in enumerate((-1, 0)):
        event(repository, job_name=str(number), end_time=END + timedelta(seconds=second))
        line(repository, lrms_id=str(number))
    benchmark(repository, CE, "HEPSPEC", "10")
    benchmark(repository, CE, "HEPscore23", "12.5", since=END)
    assert [(k, v) for k, v, _ in level(repository)] == [
        ("HEPSPEC", Decimal(10)), ("HEPscore23", Decimal("12.5")),
    ]  # fmt: skip


def test_a_job_without_a_benchmark_has_none_and_counts_as_uncovered(
    repository: LocalRepository,
) -> None:
    event(repository)
    line(repository)
    assert level(repository) == [(None, None, None)]
    question = Question(by=("vo",), metrics=("jobs", "wall_hours", "wall_work"))
    assert repository.report(question).rows == [("cms", None, 1, 6600 / 3600, None)]
    inside = Question(by=("vo",), metrics=("wall_work",), unit="HEPSPEC", since=END.date())
    for asked in (inside, Question(by=("vo",), metrics=("wall_work",), unit="HEPSPEC")):
        assert repository.report(asked).rows == [("cms", None, 1)]
    assert repository.query(
        "SELECT service_level, wall_duration, number_of_jobs FROM super_summaries"
    ).rows == [(None, 6600, 1)]
    assert repository.query(
        "SELECT normalised_wall_duration, number_of_jobs FROM normalised_super_summaries"
    ).rows == [(None, 1)]
    assert repository.unjoined().only("reason", "became").rows == [("no_benchmark", "grid")]


def test_the_batch_hosts_benchmark_stands_in_only_if_it_may(opened: Opened) -> None:
    repository = opened()
    event(repository)
    line(repository)
    benchmark(repository, "batch1", "HEPSPEC", "8")
    assert level(repository) == [(None, None, None)]
    repository = opened(batch_host_benchmark=True)
    assert level(repository)[0][:2] == ("HEPSPEC", Decimal(8))
    benchmark(repository, CE, "HEPSPEC", "9")
    assert level(repository)[0][:2] == ("HEPSPEC", Decimal(9))


@pytest.mark.parametrize(
    ("kind", "settings", "found"),
    [
        ("htcondor", {}, (6600, 52800, Decimal("11.5"))),
        ("lsf", {}, (6600, 52800, Decimal(10))),
        ("lsf", {"scale": ["lsf"]}, (6600, 52800, Decimal("11.5"))),
        ("htcondor", {"scale_by": "durations"}, (7590, 60720, Decimal(10))),
        ("htcondor", {"scale": []}, (6600, 52800, Decimal(10))),
    ],
)
def test_a_hosts_factor_multiplies_the_level_and_leaves_the_durations(
    opened: Opened, kind: str, settings: dict[str, object], found: tuple[object, ...]
) -> None:
    repository = opened(**settings)
    event(repository, kind, scale_factor=1.15)
    line(repository)
    benchmark(repository, CE, "HEPSPEC", "10")
    assert jobs(repository, "wall_duration", "cpu_duration", "service_level") == [found]
    assert repository.query("SELECT wall_duration, scale_factor FROM events").rows == [(6600, 1.15)]


HOSTS = [
    JoinFactor("wn2?.example.org", wall=1.5, cpu=1.2, until=END),
    JoinFactor("WN21.example.org", wall=2.0, cpu=2.5),
    JoinFactor("*", wall=4.0),
]


@pytest.mark.parametrize(
    ("host", "by", "found"),
    [
        # 6600 s · 2, 52800 s · 2.5
        ("wn21.example.org", "durations", (13200, 132000, Decimal(10))),
        # the work: 6600 · 20 = 13200 · 10, and 66000 · 20 = 132000 · 10
        ("wn21.example.org", "level", (6600, 66000, Decimal(20))),
        ("wn30.example.org", "durations", (26400, 52800, Decimal(10))),
        ("wn30.example.org", "level", (6600, 13200, Decimal(40))),
        (None, "level", (6600, 52800, Decimal(10))),
    ],
)
def test_factors_of_execution_hosts_each_multiply_a_duration_or_its_work(
    opened: Opened, host: str | None, by: str, found: tuple[object, ...]
) -> None:
    repository = opened(scale_by=by)
    event(repository, "sge", execution_host=host)
    line(repository)
    benchmark(repository, CE, "HEPSPEC", "10")
    columns = "wall_duration", "cpu_duration", "service_level"
    assert jobs(repository, *columns) == [(6600, 52800, Decimal(10))]
    repository = opened(scale_by=by, factor=HOSTS)
    assert jobs(repository, *columns) == [found]
    assert repository.query("SELECT wall_duration, cpu_duration FROM events").rows == [
        (6600, 52800)
    ]


@pytest.mark.parametrize("factor", [0.0, -1.0, 1e300, float("inf"), float("nan")])
@pytest.mark.parametrize("by", ["level", "durations"])
def test_a_factor_that_cannot_be_changes_nothing(opened: Opened, by: str, factor: float) -> None:
    repository = opened(scale_by=by)
    event(repository, "htcondor", scale_factor=factor)
    line(repository)
    benchmark(repository, CE, "HEPSPEC", "10")
    assert jobs(repository, "wall_duration", "service_level") == [(6600, Decimal(10))]


def test_cpu_time_that_is_not_known_is_none_and_its_month_is_summed(
    repository: LocalRepository,
) -> None:
    event(repository, cpu_duration=None)
    line(repository)
    assert jobs(repository, "cpu_duration") == [(None,)]
    assert repository.query("SELECT cpu_duration FROM super_summaries").rows == [(0,)]


@pytest.mark.parametrize(
    "odd",
    [{"wall_duration": 10**11 + 1}, {"cpu_duration": 2**62}, {"processors": -1},
     {"node_count": 2**31}],
)  # fmt: skip
def test_what_cannot_be_is_no_job_and_harms_no_other(
    repository: LocalRepository, odd: dict[str, int]
) -> None:
    for number in range(3):
        event(repository, **{"job_name": str(number)} | odd)
        line(repository, lrms_id=str(number))
    event(repository)
    line(repository)
    assert jobs(repository, "local_job_id") == [("4401",)]
    assert repository.join()["reasons"] == {"implausible": 3}


@pytest.mark.parametrize(
    "wrong",
    [
        {"map": [JoinMap(user="x")]},
        {"host": [JoinHost(ce="x")]},
        {"window_days": -1},
        {"window_days": 0, "early_days": 0},
    ],
)
def test_settings_that_say_nothing_are_refused(opened: Opened, wrong: dict[str, object]) -> None:
    with pytest.raises(UsageError, match="join"):
        opened(**wrong).join()
