"""Whatever is done to the files of a log, and whenever we crash: every line is read once."""

import bz2
import gzip
import lzma
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import zstandard
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from appliance.repository import LogPiece
from ingest.logs.following import Follower
from tests.ingest.logs.ledgers import Ledger

PACK: dict[str, Callable[[bytes], bytes]] = {
    ".gz": gzip.compress,
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
    ".zst": zstandard.ZstdCompressor().compress,
}
LIKE = LogPiece("", b"", 0.0, "sge", "S", "M")


class History(RuleBasedStateMachine):
    """A writer and whoever rotates its log; we look now and then."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.log = self.folder / "log"
        self.writing = self.log
        """Where the writer's open file is now."""
        self.half = b""
        self.written: list[bytes] = []
        self.rotations = 0
        self.copying: Path | None = None
        self.ledger = Ledger()
        self.follower = self.begun()

    def teardown(self) -> None:
        if self.copying is not None:
            self.finish_copy()
        self.finish_line()
        self.read_all()
        assert sorted(self.ledger.lines) == sorted(self.written)
        self.read_all()
        assert len(self.ledger.lines) == len(self.written)
        assert self.follower.memory.behind == 0
        shutil.rmtree(self.folder)

    def begun(self) -> Follower:
        ledger = self.ledger
        return Follower(f"{self.folder}/log*", LIKE, ledger.reaches, ledger.note)

    @initialize()
    def exists(self) -> None:
        self.log.touch()

    def line(self, size: int) -> bytes:
        return b"%d:" % len(self.written) + b"x" * size + b"\n"

    def put(self, content: bytes) -> None:
        with self.writing.open("ab") as out:
            out.write(content)

    @precondition(lambda self: self.copying is None)
    @rule(sizes=st.lists(st.integers(0, 3000), min_size=1, max_size=5))
    def append(self, sizes: list[int]) -> None:
        self.finish_line()
        for size in sizes:
            line = self.line(size)
            self.written.append(line)
            self.put(line)

    @precondition(lambda self: not self.half and self.copying is None)
    @rule(size=st.integers(0, 3000), share=st.floats(0, 1))
    def begin_line(self, size: int, share: float) -> None:
        line = self.line(size)
        cut = max(1, int(share * (len(line) - 1)))
        self.put(line[:cut])
        self.written.append(line)
        self.half = line[cut:]

    @precondition(lambda self: self.copying is None)
    @rule()
    def finish_line(self) -> None:
        self.put(self.half)
        self.half = b""
        self.writing = self.log

    @precondition(lambda self: self.copying is None)
    @rule()
    def rotate(self) -> None:
        """The writer finishes its line in the old file."""
        if self.writing != self.log:
            self.finish_line()
        self.rotations += 1
        old = self.folder / f"log.{self.rotations}"
        self.log.rename(old)
        self.log.touch()
        self.writing = old if self.half else self.log

    @precondition(lambda self: self.copying is None and not self.half)
    @rule(share=st.floats(0, 1))
    def begin_copy(self, share: float) -> None:
        """Copytruncate, while nobody writes: what would be written then is lost by it."""
        self.rotations += 1
        self.copying = self.folder / f"log.{self.rotations}"
        content = self.log.read_bytes()
        block = 4096  # programs that copy write no less at once
        self.copying.write_bytes(content[: max(int(share * len(content)), block)])

    @precondition(lambda self: self.copying is not None)
    @rule(look=st.booleans())
    def finish_copy(self, look: bool = False) -> None:
        assert self.copying is not None
        self.copying.write_bytes(self.log.read_bytes())
        if look:
            self.look(100)
        self.log.write_bytes(b"")
        self.copying = None

    @rule(kind=st.sampled_from(sorted(PACK)), look=st.booleans())
    def compress(self, kind: str, look: bool) -> None:
        plain = [
            p
            for p in sorted(self.folder.glob("log.*"))
            if p.suffix not in PACK and p not in (self.copying, self.writing)
        ]
        if plain:
            packed = PACK[kind](plain[0].read_bytes())
            made = plain[0].with_name(plain[0].name + kind)
            if look:
                made.write_bytes(packed[: len(packed) // 2])
                self.look(100)
            made.write_bytes(packed)
            if look:
                self.look(100)
            plain[0].unlink()

    @rule(most=st.integers(1, 10_000))
    def look(self, most: int) -> None:
        if found := self.follower.take(most):
            self.ledger.commit(found)
            self.follower.settle()

    @rule(most=st.integers(1, 10_000))
    def crash_before_the_commit(self, most: int) -> None:
        self.follower.take(most)
        self.follower = self.begun()

    @rule(most=st.integers(1, 10_000))
    def crash_after_the_commit(self, most: int) -> None:
        self.ledger.commit(self.follower.take(most))
        self.follower = self.begun()

    @rule(most=st.integers(1, 10_000))
    def store_fails(self, most: int) -> None:
        self.follower.take(most)
        self.follower.release()

    def read_all(self) -> None:
        later = Follower(
            f"{self.folder}/log*", LIKE, self.ledger.reaches, self.ledger.note,
            lambda: time.time() + 30,
        )  # fmt: skip
        self.follower = later
        while found := later.take(1000):
            self.ledger.commit(found)
            later.settle()

    @invariant()
    def nothing_is_read_twice_or_in_half(self) -> None:
        lines = self.ledger.lines
        assert len(lines) == len(set(lines))
        assert set(lines) <= set(self.written)


TestHistory = History.TestCase
TestHistory.settings = settings(
    max_examples=150, stateful_step_count=30, deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)  # fmt: skip
