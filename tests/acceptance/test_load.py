"""`acct load`, with a service and without."""

import json
from collections.abc import Iterator
from contextlib import nullcontext

import pytest

from tests.acceptance.site import Site
from tests.jobs import message, record

NOTHING = {"messages": 0, "accepted": 0, "rejected": 0, "records": 0, "ignored": 0}


@pytest.fixture(params=["through the service", "without a service"])
def ready(site: Site, request: pytest.FixtureRequest) -> Iterator[Site]:
    with site.run() if request.param == "through the service" else nullcontext():
        yield site


def test_a_directory_of_good_and_bad_files_is_loaded_and_counted(ready: Site) -> None:
    first = ready.file("in/one", message(record(LocalJobId="1"), record(LocalJobId="2")))
    ready.file("in/sub/two", message(record(LocalJobId="3")))
    ready.file("in/bad", message(record(LocalJobId="4", WallDuration="a while")))
    ready.file("in/.hidden", message(record(LocalJobId="5")))
    folder = first.parent

    done = ready.acct("load", folder)
    assert done.returncode == 1
    assert done.stdout == ""
    assert "3 messages: 2 accepted with 3 records, 1 rejected" in done.stderr
    assert "INT: record 1, line 4, WallDuration" in done.stderr

    again = ready.acct("--json", "load", folder / "one", folder / "sub")
    assert again.returncode == 0
    assert ready.json("load", folder / "one") == NOTHING | {"messages": 1, "ignored": 1}
    assert ready.query("SELECT local_job_id FROM jobs ORDER BY 1") == [("1",), ("2",), ("3",)]


def test_json_counts_have_exactly_the_keys_of_the_contract(ready: Site) -> None:
    good = ready.file("good", message(record(LocalJobId="1"), record(LocalJobId="2")))
    bad = ready.file("bad", "not a message")
    done = ready.acct("load", good, bad, "--json")
    assert done.returncode == 1
    counted = NOTHING | {"messages": 2, "accepted": 1, "rejected": 1, "records": 2}
    assert ready.json("load", good) == NOTHING | {"messages": 1, "ignored": 1}
    assert json.loads(done.stdout) == counted


def test_a_reject_is_shown_mended_by_nobody_and_dropped(ready: Site) -> None:
    sent = message(record(Site="Žižkov\x1b[31m", WallDuration="-1")).encode()
    ready.acct("load", ready.file("bad", sent))
    [row] = ready.json("rejects", "list")
    number = row["message_id"]
    assert ready.raw_output("rejects", "show", number, "--raw") == sent
    shown = ready.output("rejects", "show", number)
    assert row["error"] in shown
    assert "\x1b" not in shown
    retried = ready.acct("rejects", "retry", number)
    assert (retried.returncode, ready.json("rejects", "list")) == (1, [row])
    assert ready.acct("rejects", "drop", number).returncode == 0
    assert ready.json("rejects", "list") == []
    assert ready.acct("rejects", "show", number).returncode == 2


def test_a_job_sent_again_replaces_the_first(ready: Site) -> None:
    ready.output("load", ready.file("first", message(record(WallDuration="60"))))
    ready.output("load", ready.file("second", message(record(WallDuration="90"))))
    assert ready.query("SELECT wall_duration FROM jobs") == [(90,)]
    assert ready.query("SELECT wall_duration, number_of_jobs FROM super_summaries") == [(90, 1)]


def test_a_signer_is_vouched_for(ready: Site) -> None:
    ready.output("load", "--signer", "/C=UK/CN=me", ready.file("mine", message()))
    assert ready.query("SELECT publisher_dn FROM jobs") == [("/C=UK/CN=me",)]


def test_a_file_that_is_not_there_is_wrong_usage(ready: Site) -> None:
    there = ready.file("there", message())
    done = ready.acct("load", there, there.with_name("nowhere"))
    assert done.returncode == 2
    assert done.stderr == f"acct: no file {there.with_name('nowhere')}\n"
