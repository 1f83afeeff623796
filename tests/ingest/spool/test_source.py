"""What holds for a spool of any layout."""

import errno
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from appliance.config import Spool
from appliance.errors import AcctError, UsageError
from ingest.envelope import Envelope, Source
from ingest.spool import SpoolSource, open_layout
from ingest.spool.layout import Listing
from ingest.spool.layouts import LayoutName
from tests.broker import until
from tests.ingest.spool.spools import (
    MAX,
    OpenSource,
    bodies,
    drop,
    everything,
    files_below,
    settle_all,
)

LAYOUTS: list[LayoutName] = ["directory", "dirq", "simple"]
each_layout = pytest.mark.parametrize("layout", LAYOUTS)


def add(spool: Path, layout: LayoutName, *messages: bytes) -> None:
    """Write messages, and make plain files old enough to be taken."""
    queue = open_layout(spool, layout)
    for age_s, body in zip(range(len(messages) + 10, 0, -1), messages, strict=False):
        name = queue.add(body)
        if layout == "directory":
            drop(spool, name, body, age_s)


def test_it_is_a_source(opened: OpenSource, spool: Path) -> None:
    source: Source = opened()
    assert source.name == f"spool:{spool}"


@each_layout
def test_messages_come_in_order_once_and_go_when_settled(
    spool: Path, opened: OpenSource, layout: LayoutName
) -> None:
    add(spool, layout, b"one", b"two", b"three")
    source = opened(layout)
    got = everything(source)
    assert bodies(got) == [b"one", b"two", b"three"]
    assert everything(source) == []
    assert source.depth() == 3
    settle_all(source, got)
    assert files_below(spool) == set()
    assert source.depth() == 0


@each_layout
def test_a_batch_ends_at_its_limits_but_is_never_empty(
    spool: Path, opened: OpenSource, layout: LayoutName
) -> None:
    add(spool, layout, b"12345", b"12345", b"12345", b"12345", b"12345")
    source = opened(layout)
    assert len(source.take(2, 1000)) == 2
    assert len(source.take(1000, 6)) == 2
    assert len(source.take(1000, 0)) == 1


@each_layout
def test_a_released_message_is_given_again_before_younger_ones(
    spool: Path, opened: OpenSource, layout: LayoutName
) -> None:
    add(spool, layout, b"one", b"two", b"three")
    source = opened(layout)
    for envelope in source.take(2, 1000):
        source.release(envelope)
    assert bodies(everything(source)) == [b"one", b"two", b"three"]


@each_layout
def test_what_was_not_settled_when_we_stopped_is_given_again(
    spool: Path, opened: OpenSource, layout: LayoutName
) -> None:
    add(spool, layout, b"one")
    first = opened(layout)
    assert bodies(everything(first)) == [b"one"]
    first.stop()
    assert bodies(everything(opened(layout))) == [b"one"]


TAKE = """
import sys, time
from pathlib import Path
from appliance.config import Spool
from ingest.spool import SpoolSource
source = SpoolSource(Spool(Path(sys.argv[1]), sys.argv[2]), 1000, 60)
print(len(source.take(1000, 10**9)), flush=True)
time.sleep(60)
"""


@each_layout
def test_a_reader_killed_before_it_settles_blocks_nothing(
    spool: Path, opened: OpenSource, layout: LayoutName
) -> None:
    add(spool, layout, *(b"%02d" % number for number in range(50)))
    arguments = [sys.executable, "-c", TAKE, str(spool), layout]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as reader:
        assert reader.stdout is not None
        assert reader.stdout.readline() == "50\n"
        with pytest.raises(AcctError, match="another process reads"):
            everything(opened(layout))
        reader.kill()
    source = opened(layout)
    got = everything(source)
    assert bodies(got) == [b"%02d" % number for number in range(50)]
    settle_all(source, got)
    assert files_below(spool) == set()


