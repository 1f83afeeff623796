"""A CE's ad and the batch system's own log of one job: counted once, whichever comes first."""

from collections.abc import Callable
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest

from appliance.local import LocalRepository
from tests.ingest.joining.conftest import Opened
from tests.joining import CE, DAY, END, SECOND, event, jobs, line

COLUMNS = (
    "machine_name", "local_job_id", "wall_duration", "global_user_name", "vo", "vo_role",
    "infrastructure_type",
)  # fmt: skip
AD_END = END + timedelta(minutes=3)
AD: dict[str, Any] = {
    "job_name": "ce1#9001.0#1748866900", "batch_job": "4401", "join_id": "4401",
    "wall_duration": 6650, "end_time": AD_END, "local_user_group": None,
    "global_user_name": "/DC=org/CN=one", "fqan": "/atlas/Role=pilot",
}  # fmt: skip
JOB = ("batch1", "4401", 6600, "/DC=org/CN=one", "atlas", "Role=pilot", "grid")


def ad(repository: LocalRepository, **said: Any) -> None:
    event(repository, "htcondor", **AD | said)


def reasons(repository: LocalRepository) -> dict[str, int]:
    found = repository.join()["reasons"]
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize("apart", [True, False])
@pytest.mark.parametrize("order", list(permutations(("ad", "log", "line"), 2)))
def test_usage_is_the_batch_log_s_and_identity_the_ad_s_whichever_comes_first(
    repository: LocalRepository, order: tuple[str, ...], apart: bool
) -> None:
    if "line" in order:  # a gatekeeper's line says it instead of the ad, or of the log
        order = ("ad", *order) if "log" in order else ("log", *order)
    bring: dict[str, Callable[[LocalRepository], object]] = {"ad": ad, "log": event, "line": line}
    for name in order:
        bring[name](repository)
        if apart:
            repository.summarise()
    said = ("/DC=org/CN=one", "cms" if "line" in order else "atlas", "Role=pilot", "grid")
    assert jobs(repository, *COLUMNS) == [("batch1", "4401", 6600, *said)]
    assert reasons(repository) == {"batch_log": 1}
    assert repository.join(everything=True)["none"] == 1
    assert jobs(repository, *COLUMNS) == [("batch1", "4401", 6600, *said)]


def test_an_ad_without_a_batch_log_is_the_job(repository: LocalRepository) -> None:
    ad(repository)
    assert jobs(repository, *COLUMNS) == [
        ("batch1", AD["job_name"], 6650, "/DC=org/CN=one", "atlas", "Role=pilot", "grid")
    ]
    assert repository.query("SELECT sum(number_of_jobs) AS n FROM super_summaries").rows == [(1,)]
    event(repository)
    assert jobs(repository, *COLUMNS) == [JOB]
    assert repository.query("SELECT sum(number_of_jobs) AS n FROM super_summaries").rows == [(1,)]


@pytest.mark.parametrize(
    ("end", "counted"),
    [
        (AD_END + DAY, 1),
        (AD_END + DAY + SECOND, 2),
        (AD_END - 6600 * SECOND - DAY, 1),
        (AD_END - 6600 * SECOND - DAY - SECOND, 2),
    ],
)
def test_an_id_that_was_used_again_is_another_job(opened: Opened, end: Any, counted: int) -> None:
    repository = opened(local_jobs=True)
    ad(repository)
    event(repository, end_time=end)
    assert len(jobs(repository, "vo")) == counted


def test_a_job_that_was_requeued_counts_each_run_and_the_ad_not_at_all(
    repository: LocalRepository,
) -> None:
    ad(repository, start_time=END - DAY)
    event(repository, wall_duration=100, end_time=END - timedelta(hours=9))
    event(repository, wall_duration=200)
    assert jobs(repository, "wall_duration", "vo") == [(100, "atlas"), (200, "atlas")]


def test_of_two_batch_hosts_the_ad_means_its_own_else_the_nearest(opened: Opened) -> None:
    repository = opened(local_jobs=True)
    ad(repository, machine_name="batch2")
    event(repository)
    assert jobs(repository, "machine_name", "vo") == [("batch1", "atlas")]
    event(repository, machine_name="batch2", end_time=END - timedelta(hours=1))
    assert jobs(repository, "machine_name", "vo") == [("batch1", "cms"), ("batch2", "atlas")]


def test_an_ad_that_two_files_tell_counts_in_neither(repository: LocalRepository) -> None:
    for machine in ("ce1", "ce2"):
        ad(repository, machine_name=machine)
    event(repository)
    assert jobs(repository, *COLUMNS) == [JOB]
    assert reasons(repository) == {"batch_log": 2}


def test_a_condor_job_is_known_by_its_schedd_and_number(repository: LocalRepository) -> None:
    ad(repository, batch_job="schedd1#128.0", join_id="128.0")
    event(repository, "htcondor", job_name="schedd2#128.0#1748866901", local_user_group=None)
    assert len(jobs(repository, "vo")) == 1, "that of another schedd"
    event(repository, "htcondor", job_name="schedd1#128.0#1748866901", local_user_group=None)
    assert jobs(repository, "local_job_id", "vo") == [("schedd1#128.0#1748866901", "atlas")]


def test_what_became_of_both_can_be_followed(repository: LocalRepository) -> None:
    ad(repository)
    event(repository)
    repository.summarise()
    [found] = repository.query(
        "SELECT c.job_name FROM joins AS j JOIN events AS c "
        "ON c.message_id = j.ce_message_id AND c.line = j.ce_line"
    ).rows
    assert found == (AD["job_name"],)
    listed = {row["reason"] for row in repository.unjoined().dicts()}
    assert listed == {"no_benchmark"}, "what is as it should be is not listed unasked"
    [row] = repository.unjoined("batch_log").dicts()
    assert row["job"] == AD["job_name"]


def test_a_gatekeepers_line_is_believed_before_the_ad(repository: LocalRepository) -> None:
    ad(repository)
    event(repository)
    line(repository)
    assert jobs(repository, "submit_host", "vo") == [(CE, "cms")]
    assert repository.join()["unclaimed"] == 0


def test_an_ad_that_says_nothing_of_the_user_still_makes_a_grid_job(
    repository: LocalRepository,
) -> None:
    ad(repository, global_user_name=None, fqan=None)
    event(repository)
    assert jobs(repository, "local_job_id", "vo", "infrastructure_type") == [
        ("4401", "None", "grid")
    ]
    assert reasons(repository) == {"batch_log": 1, "no_vo": 1}
