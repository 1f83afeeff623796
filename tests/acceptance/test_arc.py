"""`acct import arc`, with a service and without, while ARC has its database open."""

import json
from collections.abc import Iterator
from contextlib import nullcontext

import pytest

from tests.acceptance.site import Site
from tests.arc import accounting


@pytest.fixture(params=["through the service", "without a service"])
def ready(site: Site, request: pytest.FixtureRequest) -> Iterator[Site]:
    with site.run() if request.param == "through the service" else nullcontext():
        yield site


def test_jobs_come_once_are_reported_and_take_up_a_benchmark_set_later(ready: Site) -> None:
    file = ready.file("accounting.db", "")
    file.unlink()
    with accounting(file) as arc:
        arc.add()
        arc.add(JobID="abc2", LocalJobID="4402", benchmark="HEPSPEC:1.0")
        arc.add(JobID="abc3", LocalJobID="4403", Status="in-progress", EndTime=0)
        first = ready.acct("import", "arc", file)
        assert (first.returncode, first.stdout) == (0, "")
        assert first.stderr.splitlines() == [
            "2 jobs, 0 known, 1 unfinished, 0 rejected, 1 without benchmark",
            "set benchmarks (acct benchmark set HOST TYPE VALUE) and import again",
        ]
        ready.output("benchmark", "set", "arc1.example.org", "HEPscore23", "10")
        arc.finish("abc3", EndTime=1748880000, UsedWalltime=60)
        counted = {"jobs": 2, "known": 1, "unfinished": 0, "rejected": 0, "without_benchmark": 0}
        assert ready.json("import", "arc", file) == counted
        assert ready.json("import", "arc", file) == counted | {"jobs": 0, "known": 3}
    report = ready.json("report", "--from", "2025", "--metric", "jobs,wall_work")
    # 8 cores: 6600 s at 16.5 and at 10, and 60 s at 16.5
    [row] = report["rows"] if isinstance(report, dict) else report
    assert row["jobs"] == 3
    assert float(row["wall_work"]) == pytest.approx(8 * (6600 * 26.5 + 60 * 16.5) / 3600)


def test_a_bad_row_is_a_reject_and_status_1(ready: Site) -> None:
    file = ready.file("accounting.db", "")
    file.unlink()
    with accounting(file) as arc:
        arc.add(UsedWalltime=-1)
        done = ready.acct("--json", "import", "arc", file)
    assert done.returncode == 1
    assert json.loads(done.stdout)["rejected"] == 1
    assert "WallDuration" in ready.refusals()[f"{file}: abc1"]


def test_what_is_no_such_database_is_wrong_usage(ready: Site) -> None:
    done = ready.acct("import", "arc", ready.file("text", "hello\n" * 500))
    assert done.returncode == 2
    assert "is no accounting database" in done.stderr
