"""The layout `directory`: plain files of strangers."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from ingest.spool import open_layout
from tests.ingest.spool.spools import (
    MAX,
    OpenSource,
    bodies,
    drop,
    everything,
    files_below,
    names,
    settle_all,
)


def test_the_oldest_file_comes_first(spool: Path, opened: OpenSource) -> None:
    drop(spool, "a", b"new", age_s=10)
    drop(spool, "b", b"old", age_s=20)
    assert bodies(everything(opened())) == [b"old", b"new"]


def test_an_envelope_says_where_and_when_it_arrived(spool: Path, opened: OpenSource) -> None:
    path = drop(spool, "message.txt")
    [envelope] = everything(opened())
    assert envelope.source == f"spool:{spool}"
    assert envelope.source_name == "message.txt"
    assert envelope.received_at == path.stat().st_mtime
    assert envelope.vouched_signer == ""
    assert envelope.kept_at == ""


def test_dot_names_and_folders_are_no_messages(spool: Path, opened: OpenSource) -> None:
    drop(spool, ".hidden")
    (spool / "folder").mkdir()
    drop(spool / "folder", "inside")
    source = opened()
    assert everything(source) == []
    assert source.depth() == 0


def test_a_young_file_is_left_alone_until_it_is_old_enough(spool: Path, opened: OpenSource) -> None:
    drop(spool, "young", age_s=0)
    source = opened()
    assert everything(source) == []
    assert source.depth() == 1
    drop(spool, "young", age_s=3)
    assert names(everything(source)) == ["young"]


def test_a_file_moved_in_with_an_old_time_is_taken_at_once(
    tmp_path: Path, spool: Path, opened: OpenSource
) -> None:
    source = opened()
    drop(tmp_path, "elsewhere").rename(spool / "moved")
    assert names(everything(source)) == ["moved"]


def test_a_file_whose_time_is_in_the_future_is_taken_when_it_stays_as_it_is(
    spool: Path, opened: OpenSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop(spool, "future", age_s=-1_000_000)
    source, now = opened(), time.monotonic()
    assert everything(source) == []
    monkeypatch.setattr(time, "monotonic", lambda: now + 2.5)
    [envelope] = everything(source)
    assert envelope.received_at <= time.time()


def test_a_file_whose_time_is_in_the_future_and_that_grows_is_left_alone(
    spool: Path, opened: OpenSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop(spool, "future", age_s=-1_000_000)
    source, now = opened(), time.monotonic()
    assert everything(source) == []
    drop(spool, "future", b"more of it", age_s=-1_000_000)
    monkeypatch.setattr(time, "monotonic", lambda: now + 2.5)
    assert everything(source) == []


@contextmanager
def written_by_another(path: Path) -> Iterator[None]:
    """Another process has the file open for writing, and does nothing."""
    code = "import sys; f = open(sys.argv[1], 'ab'); print('open', flush=True); sys.stdin.read()"
    arguments = [sys.executable, "-c", code, str(path)]
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"open\n"
        yield


def test_a_file_that_somebody_still_writes_is_left_alone_however_old(
    spool: Path, opened: OpenSource
) -> None:
    path = drop(spool, "stalled", b"half", age_s=100)
    source = opened()
    with written_by_another(path):
        os.utime(path, (1, 1))
        assert everything(source) == []
    assert bodies(everything(source)) == [b"half"]


def test_a_settled_file_is_gone(spool: Path, opened: OpenSource) -> None:
    drop(spool, "good")
    drop(spool, "bad")
    source = opened()
    good, bad = everything(source)
    source.settle(good, accepted=True)
    source.settle(bad, accepted=False)
    assert files_below(spool) == set()
    assert source.depth() == 0


def test_an_accepted_file_goes_to_the_archive_and_a_refused_one_does_not(
    tmp_path: Path, spool: Path, opened: OpenSource
) -> None:
    drop(spool, "a-good", b"good")
    drop(spool, "b-bad", b"bad")
    source = opened(accepted=tmp_path / "archive")
    good, bad = everything(source)
    source.settle(good, accepted=True)
    source.settle(bad, accepted=False)
    assert files_below(tmp_path / "archive") == {"a-good"}
    assert files_below(spool) == set()


def test_the_archive_keeps_two_files_of_one_name(
    tmp_path: Path, spool: Path, opened: OpenSource
) -> None:
    source = opened(accepted=tmp_path / "archive")
    for body in (b"one", b"two"):
        drop(spool, "same", body)
        settle_all(source, everything(source))
    kept = [path.read_bytes() for path in (tmp_path / "archive").iterdir()]
    assert sorted(kept) == [b"one", b"two"]


def test_an_archive_that_cannot_be_written_keeps_the_file_in_the_spool(
    tmp_path: Path, spool: Path, opened: OpenSource
) -> None:
    (tmp_path / "archive").write_text("a file, where a folder should be")
    drop(spool, "message")
    source = opened(accepted=tmp_path / "archive")
    [envelope] = everything(source)
    with pytest.raises(Exception, match="cannot remove a message"):
        source.settle(envelope, accepted=True)
    assert files_below(spool) == {"message"}


def test_a_name_used_again_before_we_settle_is_a_new_message(
    tmp_path: Path, spool: Path, opened: OpenSource
) -> None:
    drop(spool, "same", b"old")
    source = opened()
    [old] = everything(source)
    drop(tmp_path, "new", b"new").rename(spool / "same")
    source.settle(old, accepted=True)
    assert bodies(everything(source)) == [b"new"]


def test_what_is_appended_before_we_settle_comes_again_with_the_rest(
    spool: Path, opened: OpenSource
) -> None:
    path = drop(spool, "same", b"old")
    source = opened()
    [old] = everything(source)
    with path.open("ab") as file:
        file.write(b" and more")
    source.settle(old, accepted=True)
    os.utime(path, (1, 1))
    assert bodies(everything(source)) == [b"old and more"]


def test_a_file_that_vanishes_before_we_settle_is_no_error(spool: Path, opened: OpenSource) -> None:
    path = drop(spool, "gone")
    source = opened()
    [envelope] = everything(source)
    path.unlink()
    source.settle(envelope, accepted=True)


def test_a_file_half_removed_by_a_crash_comes_again(spool: Path, opened: OpenSource) -> None:
    drop(spool, ".acct-leaving-0123", b"perhaps new")
    assert bodies(everything(opened())) == [b"perhaps new"]


def test_an_oversize_file_is_cut_and_then_kept_whole(spool: Path, opened: OpenSource) -> None:
    drop(spool, "huge", b"x" * (MAX * 3))
    drop(spool, "fits", b"y" * MAX)
    source = opened()
    fits, huge = sorted(everything(source), key=lambda envelope: envelope.source_name)
    assert (len(fits.body), fits.kept_at) == (MAX, "")
    assert (len(huge.body), huge.kept_at) == (MAX + 1, str(spool / "oversize"))
    source.settle(fits, accepted=True)
    source.settle(huge, accepted=False)
    assert (spool / "oversize" / "huge").read_bytes() == b"x" * (MAX * 3)
    assert everything(source) == []


def test_fifos_sockets_and_links_are_named_once_and_left(
    tmp_path: Path, spool: Path, opened: OpenSource, caplog: pytest.LogCaptureFixture
) -> None:
    os.mkfifo(spool / "fifo")
    (spool / "link").symlink_to(drop(tmp_path, "secret", b"secret"))
    (spool / "dangling").symlink_to(tmp_path / "nowhere")
    drop(spool, "message")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(spool / "socket"))
        source = opened()
        assert names(everything(source)) == ["message"]
        assert everything(source) == []
    for name in ("fifo", "link", "dangling", "socket"):
        assert len([text for text in caplog.messages if f" {name} is no regular" in text]) == 1


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (b"new\nline", "new\\nline"),
        (b"bell\x07\x1b[31m", "bell\\x07\\x1b[31m"),
        (b"latin-\xe9", "latin-\\xe9"),
        ("é ü".encode(), "é ü"),
        (b"-rf *", "-rf *"),
        (b"x" * 255, "x" * 255),
        ("€".encode() * 85, "€" * 85),
        ("\u202ertl".encode(), "\\u202ertl"),
    ],
)
def test_any_name_is_read_shown_safely_and_removed(
    tmp_path: Path, spool: Path, opened: OpenSource, name: bytes, shown: str
) -> None:
    drop(spool, os.fsdecode(name))
    source = opened(accepted=tmp_path / "archive")
    [envelope] = everything(source)
    assert envelope.source_name == shown
    envelope.source_name.encode()
    source.settle(envelope, accepted=True)
    assert files_below(spool) == set()
    assert os.fsencode(next((tmp_path / "archive").iterdir()).name) == name


READ = """
import logging, os, sys
from pathlib import Path
from appliance.config import Spool
from ingest.spool import SpoolSource
logging.basicConfig(level=logging.WARNING)
if os.geteuid() == 0:
    os.setuid(65534)
