"""The life of the service: it starts, takes in, is told to stop, and starts again."""

import json
import os
import signal
import socket
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.acceptance.senders import LAYOUTS, SPOOLS, leave
from tests.acceptance.site import DEADLINE_S, Site, becomes, eventually
from tests.jobs import message, record

RECORDS = 500


def large(number: int) -> str:
    return message(*(record(LocalJobId=f"{number}.{n}") for n in range(RECORDS)))


def left_behind(site: Site) -> list[Path]:
    """Messages that are still in a spool, and locks of readers."""
    found = [path for spool in LAYOUTS for path in (site.data / spool).rglob("*")]
    return [path for path in found if path.is_file() and path.name != ".acct.lock"]


def test_a_message_is_seen_in_a_report_while_the_service_runs(site: Site) -> None:
    with site.run():
        site.spool(message())
        report = "report", "--from", "2024", "--to", "2025", "--metric", "jobs,wall_hours"
        becomes(lambda: site.json(*report), [{"vo": "None", "jobs": 1, "wall_hours": 60 / 3600}])


def test_files_left_while_the_service_was_down_are_taken(site: Site) -> None:
    site.spool(message(record(LocalJobId="1")), "moved in")
    (site.incoming / "written there").write_text(message(record(LocalJobId="2")))
    with site.run():
        becomes(site.jobs, 2)


def test_a_half_written_file_is_left_alone_until_its_writer_is_done(site: Site) -> None:
    whole = message(record(LocalJobId="1"), record(LocalJobId="2"))
    with site.run(ACCT_SERVICE__RESCAN_S="0.2"):
        with (site.incoming / "slow").open("w") as out:
            out.write(whole[:100])
            out.flush()
            at = 1_780_000_000  # as if nothing had been written for long: only the writer holds it
            os.utime(site.incoming / "slow", (at, at))
            site.spool(message(record(LocalJobId="3")), "quick")
            becomes(site.jobs, 1)
            site.spool(message(record(LocalJobId="4")), "quick again")
            becomes(site.jobs, 2)
            assert (site.incoming / "slow").exists()
            out.write(whole[100:])
        becomes(site.jobs, 4)
    assert site.json("rejects", "list") == []


def test_once_takes_in_all_that_waits_and_ends(tmp_path: Path) -> None:
    site = Site.make(tmp_path, SPOOLS)
    sent = [leave(site.data / layout, large(n)) for n, layout in enumerate(LAYOUTS)]
    bad = leave(site.data / "dirq", "not a message")
    assert all(path.exists() for path in (*sent, bad))
    done = site.acct("run", "--once")
    assert (done.returncode, done.stdout) == (1, ""), "one was refused: " + done.stderr
    assert left_behind(site) == []
    assert site.query("SELECT sum(number_of_jobs) AS jobs FROM super_summaries") == [(3 * RECORDS,)]
    assert len(site.refusals()) == 1
    assert site.acct("status").returncode == 3


def test_accepted_messages_are_moved_where_the_configuration_says(tmp_path: Path) -> None:
    site = Site.make(tmp_path, '[[spool]]\npath = "in"\naccepted = "done"\n')
    site.spool(message(), "good", "in")
    site.spool("not a message", "bad", "in")
    assert site.acct("run", "--once").returncode == 1
    assert [path.name for path in (site.data / "done").iterdir()] == ["good"]
    assert list(site.refusals()) == ["bad"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda n: n.name)
def test_a_signal_during_a_load_leaves_nothing_half_done(
    tmp_path: Path, number: signal.Signals
) -> None:
    site = Site.make(tmp_path, f"{SPOOLS}[service]\nbatch_messages = 2\n")
    for n in range(60):
        leave(site.data / LAYOUTS[n % 3], large(n))
    running = site.start()
    try:
        eventually(lambda: " messages (" in running.log, "the first batch is loaded")
        running.process.send_signal(number)
        assert running.process.wait(DEADLINE_S) == 0, running.log
    finally:
        running.kill()
    assert "Traceback" not in running.log
    assert not (site.data / "acct.sock").exists()
    loaded = site.jobs()
    assert 0 < loaded < 60 * RECORDS, "the signal came too late to show anything"
    assert loaded % RECORDS == 0
    assert [path for path in left_behind(site) if "lock" in path.name or ".lck" in path.name] == []
    assert site.acct("run", "--once").returncode == 0
    assert site.jobs() == 60 * RECORDS
    assert left_behind(site) == []


def test_systemd_is_told_that_it_is_ready_alive_and_stopping(site: Site) -> None:
    name = f"@acct-{uuid.uuid4().hex}"
    with listening(name) as told:
        with site.run(NOTIFY_SOCKET=name, WATCHDOG_USEC="200000"):
            assert told.recv(100) == b"READY=1"
            assert told.recv(100) == b"WATCHDOG=1"
            assert told.recv(100) == b"WATCHDOG=1"
        said = b""
        while said in (b"", b"WATCHDOG=1"):
            said = told.recv(100)
        assert said.splitlines()[0] == b"STOPPING=1"


def test_status_says_what_runs(site: Site) -> None:
    before = site.acct("status")
    assert before.returncode == 3
    assert before.stdout == ""
    assert before.stderr.startswith("acct: no service answers at ")
    with site.run():
        site.spool(message(), "good")
        site.spool("bad", "bad")
        becomes(
            lambda: site.json("status")["messages"], {"accepted": 1, "rejected": 1, "duplicate": 0}
        )
        becomes(lambda: site.json("status")["unsummarised"], 0)
        status = site.json("status")
        assert (status["records"], status["jobs"]) == (1, 1)
        assert [part["state"] for part in status["parts"]] == ["running", "running"]
        assert [(s["name"], s["waiting"]) for s in status["sources"]] == [
            (f"spool:{site.incoming}", 0)
        ]
        assert [sum(column) for column in zip(*status["intake"], strict=True)][1:] == [2, 1, 1]
        assert "1 accepted, 1 rejected" in site.output("status")
        assert (site.data / "acct.sock").stat().st_mode & 0o777 == 0o660
    assert site.acct("status").returncode == 3


def test_a_second_service_says_who_has_the_store(site: Site) -> None:
    with site.run() as running:
        second = site.acct("run")
        assert second.returncode == 1
        assert f"in use by process {running.process.pid}" in second.stderr
        assert "Traceback" not in second.stderr
        assert site.acct("status").returncode == 0, "the first goes on"


def test_log_lines_are_json_when_asked(site: Site) -> None:
    site.spool(message())
    done = site.acct("run", "--once", "--log", "json")
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    [batch] = [line for line in lines if "records" in line]
    assert (batch["messages"], batch["accepted"], batch["records"]) == (1, 1, 1)


@contextmanager
def listening(name: str) -> Iterator[socket.socket]:
    """A socket that receives what is told to systemd."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as told:
        told.bind(name.replace("@", "\0", 1))
        told.settimeout(DEADLINE_S)
        yield told
