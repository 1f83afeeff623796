"""The layouts `dirq` and `simple` beside the real dirq library, on one queue."""

import os
import time
from pathlib import Path

import pytest
from dirq.queue import Queue
from dirq.QueueSimple import QueueSimple

from ingest.spool import open_layout
from tests.ingest.spool.spools import (
    MAX,
    OpenSource,
    bodies,
    everything,
    files_below,
    names,
    settle_all,
)

INCOMING = {"body": "string", "signer": "string", "empaid": "string?", "error": "string?"}
"""SSM's schema of its incoming queue: transport sheet, 1.2."""
DN = "/C=UK/O=eScience/CN=host/apel.example.org"


def ssm(spool: Path) -> Queue:
    return Queue(str(spool), schema=INCOMING)


def test_an_ssm_message_comes_with_its_signer_and_id(spool: Path, opened: OpenSource) -> None:
    name = ssm(spool).add({"body": "Žižkov", "signer": DN, "empaid": "6b015994/6b0159950c8713"})
    [envelope] = everything(opened("dirq"))
    assert envelope.body == "Žižkov".encode()
    assert envelope.vouched_signer == DN
    assert envelope.empaid == "6b015994/6b0159950c8713"
    assert envelope.source_name == name


@pytest.mark.parametrize("signer", ["Not available.", "", "\n"])
def test_an_unknown_signer_is_none(spool: Path, opened: OpenSource, signer: str) -> None:
    ssm(spool).add({"body": "body", "signer": signer})
    [envelope] = everything(opened("dirq"))
    assert (envelope.vouched_signer, envelope.empaid) == ("", "")


def test_a_reject_renamed_into_the_queue_is_read_and_removed(
    spool: Path, opened: OpenSource
) -> None:
    ssm(spool).add({"body": "body", "signer": DN, "empaid": "noid", "error": "was wrong once"})
    source = opened("dirq")
    settle_all(source, everything(source))
    assert files_below(spool) == set()


def test_elements_come_in_order_and_nothing_else_comes(spool: Path, opened: OpenSource) -> None:
    queue = ssm(spool)
    for number in range(3):
        queue.add({"body": str(number), "signer": DN})
    for stray in ("README", "00000000/NOTES", "00000000/6B015994E80EC4", "0000000g/x"):
        (spool / stray).parent.mkdir(exist_ok=True)
        (spool / stray).write_text("stray")
    source = opened("dirq")
    assert bodies(everything(source)) == [b"0", b"1", b"2"]
    assert source.depth() == 3


def test_what_another_has_locked_is_left_alone(spool: Path, opened: OpenSource) -> None:
    queue = ssm(spool)
    theirs = queue.add({"body": "theirs", "signer": DN})
    ours = queue.add({"body": "ours", "signer": DN})
    assert queue.lock(theirs)
    assert names(everything(opened("dirq"))) == [ours]


def test_what_we_have_locked_another_leaves_alone(spool: Path, opened: OpenSource) -> None:
    queue = ssm(spool)
    name = queue.add({"body": "body", "signer": DN})
    source = opened("dirq")
    [envelope] = everything(source)
    assert not queue.lock(name)
    source.release(envelope)
    assert queue.lock(name)


@pytest.mark.parametrize(("age_s", "broken"), [(590, False), (610, True)])
def test_a_foreign_lock_is_broken_after_ten_minutes(
    spool: Path, opened: OpenSource, age_s: float, broken: bool
) -> None:
    queue = ssm(spool)
    name = queue.add({"body": "body", "signer": DN})
    queue.lock(name)
    at = time.time() - age_s
    os.utime(spool / name, (at, at))
    assert names(everything(opened("dirq"))) == ([name] if broken else [])


def test_a_long_held_lock_of_ours_is_kept_alive(spool: Path, opened: OpenSource) -> None:
    queue = ssm(spool)
    name = queue.add({"body": "body", "signer": DN})
    source = opened("dirq")
    everything(source)
    os.utime(spool / name, (1, 1))
    source._next_keep = 0
    source._ring()
    queue.purge()
    assert not queue.lock(name)


