"""Nothing is lost and nothing doubled: when the service is killed, and beside other programs."""

import os
import random
import subprocess
import sys
import time
from pathlib import Path

from tests.acceptance.senders import FIELDS, LAYOUTS, SPOOLS, Sender, leave
from tests.acceptance.site import DEADLINE_S, Site, becomes, eventually
from tests.jobs import message, record

KILLS = 5
SUMMARISED = (
    "SELECT sum(number_of_jobs), sum(wall_duration), sum(cpu_duration) FROM super_summaries"
)
OF_JOBS = "SELECT count(*), sum(wall_duration), sum(cpu_duration) FROM jobs"


def test_killed_again_and_again_every_job_is_there_once_and_every_bad_message_refused_once(
    tmp_path: Path,
) -> None:
    site = Site.make(tmp_path, SPOOLS)
    spools = [site.data / layout for layout in LAYOUTS]
    chance = random.Random()
    with Sender(spools, jobs_each=3) as sender:
        for _ in range(KILLS):
            running = site.start()
            batches = running.log.count(" messages (")
            wanted = batches + chance.randrange(3)
            eventually(lambda: running.log.count(" messages (") >= wanted, "batches come")  # noqa: B023
            time.sleep(chance.random() * 0.2)  # a random moment: nothing is waited for
            running.kill()
    done = site.acct("run", "--once")
    assert done.returncode in (0, 1), done.stderr  # 1: of what was left, some was refused
    loaded = site.query("SELECT local_job_id FROM jobs")
    assert sorted(name for (name,) in loaded) == sorted(sender.jobs)
    assert site.query(SUMMARISED) == site.query(OF_JOBS)
    refused = site.json("rejects", "list", "--limit", "100000")
    texts = [site.output("rejects", "show", "--raw", row["message_id"]) for row in refused[:20]]
    assert len(set(texts)) == len(texts)
    assert len(refused) == len(sender.bad)
    waiting = [
        p
        for spool in spools
        for p in spool.rglob("*")
        # A kill in the middle of a removal leaves the settled element in `obsolete` for a day.
        if p.is_file() and p.name[0] != "." and "obsolete" not in p.parts
    ]
    assert waiting == []


def test_a_bad_message_that_comes_again_after_a_crash_is_refused_once(site: Site) -> None:
    """The crash is between the commit and the removal of the file: the file is still there."""
    for _ in range(2):
        file = site.spool("not a message")
        os.utime(file, (1_780_000_000, 1_780_000_000))
        assert site.acct("run", "--once").returncode == 1
        assert [row["source_name"] for row in site.json("rejects", "list")] == ["message"]
    assert len(site.json("messages")) == 1


def test_a_good_message_that_comes_again_after_a_crash_changes_nothing(site: Site) -> None:
    for state in ("accepted", "duplicate"):
        site.spool(message())
        assert site.acct("run", "--once").returncode == 0
        assert site.query("SELECT state FROM messages ORDER BY message_id DESC LIMIT 1") == [
            (state,)
        ]
        assert site.query(SUMMARISED) == [(1, 60, 50)]


DIRQ = f"""
import sys
from dirq.queue import Queue
queue = Queue(sys.argv[1], schema={FIELDS!r}, maxelts=20)
for body in sys.stdin.read().split("\\0"):
    queue.add({{"body": body, "signer": "/CN=x", "empaid": "6b015994/6b0159950c8713"}})
"""


def test_a_writer_of_the_dirq_library_races_the_service(tmp_path: Path) -> None:
    site = Site.make(tmp_path, '[[spool]]\npath = "dirq"\nlayout = "dirq"\n')
    sent = [message(record(LocalJobId=str(n))) for n in range(300)]
    with site.run():
        writers = [
            subprocess.Popen(
                [sys.executable, "-c", DIRQ, site.data / "dirq"], stdin=subprocess.PIPE, text=True
            )
            for _ in range(2)
        ]
        for half, writer in enumerate(writers):
            assert writer.stdin is not None
            writer.stdin.write("\0".join(sent[half::2]))
            writer.stdin.close()
        assert [writer.wait(DEADLINE_S) for writer in writers] == [0, 0]
        becomes(lambda: site.client.status()["messages"]["accepted"], len(sent))
        assert site.json("status")["messages"] == {"accepted": 300, "rejected": 0, "duplicate": 0}
        assert site.jobs() == len(sent)
    elements = [p for p in (site.data / "dirq").rglob("*") if p.is_file() and p.name[0] != "."]
    assert elements == []


def test_the_store_is_free_at_once_after_a_crash(site: Site) -> None:
    running = site.start()
    eventually(lambda: site.answers(running), "acct status answers")
    running.kill()
    assert (site.data / "acct.sock").exists(), "left by the crash"
    assert site.acct("status").returncode == 3
    assert site.acct("load", site.file("good", message())).returncode == 0
    leave(site.incoming, message(record(LocalJobId="2")))
    with site.run():
        becomes(site.jobs, 2)