@each_layout
def test_an_arrival_wakes_us(spool: Path, opened: OpenSource, layout: LayoutName) -> None:
    """Twice: settling the first must not blind the watch, nor a new intermediate directory."""
    source, woken, queue = opened(layout), threading.Event(), open_layout(spool, layout)
    source.start(woken.set)
    for body in (b"one", b"two"):
        woken.clear()
        queue.add(body)
        assert woken.wait(20)
        until(lambda: settled(source) == 1)
        if layout != "directory":
            shutil.rmtree(next(spool.glob("[0-9a-f]*")))


def settled(source: SpoolSource) -> int:
    got = everything(source)
    settle_all(source, got)
    return len(got)


def test_a_file_too_young_to_take_wakes_us_again(spool: Path, opened: OpenSource) -> None:
    source, woken = opened(), threading.Event()
    got: list[Envelope] = []
    source.start(woken.set)
    drop(spool, "young", age_s=0)
    while not got:
        assert woken.wait(20)
        woken.clear()
        got = everything(source)
    assert bodies(got) == [b"body"]


def test_we_are_woken_now_and_then_without_any_arrival(spool: Path) -> None:
    woken = threading.Event()
    source = SpoolSource(Spool(spool), MAX, rescan_s=0.05)
    source.start(woken.set)
    assert woken.wait(20)
    woken.clear()
    assert woken.wait(20)
    source.stop()


def test_a_spool_that_is_not_there_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="acct init"):
        SpoolSource(Spool(tmp_path / "none"), MAX, 60)


@each_layout
def test_a_spool_that_vanishes_is_an_error_until_it_is_back(
    spool: Path, opened: OpenSource, layout: LayoutName
) -> None:
    source = opened(layout)
    source.start(lambda: None)
    assert everything(source) == []
    shutil.rmtree(spool)
    with pytest.raises(AcctError, match="the spool must exist"):
        everything(source)
    with pytest.raises(AcctError, match="cannot read"):
        source.depth()
    spool.mkdir()
    add(spool, layout, b"back")
    assert bodies(everything(source)) == [b"back"]


def test_many_waiting_files_are_listed_once_for_all_batches(
    spool: Path, opened: OpenSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fifty batches: one look finds all, another sees that nothing more came."""
    for number in range(500):
        drop(spool, f"{number:03}", b"", age_s=10)
    source, listings = opened(), list[int]()
    waiting = source._layout.waiting

    def counted() -> Listing:
        listings.append(1)
        return waiting()

    monkeypatch.setattr(source._layout, "waiting", counted)
    count = 0
    while batch := source.take(10, 1000):
        count += len(batch)
        settle_all(source, batch)
    assert (count, len(listings)) == (500, 2)


@pytest.fixture
def other_disk(spool: Path) -> Iterator[Path]:
    shared_memory = Path("/dev/shm")
    if not shared_memory.is_dir() or shared_memory.stat().st_dev == spool.stat().st_dev:
        pytest.skip("needs a second file system")
    with TemporaryDirectory(dir=shared_memory) as folder:
        yield Path(folder)


@each_layout
def test_the_archive_may_be_on_another_disk(
    spool: Path, other_disk: Path, opened: OpenSource, layout: LayoutName
) -> None:
    add(spool, layout, b"one", b"two")
    source = opened(layout, accepted=other_disk)
    settle_all(source, everything(source))
    assert files_below(spool) == set()
    found = [path.read_bytes() for path in other_disk.rglob("*") if path.is_file()]
    assert sorted(body for body in found if body in {b"one", b"two"}) == [b"one", b"two"]
    assert list(other_disk.rglob("locked")) == []


def test_a_stopped_source_can_start_again(spool: Path, opened: OpenSource) -> None:
    source, woken = opened(), threading.Event()
    source.start(lambda: None)
    source.stop()
    source.start(woken.set)
    drop(spool, "message")
    assert woken.wait(20)


@each_layout
def test_what_a_full_disk_cuts_short_leaves_nothing(
    tmp_path: Path, layout: LayoutName, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else each further try would leave another part."""

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("ingest.spool.files.os.fsync", full)
    for _ in range(2):
        with pytest.raises(OSError, match="No space left"):
            open_layout(tmp_path, layout).add(b"body")
    assert files_below(tmp_path) == set()