def test_an_element_without_a_body_is_named_once_and_left_unlocked(
    spool: Path, opened: OpenSource, caplog: pytest.LogCaptureFixture
) -> None:
    queue = Queue(str(spool), schema={"signer": "string"})
    name = queue.add({"signer": DN})
    source = opened("dirq")
    assert everything(source) == everything(source) == []
    assert [f"{name} has no file named body" in text for text in caplog.messages] == [True]
    assert queue.lock(name)


def test_a_body_that_is_a_link_out_of_the_queue_is_not_followed(
    tmp_path: Path, spool: Path, opened: OpenSource
) -> None:
    name = ssm(spool).add({"body": "body", "signer": DN})
    (tmp_path / "secret").write_text("secret")
    (spool / name / "body").unlink()
    (spool / name / "body").symlink_to(tmp_path / "secret")
    assert everything(opened("dirq")) == []


def test_accepted_elements_go_to_an_archive_queue_that_dirq_reads(
    tmp_path: Path, spool: Path, opened: OpenSource
) -> None:
    ssm(spool).add({"body": "body", "signer": DN, "empaid": "id"})
    source = opened("dirq", accepted=tmp_path / "accept")
    settle_all(source, everything(source))
    archive = ssm(tmp_path / "accept")
    [name] = list(archive)
    assert archive.dequeue(name) == {"body": "body", "signer": DN, "empaid": "id"}
    assert files_below(spool) == set()


def test_an_oversize_element_is_kept_whole(spool: Path, opened: OpenSource) -> None:
    name = ssm(spool).add({"body": "x" * (MAX * 3), "signer": DN})
    source = opened("dirq")
    [envelope] = everything(source)
    assert len(envelope.body) == MAX + 1
    source.settle(envelope, accepted=False)
    aside = spool / "oversize" / Path(name).name
    assert (aside / "body").stat().st_size == MAX * 3
    assert (aside / "signer").read_text() == DN
    assert not (aside / "locked").exists()


def test_what_we_write_dirq_reads(tmp_path: Path) -> None:
    open_layout(tmp_path / "q", "dirq").add(b"body", DN, "id")
    open_layout(tmp_path / "q", "dirq").add("é".encode())
    queue = ssm(tmp_path / "q")
    assert [queue.dequeue(name) for name in queue] == [
        {"body": "body", "signer": DN, "empaid": "id"},
        {"body": "é", "signer": "Not available.", "empaid": "noid"},
    ]


def test_we_insert_where_dirq_would(tmp_path: Path) -> None:
    """No directory: 00000000; the last if it holds something; else the one after it."""
    ours = open_layout(tmp_path, "dirq")
    assert ours.add(b"1").startswith("00000000/")
    assert ours.add(b"2").startswith("00000000/")
    (tmp_path / "0000000f").mkdir()
    assert open_layout(tmp_path, "dirq").add(b"3").startswith("00000010/")


def test_purging_removes_day_old_leftovers_and_unused_folders(spool: Path) -> None:
    ssm(spool)
    for leftover in ("temporary/acct-1", "obsolete/acct-2", "temporary/6b015994e80ec4"):
        (spool / leftover).mkdir(parents=True)
        (spool / leftover / "body").write_text("body")
        os.utime(spool / leftover, (1, 1))
    (spool / "temporary/acct-young").mkdir()
    for number in range(3):
        (spool / f"{number:08x}").mkdir()
        os.utime(spool / f"{number:08x}", (1, 1))
    open_layout(spool, "dirq").purge()
    assert {str(path.relative_to(spool)) for path in spool.rglob("*")} == {
        "temporary",
        "obsolete",
        "temporary/acct-young",
        "00000002",
    }


def test_a_simple_message_is_read_as_it_is(spool: Path, opened: OpenSource) -> None:
    name = QueueSimple(str(spool)).add(b"\x00\xffbody")
    [envelope] = everything(opened("simple"))
    assert envelope.body == b"\x00\xffbody"
    assert envelope.source_name == name


