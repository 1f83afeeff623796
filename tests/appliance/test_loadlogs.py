"""`acct load --as` on a terminal: the bar says how much is in the store."""

import io
import sys
from contextlib import closing
from pathlib import Path

import pytest

from appliance import local
from appliance.loadlogs import _Reading
from appliance.local import LocalRepository
from appliance.repository import LogPiece
from ingest.logs import files
from tests.ingest.logs.test_slurm import line


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_the_bar_follows_what_has_been_taken_in(
    repository: LocalRepository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "log"
    path.write_text("".join(line(id=str(100 + number)) for number in range(40)))
    monkeypatch.setattr(files, "PIECE_BYTES", path.stat().st_size // 4 + 50)
    monkeypatch.setattr(local, "_BYTES_AT_ONCE", 1)
    seen = _Terminal()
    monkeypatch.setattr(sys, "stderr", seen)
    reading = _Reading([path], LogPiece("", b"", 0.0, "slurm", "S1", "batch"))
    with closing(reading.early()) as early:
        early.begin()
        loaded = repository.load_logs(reading.pieces(repository, early), reading.taken)
    reading.end()
    shown = [int(part.split()[1].rstrip("%")) for part in seen.getvalue().split("\r")[1:]]
    assert loaded.records == 40
    assert shown == sorted(shown)
    assert (shown[0], shown[-1], len(set(shown))) == (0, 100, 6)  # five pieces
