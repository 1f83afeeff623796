"""`acct rebuild`, with a service and without: whether all follows from the messages."""

import shutil
from contextlib import nullcontext
from pathlib import Path

import duckdb
import pytest

from tests.acceptance.site import Site
from tests.acceptance.test_signed import trusting
from tests.jobs import message, record
from tests.pki import Pki


def damage(site: Site, statement: str) -> None:
    """As nobody should: the file changed by hand, while nobody has it open."""
    with duckdb.connect(str(site.data / "acct.duckdb")) as store:
        store.execute(statement)


@pytest.mark.parametrize("running", [True, False], ids=["through the service", "without"])
def test_a_figure_that_was_changed_by_hand_is_found_and_mended(site: Site, running: bool) -> None:
    jobs = [record(LocalJobId=str(n), VO="atlas") for n in range(3)]
    site.output("load", site.file("one", message(*jobs)), site.file("two", message(jobs[0])))
    told = "SELECT * FROM messages ORDER BY message_id"
    when = "SELECT DISTINCT update_time FROM jobs"
    kept = site.query(told), site.query(when)
    damage(site, "UPDATE store.jobs SET cpu_duration = 5000 WHERE local_job_id = '1'")
    with site.run() if running else nullcontext():
        assert site.query("SELECT sum(cpu_duration) FROM jobs") == [(5100,)]
        done = site.acct("rebuild", "--check")
        assert done.returncode == 1
        assert "differs: jobs: only as it is: site S1" in done.stderr
        assert "cpu_duration 5000" in done.stderr
        assert site.query("SELECT sum(cpu_duration) FROM jobs") == [(5100,)]

        done = site.acct("rebuild")
        assert done.returncode == 0
        assert "what differed is as rebuilt now" in done.stderr
        assert site.query("SELECT sum(cpu_duration) FROM jobs") == [(150,)]
        assert (site.query(told), site.query(when)) == kept

        answered = {row["dataset"]: row for row in site.json("rebuild", "--check")}
        assert answered["jobs"]["rows"] == answered["jobs"]["rebuilt_rows"] == 3
        assert answered["jobs"]["digest"] == answered["jobs"]["rebuilt_digest"]
        assert all(row["equal"] for row in answered.values())


def test_signed_and_encrypted_messages_are_not_verified_again(
    tmp_path: Path, certificates: Pki
) -> None:
    """Whoever signed them is trusted no more, and the key that they were encrypted to is gone."""
    pki = certificates
    spool = '[[spool]]\npath = "spool/incoming"\nrequire_signature = true\n'
    site = Site.make(tmp_path, trusting(pki) + spool)
    (site.data / "dns").write_text(f"{pki.dn('a')}\n")
    site.spool(pki.sign(message().encode(), "a"), "signed")
    site.spool(pki.encrypt(pki.sign(message(record(LocalJobId="2")).encode(), "a")), "encrypted")
    site.output("run", "--once")
    shutil.rmtree(site.incoming)
    site.configure('[trust]\nca_path = "none"\nallowed_dns = "nobody"\n')
    damage(site, "DELETE FROM store.jobs")
    assert site.acct("rebuild").returncode == 0
    held = "SELECT local_job_id, publisher_dn FROM jobs ORDER BY local_job_id"
    assert site.query(held) == [("1", pki.dn("a")), ("2", pki.dn("a"))]


def test_a_message_that_is_refused_now_ends_with_1_and_can_be_made_a_reject(site: Site) -> None:
    site.output("load", site.file("one", message()))
    site.output("load", site.file("two", message(record(LocalJobId="2"))))
    bad = site.file("bad", message(record(LocalJobId="2", CpuDuration="much")))
    assert site.acct("load", bad).returncode == 1
    damage(site, "DELETE FROM store.raw_texts WHERE message_id = 2")
    assert "texts of 1 accepted messages" in site.acct("rebuild").stderr
    damage(site, "INSERT INTO store.raw_texts SELECT 2, content FROM store.raw_texts "
                 "WHERE message_id = 3")  # fmt: skip
    done = site.acct("rebuild")
    assert done.returncode == 1
    assert "refused now: message 2: INT: record 1, line 5, CpuDuration" in done.stderr
    assert site.jobs() == 2
    assert site.acct("rebuild", "--reject").returncode == 1
    assert site.jobs() == 1
    assert [row["message_id"] for row in site.json("rejects", "list")] == [3, 2]
