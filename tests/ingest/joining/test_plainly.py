"""However events, lines and benchmarks come, the jobs are those of a plain reading of the rules."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as some

from appliance.configfile import load_config
from appliance.local import LocalRepository
from appliance.repository import Benchmark
from appliance.store import Store
from tests.joining import END, event, jobs, line

IDS, CES, HOSTS = ("1", "2", "a", "A"), ("ce1", "ce2"), ("batch1", "batch2")
DAYS = some.sampled_from([0, 1, 26, 27, 28, 29, 45])
SECONDS = some.sampled_from([-1, 0, 1])
TIMES = some.builds(lambda d, s: END + timedelta(days=d, seconds=s), DAYS, SECONDS)


@dataclass(frozen=True)
class End:
    machine_name: str
    job_name: str
    end_time: datetime
    wall_duration: int


@dataclass(frozen=True)
class Passed:
    ce: str
    lrms_id: str
    time_stamp: datetime
    vo: str


@dataclass(frozen=True)
class Set:
    host: str
    level: int
    since: datetime


ENDS = some.builds(
    End, some.sampled_from(HOSTS), some.sampled_from(IDS), TIMES, some.integers(1, 5)
)
LINES = some.builds(
    Passed, some.sampled_from(CES), some.sampled_from(IDS), TIMES, some.sampled_from("xy")
)
LEVELS = some.builds(Set, some.sampled_from(CES + HOSTS), some.integers(1, 5), TIMES)
NEWS = some.lists(some.lists(some.one_of(ENDS, LINES, LEVELS), max_size=6), max_size=4)
Job = tuple[object, ...]


def plainly(news: list[End | Passed | Set], *, local_jobs: bool) -> Iterator[Job]:
    """One row a job: machine, id, end, wall time, submit host, VO, kind, level."""
    ends = {(e.machine_name, e.job_name, e.end_time): e for e in news if isinstance(e, End)}
    lines = {(g.time_stamp, g.lrms_id, g.ce): g for g in news if isinstance(g, Passed)}
    for e in ends.values():
        found = [
            g for g in lines.values()
            if g.lrms_id == e.job_name
            and g.time_stamp - timedelta(days=1) <= e.end_time < g.time_stamp + timedelta(days=28)
        ]  # fmt: skip
        latest = max((g.time_stamp for g in found), default=None)
        best = min((g for g in found if g.time_stamp == latest), key=lambda g: g.ce, default=None)
        if best or local_jobs:
            host = best.ce if best else e.machine_name
            said = (best.ce, best.vo, "grid") if best else ("None", "cms", "local")
            level = level_at(news, host, e.end_time)
            yield (e.machine_name, e.job_name, e.end_time, e.wall_duration, *said, level)


def level_at(news: list[End | Passed | Set], host: str, at: datetime) -> Decimal | None:
    """Of the latest moment that is not after `at`; of one moment the later setting."""
    held = [(s.since, n, s.level) for n, s in enumerate(news)
            if isinstance(s, Set) and s.host == host and s.since <= at]  # fmt: skip
    return Decimal(max(held)[2]) if held else None


@settings(max_examples=25, deadline=None)
@given(batches=NEWS, local_jobs=some.booleans())
def test_joined_in_any_order_the_jobs_are_those_of_a_plain_reading(
    batches: list[list[End | Passed | Set]], local_jobs: bool
) -> None:
    with TemporaryDirectory() as folder:
        environment = {"ACCT_JOIN__LOCAL_JOBS": str(local_jobs).lower()}
        config = load_config(Path(folder), environment=environment)
        with LocalRepository(Store.open(config)) as repository:
            for batch in batches:
                for one in batch:
                    take_in(repository, one)
                found = shown(repository)
            news = [one for batch in batches for one in batch]
            wanted = sorted(plainly(news, local_jobs=local_jobs), key=str)
            assert (found if batches else []) == wanted
            counted = repository.query(
                "SELECT sum(number_of_jobs)::BIGINT, sum(wall_duration)::BIGINT "
                "FROM super_summaries"
            ).rows
            walls = [row[3] for row in wanted if isinstance(row[3], int)]
            assert counted == [(len(wanted) or None, sum(walls) if walls else None)]
            repository.join(everything=True)
            assert shown(repository) == wanted


def shown(repository: LocalRepository) -> list[Job]:
    found: list[Job] = [*jobs(repository, "machine_name", "local_job_id", "end_time",
                              "wall_duration", "submit_host", "vo", "infrastructure_type",
                              "service_level")]  # fmt: skip
    return sorted(((*row[:-1], row[-1] and Decimal(str(row[-1])).normalize()) for row in found),
                  key=str)  # fmt: skip


def take_in(repository: LocalRepository, one: End | Passed | Set) -> None:
    if isinstance(one, End):
        event(repository, machine_name=one.machine_name, job_name=one.job_name,
              end_time=one.end_time, wall_duration=one.wall_duration)  # fmt: skip
    elif isinstance(one, Passed):
        line(repository, ce=one.ce, lrms_id=one.lrms_id, time_stamp=one.time_stamp, vo=one.vo,
             fqan=f"/{one.vo}")  # fmt: skip
    else:
        wanted = Benchmark(one.host, "HEPSPEC", Decimal(one.level), one.since, site="S1")
        repository.set_benchmarks([wanted])
