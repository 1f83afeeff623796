"""Sending on: the command, the service, and whoever takes from the queue."""

from pathlib import Path
from typing import Any

import pytest
from dirq.queue import Queue
from dirq.QueueSimple import QueueSimple

from tests import documents, sheets
from tests.acceptance.site import Site, becomes, eventually
from tests.jobs import message, record

JUNE = message(
    record(LocalJobId="1", InfrastructureType="grid", VO="atlas"),
    record(LocalJobId="2", InfrastructureType="grid", VO="cms"),
    record(LocalJobId="3", InfrastructureType="local", VO="atlas"),
)
SPOOL = '[[spool]]\npath = "spool/incoming"\n'


def queued(site: Site, layout: str = "simple") -> list[str]:
    """The messages in the outgoing queue, by dirq's own reader; plain files by hand."""
    path = site.data / "spool/outgoing"
    if layout == "directory":
        return sorted(file.read_text() for file in path.glob("[!.]*"))
    if layout == "simple":
        simple = QueueSimple(str(path))
        return sorted(simple.get(name).decode() for name in simple if simple.lock(name))
    schema = {"body": "string", "signer": "string", "empaid": "string?"}
    queue = Queue(str(path), schema=schema)
    return sorted(queue.get(name)["body"] for name in queue if queue.lock(name))


def load(site: Site, *texts: str) -> None:
    files = [site.file(f"message {hash(text)}", text) for text in texts]
    assert site.acct("load", *files).returncode == 0


@pytest.mark.parametrize("layout", ["simple", "dirq", "directory"])
def test_messages_lie_in_the_queue_for_whoever_sends_them(tmp_path: Path, layout: str) -> None:
    site = Site.make(tmp_path, f'{SPOOL}[publish]\nlayout = "{layout}"\n')
    load(site, JUNE)
    out = site.output("publish", "--dataset", "jobs", "--records", "1")
    assert out == (
        "jobs: 2 messages, 2 records written (APEL-individual-job-message: v0.3)\n"
        "sync_records: 1 messages, 1 records written (APEL-sync-message: v0.1)\n"
    )
    first, second, sync = queued(site, layout)
    assert first.startswith("APEL-individual-job-message: v0.3\nSite: S1\n")
    assert ("LocalJobId: 1\n" in first) != ("LocalJobId: 1\n" in second)
    assert sync == (
        "APEL-sync-message: v0.1\nSite: S1\nSubmitHost: None\nNumberOfJobs: 2\nMonth: 6\n"
        "Year: 2024\n%%\n"
    )


def test_what_one_site_publishes_another_reports(tmp_path: Path) -> None:
    child, parent = Site.make(tmp_path / "child"), Site.make(tmp_path / "parent")
    texts = [
        JUNE, sheets.message(sheets.S, InfrastructureType="grid"), sheets.message(sheets.CLOUD),
        documents.EXAMPLE_8_8,
    ]  # fmt: skip
    load(child, *texts)
    child.output(
        "publish", "--dataset", "super_summaries", "--dataset", "cloud_records",
        "--dataset", "storage_records", "--description", "--local",
    )  # fmt: skip
    load(parent, *queued(child))
    for dataset in ("super_summaries", "cloud_summaries", "storage_records"):
        hidden = "publisher_dn, message_id, update_time"
        hidden = "update_time" if dataset == "super_summaries" else hidden
        sql = f"SELECT * EXCLUDE ({hidden}) FROM {dataset} ORDER BY ALL"
        assert parent.json("query", sql) == child.json("query", sql) != []
    assert parent.query("SELECT site, number_of_jobs FROM sync_records") == [("S1", 4)]


def test_a_dry_run_writes_nothing_and_shows_what_the_parent_would_have(site: Site) -> None:
    load(site, JUNE)
    out = site.output("publish", "--dataset", "jobs", "--dry-run", "--local", "--no-sync")
    lines = [line.split() for line in out.splitlines()]
    assert out.startswith("jobs: 1 messages, 3 records would be written")
    assert ["S1", "2024-06", "wall_duration", "180", "180"] in lines
    found = site.json("publish", "--dataset", "jobs", "--dry-run", "--local", "--no-sync")
    assert [(p["dataset"], p["messages"], p["records"]) for p in found["datasets"]] == [
        ("jobs", 1, 3)
    ]
    assert queued(site) == []


def test_a_shrinking_month_ends_with_1_and_names_both_figures(site: Site) -> None:
    load(site, JUNE)
    publish = "publish", "--dataset", "super_summaries"
    site.output(*publish)
    queued(site)
    less = record(LocalJobId="1", InfrastructureType="grid", VO="atlas", WallDuration="10")
    load(site, message(less))
    done = site.acct(*publish)
    assert done.returncode == 1
    assert "S1 2024-06 shrinks: wall_duration 120 → 70" in done.stderr
    assert "--force" in done.stderr
    assert site.acct(*publish, "--force").returncode == 0