source = SpoolSource(Spool(Path(sys.argv[1])), 1000, 60)
for _ in range(2):
    print([envelope.source_name for envelope in source.take(10, 1000)])
print(source.depth())
"""


def as_nobody(spool: Path) -> "subprocess.CompletedProcess[str]":
    """Read the spool as somebody whom permissions bind."""
    arguments = [sys.executable, "-c", READ, str(spool)]
    return subprocess.run(arguments, capture_output=True, text=True, check=False)


@pytest.fixture
def open_spool() -> Iterator[Path]:
    """A spool that everybody may reach and write."""
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)
        yield Path(folder)


def test_an_unreadable_file_is_named_once_and_does_not_stop_the_rest(open_spool: Path) -> None:
    drop(open_spool, "secret").chmod(0)
    drop(open_spool, "message")
    result = as_nobody(open_spool)
    assert result.stdout.splitlines() == ["['message']", "[]", "2"], result.stderr
    assert result.stderr.count("secret cannot be read: Permission denied") == 1


def test_an_unreadable_spool_is_an_error_with_a_remedy(open_spool: Path) -> None:
    open_spool.chmod(0o333)
    result = as_nobody(open_spool)
    open_spool.chmod(0o777)
    assert f"AcctError: cannot read {open_spool}: Permission denied; check" in result.stderr


def test_what_we_write_is_whole_and_readable_at_its_name(spool: Path, opened: OpenSource) -> None:
    name = open_layout(spool / "out", "directory").add(b"body", "/C=UK", "id")
    assert (spool / "out" / name).read_bytes() == b"body"
    assert files_below(spool / "out") == {name}
