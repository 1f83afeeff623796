"""Which line of a gatekeeper an event belongs to: to the second, to the letter, not by luck."""

from datetime import timedelta

import pytest

from appliance.config import JoinHost
from appliance.local import LocalRepository
from tests.ingest.joining.conftest import Opened
from tests.joining import CE, DAY, END, SECOND, event, jobs, line

OTHER = "ce2.example.org:9619/ce2-condor"


def reasons(repository: LocalRepository) -> dict[str, int]:
    found = repository.join()["reasons"]
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize(
    ("end", "joins"),
    [
        (END - DAY - SECOND, False),
        (END - DAY, True),
        (END + 28 * DAY - SECOND, True),
        (END + 28 * DAY, False),
    ],
)
def test_the_window_is_closed_at_its_begin_and_open_at_its_end(
    repository: LocalRepository, end: object, joins: bool
) -> None:
    event(repository, end_time=end)
    line(repository, time_stamp=END)
    assert jobs(repository, "submit_host") == ([(CE,)] if joins else [])
    assert reasons(repository) == ({} if joins else {"outside_window": 1})


@pytest.mark.parametrize(
    ("end", "reason"),
    [
        (END + 56 * DAY - SECOND, "outside_window"),
        (END + 56 * DAY, "no_gatekeeper"),
        (END - 56 * DAY, "outside_window"),
        (END - 56 * DAY - SECOND, "no_gatekeeper"),
    ],
)
def test_an_id_that_is_used_again_after_twice_the_window_is_nobodys_line(
    repository: LocalRepository, end: object, reason: str
) -> None:
    event(repository, end_time=end)
    line(repository, time_stamp=END)
    assert reasons(repository) == {reason: 1}


def test_a_job_of_more_than_28_days_joins_where_the_window_is_longer(opened: Opened) -> None:
    late = END + 40 * DAY
    repository = opened()
    event(repository, end_time=late)
    line(repository, time_stamp=END)
    assert jobs(repository, "end_time") == []
    repository = opened(window_days=60)  # the settings are others: all is joined anew
    assert jobs(repository, "end_time") == [(late,)]


@pytest.mark.parametrize(
    ("name", "lrms_id"), [("A1", "a1"), ("job1", "job1 "), ("jöb", "job"), ("44", "4401")]
)
def test_ids_are_compared_to_the_letter(
    repository: LocalRepository, name: str, lrms_id: str
) -> None:
    event(repository, job_name=name)
    line(repository, lrms_id=lrms_id)
    assert jobs(repository, "vo") == []
    assert reasons(repository) == {"no_gatekeeper": 1}


@pytest.mark.parametrize(
    ("name", "lrms_id", "joins"),
    [("A1", "a1", True), ("job1", "job1 ", True), ("jöb", "job", True), ("44", "4401", False)],
)
def test_as_apel_ids_are_compared_as_its_database_does(
    opened: Opened, name: str, lrms_id: str, joins: bool
) -> None:
    repository = opened(as_apel=["case_folding"])
    event(repository, job_name=name)
    line(repository, lrms_id=lrms_id)
    assert jobs(repository, "vo") == ([("cms",)] if joins else [])
    line(repository, lrms_id=name, vo="late")  # the exact one, too, is a candidate
    assert jobs(repository, "vo") == [("late",)]


def test_the_id_that_a_gatekeeper_knows_counts_where_it_is_not_the_jobs_name(
    repository: LocalRepository,
) -> None:
    event(repository, job_name="4401[3]", join_id="4401")
    event(repository, job_name="4401", join_id="9")
    line(repository)
    assert jobs(repository, "local_job_id") == [("4401[3]",)]


def test_another_sites_line_says_nothing(repository: LocalRepository) -> None:
    event(repository)
    line(repository, site="S2")
    assert jobs(repository, "vo") == []


def test_a_line_without_an_id_is_nobodys(repository: LocalRepository) -> None:
    event(repository, job_name="x", join_id="")
    line(repository, lrms_id="")
    assert jobs(repository, "vo") == []