def test_days_are_included_to_the_last(site: Site) -> None:
    at = {"1": 1717199999, "2": 1717200000, "3": 1719791999, "4": 1719792000}  # May to July
    ends = [record(LocalJobId=n, StartTime="0", EndTime=str(t)) for n, t in at.items()]
    load(site, message(*ends))
    wanted = "--dataset", "jobs", "--local", "--no-sync", "--dry-run"
    for days in (("2024-06-01", "2024-06-30"), ("2024-06", "2024-06")):
        found = site.json("publish", *wanted, "--from", days[0], "--to", days[1])
        assert found["datasets"][0]["records"] == 2
    found = site.json("publish", *wanted, "--from", "2024", "--to", "2024")
    assert found["datasets"][0]["records"] == 4


def test_flags_beat_the_configuration(tmp_path: Path) -> None:
    settings = '[publish]\ndatasets = ["jobs"]\nlocal_jobs = true\nexclude_vos = ["cms"]\n'
    site = Site.make(tmp_path, f"{SPOOL}{settings}style = 'v0.4'\nsync = false\n")
    load(site, JUNE)
    assert "jobs: 1 messages, 2 records written (APEL-individual-job-message: v0.4)" in (
        site.output("publish", "--interval", "all")
    )
    changed = ("--no-local", "--exclude-vo", "atlas", "--style", "ur", "--sync")
    out = site.output("publish", "--interval", "all", *changed)
    assert out.startswith("jobs: 1 messages, 1 records written (CAR)\nsync_records: 1")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "there is nothing to publish; --dataset names one"),
        (("--dataset", "jobs", "--interval", "newest"), "one of latest, gap, all"),
        (("--dataset", "jobs", "--interval", "gap"), "has no days"),
        (("--dataset", "cloud_records", "--style", "v0.4"), "--style v0.3"),
        (("--dataset", "summaries", "--style", "ur"), "cannot be written as ur"),
        (("--dataset", "nothing"), "nothing has no messages; one of jobs"),
        (("--dataset", "jobs", "--to", "9999"), "--to 9999 has no day after it; leave it out"),
    ],
)
def test_wrong_usage_ends_with_2_and_a_hint(
    site: Site, arguments: tuple[str, ...], said: str
) -> None:
    done = site.acct("publish", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr


def test_nothing_to_publish_is_said(site: Site) -> None:
    done = site.acct("publish", "--dataset", "jobs")
    assert (done.returncode, done.stderr) == (0, "nothing to publish\n")


def test_a_queue_that_cannot_be_written_ends_with_1_and_moves_nothing(tmp_path: Path) -> None:
    site = Site.make(tmp_path, f'{SPOOL}[publish]\npath = "spool/taken"\n')
    (site.data / "spool/taken").write_text("no directory")
    load(site, JUNE)
    done = site.acct("publish", "--dataset", "jobs")
    assert done.returncode == 1
    assert "cannot write to the outgoing queue" in done.stderr
    (site.data / "spool/taken").unlink()
    assert "2 records written" in site.output("publish", "--dataset", "jobs")


CONFIGURED = '[publish]\ndatasets = ["super_summaries"]\n'


def test_the_service_publishes_what_is_configured(tmp_path: Path) -> None:
    site = Site.make(tmp_path, SPOOL + CONFIGURED)
    load(site, JUNE)
    with site.run():
        found = eventually(lambda: queued(site), "the messages are in the queue")
        while len(found) < 2:
            found += eventually(lambda: queued(site), "the sync message is there, too")
        assert site.json("publish", "--dataset", "jobs")["messages"] == 2, "through the door"
    assert {text.split("\n")[0] for text in found} == {
        "APEL-summary-job-message: v0.2", "APEL-sync-message: v0.1",
    }  # fmt: skip


def warnings(site: Site) -> Any:
    return site.client.status()["warnings"]


def test_a_failure_to_publish_is_a_warning_and_the_service_goes_on(tmp_path: Path) -> None:
    site = Site.make(tmp_path, f'{SPOOL}{CONFIGURED}path = "spool/taken"\n')
    (site.data / "spool/taken").write_text("no directory")
    load(site, JUNE)
    with site.run():
        [said] = eventually(lambda: warnings(site), "there is a warning")
        assert "super_summaries is not published: cannot write to the outgoing queue" in said
        done = site.acct("check")
        assert (done.returncode, said in done.stdout) == (1, True)
        site.spool(sheets.message(sheets.SYNC))
        becomes(lambda: site.query("SELECT count(*) FROM sync_records"), [(1,)])


def test_once_publishes_what_is_new_and_ends_with_1_if_it_cannot(tmp_path: Path) -> None:
    site = Site.make(tmp_path, SPOOL + CONFIGURED)
    site.spool(JUNE)
    assert site.acct("run", "--once").returncode == 0
    assert len(queued(site)) == 2
    less = record(LocalJobId="1", InfrastructureType="grid", VO="atlas", WallDuration="10")
    site.spool(message(less))
    done = site.acct("run", "--once")
    assert done.returncode == 1
    assert "super_summaries is not published: S1 2024-06 shrinks" in done.stderr
    assert queued(site) == []


def test_a_configuration_that_cannot_be_published_stops_the_service_at_once(
    tmp_path: Path,
) -> None:
    site = Site.make(tmp_path, f'{SPOOL}{CONFIGURED}style = "ur"\n')
    done = site.acct("run", "--once")
    assert done.returncode == 2
    assert "super_summaries cannot be written as ur; --style v0.3 or v0.4" in done.stderr