def test_its_time_is_the_files_own_and_not_that_of_the_lock(
    spool: Path, opened: OpenSource
) -> None:
    name = QueueSimple(str(spool)).add(b"body")
    os.utime(spool / name, (1_700_000_000, 1_700_000_000))
    assert everything(opened("simple"))[0].received_at == 1_700_000_000


def test_a_simple_element_locked_by_another_is_left_alone(spool: Path, opened: OpenSource) -> None:
    queue = QueueSimple(str(spool))
    theirs, ours = queue.add(b"theirs"), queue.add(b"ours")
    assert queue.lock(theirs)
    source = opened("simple")
    assert names(everything(source)) == [ours]
    assert not queue.lock(ours)


@pytest.mark.parametrize(("age_s", "broken"), [(590, False), (610, True)])
def test_a_foreign_simple_lock_is_broken_after_ten_minutes(
    spool: Path, opened: OpenSource, age_s: float, broken: bool
) -> None:
    queue = QueueSimple(str(spool))
    name = queue.add(b"body")
    queue.lock(name)
    at = time.time() - age_s
    os.utime(spool / name, (at, at))
    assert names(everything(opened("simple"))) == ([name] if broken else [])


def test_a_long_held_simple_lock_of_ours_is_kept_alive(spool: Path, opened: OpenSource) -> None:
    queue = QueueSimple(str(spool))
    name = queue.add(b"body")
    source = opened("simple")
    everything(source)
    os.utime(spool / name, (1, 1))
    source._next_keep = 0
    source._ring()
    queue.purge()
    assert not queue.lock(name)


def test_an_unlocked_simple_element_does_not_look_like_ours_when_another_locks_it(
    spool: Path, opened: OpenSource
) -> None:
    name = QueueSimple(str(spool)).add(b"body")
    source = opened("simple")
    source.release(everything(source)[0])
    os.link(spool / name, spool / f"{name}.lck")  # they have not set the time yet
    assert everything(source) == []


def test_accepted_simple_elements_go_to_an_archive_queue(
    tmp_path: Path, spool: Path, opened: OpenSource
) -> None:
    QueueSimple(str(spool)).add(b"body")
    source = opened("simple", accepted=tmp_path / "accept")
    settle_all(source, everything(source))
    archive = QueueSimple(str(tmp_path / "accept"))
    [name] = list(archive)
    assert archive.lock(name)
    assert archive.get(name) == b"body"
    assert files_below(spool) == set()


def test_an_oversize_simple_element_is_kept_whole(spool: Path, opened: OpenSource) -> None:
    name = QueueSimple(str(spool)).add(b"x" * (MAX * 3))
    source = opened("simple")
    [envelope] = everything(source)
    source.settle(envelope, accepted=False)
    assert files_below(spool) == {f"oversize/{Path(name).name}"}
    assert (spool / "oversize" / Path(name).name).stat().st_size == MAX * 3


def test_what_we_write_simple_dirq_reads(tmp_path: Path) -> None:
    written = open_layout(tmp_path / "q", "simple").add(b"\xff")
    queue = QueueSimple(str(tmp_path / "q"))
    [name] = list(queue)
    assert name == written
    assert queue.lock(name)
    assert queue.get(name) == b"\xff"


def test_purging_a_simple_queue_spares_what_is_young_or_locked(spool: Path) -> None:
    folder = spool / "00000001"
    folder.mkdir()
    for name, age_s in {"6b015994e80ec1.tmp": 90_000, "6b015994e80ec2.tmp": 1_000}.items():
        (folder / name).write_text("")
        os.utime(folder / name, (time.time() - age_s,) * 2)
    (folder / "6b015994e80ec3.lck").write_text("")  # of an element that is gone
    os.utime(folder / "6b015994e80ec3.lck", (1, 1))
    for unused in ("00000000", "00000002"):
        (spool / unused).mkdir()
        os.utime(spool / unused, (1, 1))
    open_layout(spool, "simple").purge()
    assert files_below(spool) == {"00000001/6b015994e80ec2.tmp"}
    assert {path.name for path in spool.iterdir()} == {"00000001", "00000002"}