def test_of_several_lines_the_latest_holds_and_the_doubt_is_told(
    repository: LocalRepository,
) -> None:
    event(repository)
    line(repository, time_stamp=END - 20 * DAY, global_user_name="/CN=old")
    line(repository, time_stamp=END - timedelta(hours=1), global_user_name="/CN=new")
    line(repository, time_stamp=END + DAY + SECOND, global_user_name="/CN=next")
    assert jobs(repository, "global_user_name") == [("/CN=new",)]
    assert reasons(repository) == {"ambiguous": 1}
    assert repository.unjoined("ambiguous").only("became", "candidates").rows == [("grid", 2)]


def test_of_lines_of_one_moment_the_gatekeepers_name_decides(repository: LocalRepository) -> None:
    event(repository)
    line(repository, ce=OTHER)
    line(repository, ce=CE)
    assert jobs(repository, "submit_host") == [(CE,)]


def test_a_log_that_was_read_twice_leaves_no_doubt(repository: LocalRepository) -> None:
    event(repository)
    line(repository)
    line(repository, time_stamp=END - timedelta(hours=1))  # another zone, the same job
    assert jobs(repository, "global_user_name") == [("/DC=org/CN=one",)]
    assert reasons(repository) == {}


def test_one_line_serves_every_run_of_a_requeued_job(repository: LocalRepository) -> None:
    event(repository, wall_duration=100)
    event(repository, wall_duration=200, end_time=END + timedelta(hours=3))
    line(repository)
    assert jobs(repository, "wall_duration", "submit_host") == [(100, CE), (200, CE)]


def test_an_id_that_is_used_again_after_the_window_has_its_own_line(
    repository: LocalRepository,
) -> None:
    event(repository)
    event(repository, end_time=END + 60 * DAY)
    line(repository, global_user_name="/CN=first")
    line(repository, time_stamp=END + 59 * DAY, global_user_name="/CN=second")
    assert jobs(repository, "global_user_name") == [("/CN=first",), ("/CN=second",)]
    assert reasons(repository) == {}


def test_two_batch_servers_with_small_numbers_do_not_mix(opened: Opened) -> None:
    hosts = [JoinHost(CE, "batch1"), JoinHost("ce2.*", "batch2"), JoinHost("ce2.*", "batch3")]
    repository = opened(host=hosts)
    for machine in ("batch1", "batch2"):
        event(repository, job_name="7", machine_name=machine)
    line(repository, lrms_id="7", global_user_name="/CN=of 1")
    late = END - timedelta(minutes=1)
    line(repository, lrms_id="7", ce=OTHER, time_stamp=late, global_user_name="/CN=of 2")
    found = jobs(repository, "machine_name", "global_user_name")
    assert found == [("batch1", "/CN=of 1"), ("batch2", "/CN=of 2")]
    assert reasons(repository) == {}


def test_a_line_for_another_batch_server_alone_is_told(opened: Opened) -> None:
    repository = opened(host=[JoinHost(CE, "batch2")])
    event(repository)
    line(repository)
    assert jobs(repository, "vo") == []
    assert reasons(repository) == {"other_host": 1}


def test_without_the_map_two_batch_servers_share_the_line(repository: LocalRepository) -> None:
    event(repository)
    event(repository, machine_name="batch2")
    line(repository)
    assert len(jobs(repository, "vo")) == 2


def test_lines_that_no_event_claimed_are_listed(repository: LocalRepository) -> None:
    event(repository)
    line(repository)
    line(repository, lrms_id="5000", global_job_id="grid 5000")
    assert repository.join()["unclaimed"] == 1
    assert repository.unjoined("unclaimed").only("job", "submit_host").rows == [("5000", CE)]


def test_an_event_that_no_gatekeeper_knows_is_told_without_a_row_of_its_own(
    repository: LocalRepository,
) -> None:
    event(repository, end_time=END)
    repository.summarise()
    with repository.store.cursor() as cursor:
        assert cursor.execute("SELECT count(*) FROM store.joins").fetchall() == [(0,)]
    kept = repository.query("SELECT kind, reason, covered, candidates FROM joins").rows
    assert kept == [("none", "no_gatekeeper", False, 0)]
    assert reasons(repository) == {"no_gatekeeper": 1}
    assert [row[0] for row in repository.unjoined("", 10).rows] == ["no_gatekeeper"]
    line(repository, time_stamp=END)
    assert reasons(repository) == {}
    assert repository.query("SELECT kind, reason FROM joins").rows == [("grid", None)]
