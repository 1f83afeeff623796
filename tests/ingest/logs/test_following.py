"""What a follower takes, when: the clock and the store are the test's own."""

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import pytest

from appliance.repository import LogPiece
from ingest.logs import following
from ingest.logs.following import QUIET_S, ROTATED_S, Follower
from tests.ingest.logs.ledgers import Ledger

NOW = 1_780_000_000.0


@dataclass
class Folder:
    """Logs, and who follows them."""

    path: Path
    ledger: Ledger = field(default_factory=Ledger)
    now: float = NOW
    follower: Follower = field(init=False)

    def __post_init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        like = LogPiece("", b"", 0.0, "sge", "S", "M")
        reaches, note = self.ledger.reaches, self.ledger.note
        self.follower = Follower(f"{self.path}/**/log*", like, reaches, note, lambda: self.now)

    def write(self, name: str, content: bytes, mode: str = "ab") -> Path:
        """Written now."""
        path = self.path / name
        path.parent.mkdir(exist_ok=True)
        with path.open(mode) as out:
            out.write(content)
        os.utime(path, (self.now, self.now))
        return path

    def look(self) -> list[bytes]:
        """What is new."""
        found = self.follower.take(1 << 20)
        self.ledger.commit(found)
        if found:
            self.follower.settle()
        return [piece.body for piece in found]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def test_half_a_line_is_taken_after_a_day_and_again_once_it_is_whole(folder: Folder) -> None:
    folder.write("log", b"one\nhal")
    assert folder.look() == [b"one\n"]
    folder.now += QUIET_S - 1
    assert folder.look() == []
    folder.now += 1
    assert folder.look() == [b"hal"]
    folder.now += QUIET_S
    assert folder.look() == []
    folder.restart()
    assert folder.look() == []
    folder.write("log", b"f\n")
    assert folder.look() == [b"half\n"]
    assert folder.follower.memory.behind == 0


def test_half_a_line_of_a_rotated_file_is_taken_after_ten_minutes(folder: Folder) -> None:
    log = folder.write("log", b"one\nhal")
    folder.look()
    log.rename(log.with_name("log.1"))
    folder.write("log", b"two\n")
    assert folder.look() == [b"two\n"]
    folder.now += ROTATED_S
    assert folder.look() == [b"hal"]
    assert folder.follower.begun_anew == 0, "a rotation is no loss"


def test_a_line_counts_from_the_start_of_its_file(folder: Folder) -> None:
    folder.write("log", b"one\ntwo\n")
    folder.look()
    folder.write("log", b"three\n")
    [piece] = folder.follower.take(1)
    assert (piece.first_line, piece.body) == (3, b"three\n")


def test_what_has_not_changed_is_not_opened(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.write("log", b"one\n")
    folder.look()
    monkeypatch.setattr(following, "looked_at", None)
    assert folder.look() == []
    folder.write("log", b"two\n")
    with pytest.raises(TypeError):
        folder.look()


def test_of_a_large_file_only_what_is_new_and_both_ends_are_read(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.write("log", b"a line\n" * 1_000_000)
    while folder.look():
        pass
    folder.write("log", b"new\n")
    before = _read_so_far()
    assert folder.look() == [b"new\n"]
    assert _read_so_far() - before < 200_000, "of 7 MB"


def _read_so_far() -> int:
    """Bytes that this process has read, by the kernel's count."""
    said = dict(line.split(": ") for line in Path("/proc/self/io").read_text().splitlines())
    return int(said["rchar"])


def test_locks_dot_files_links_and_folders_are_left_out(folder: Folder) -> None:
    log = folder.write("log", b"one\n")
    for name in ("log.lock", ".log", "log~", "log.tmp", "deep/.hidden/log"):
        (folder.path / name).parent.mkdir(parents=True, exist_ok=True)
        folder.write(name, b"not this\n")
    (folder.path / "log.folder").mkdir()
    log.with_name("log.current").symlink_to(log)
    log.with_name("log.gone").symlink_to("nowhere")
    folder.write("deep/log", b"two\n")
    assert sorted(folder.look()) == [b"one\n", b"two\n"]


def test_a_file_that_shrank_or_was_replaced_is_read_anew_and_counted(folder: Folder) -> None:
    folder.write("log", b"one\ntwo\n")
    folder.look()
    folder.write("log", b"one\n", "wb")
    assert folder.look() == [b"one\n"]
    folder.write("log", b"three\n", "wb")
    assert folder.look() == [b"three\n"]
    assert folder.follower.begun_anew == 2


def test_a_file_that_cannot_be_read_is_told_of_once_and_tried_again(
    folder: Folder, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    folder.write("log", b"one\n")
    folder.write("log.other", b"two\n")
    real = Path.open

    def refuse(path: Path, mode: str = "r") -> IO[Any]:
        if path.name == "log":
            raise PermissionError(13, "Permission denied")
        return real(path, mode)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "open", refuse)
        for _ in range(3):
            folder.look()
            folder.now += 61
        assert folder.follower.memory.problems == [
            f"{folder.path}/log cannot be read: Permission denied"
        ]
    assert caplog.text.count("Permission denied") == 1
    assert folder.look() == [b"one\n"]
    assert folder.follower.memory.problems == []
