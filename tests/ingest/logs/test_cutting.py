"""Cutting: whatever the sizes, every byte is in one piece, and no job apart from its steps."""

import os
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.logs import cutting, files
from ingest.logs.cutting import Cutter
from ingest.logs.format import Boundary
from ingest.logs.known import looked_at
from ingest.logs.sge import SGE
from ingest.logs.slurm import SLURM
from tests.ingest.logs.test_files import LIKE

_NAMES = st.lists(st.sampled_from(["1", "22", "1.batch", "22.extern", "3" * 50]), max_size=60)


def _cut(path: Path, boundary: Boundary, size: int) -> list[bytes]:
    with looked_at(path) as file:
        cutter = Cutter(file, size, boundary, boundary.end, lambda _: None)
        return [body for body, _ in cutter.pieces(0, loose_too=True, taken=0)]


@given(names=_NAMES, size=st.integers(20, 400), window=st.integers(1, 100), ended=st.booleans())
def test_every_byte_is_in_one_piece(names: list[str], size: int, window: int, ended: bool) -> None:
    body = "\n".join(f"{name}|x" for name in names).encode() + b"\n" * ended
    with pytest.MonkeyPatch.context() as patched, TemporaryDirectory() as folder:
        patched.setattr(cutting, "_WINDOW", window)
        path = Path(folder) / "log"
        path.write_bytes(body)
        for made in (SGE, SLURM):
            found = _cut(path, made.boundary(""), size)
            assert b"".join(found) == body
            assert all(piece.endswith(b"\n") for piece in found[:-1])
            assert all(len(piece) < 5 * size + 60 for piece in found)


@given(names=_NAMES, size=st.integers(100, 400), window=st.integers(1, 100))
def test_steps_stay_with_their_job(names: list[str], size: int, window: int) -> None:
    body = "".join(f"{name}|x\n" for name in names).encode()
    with pytest.MonkeyPatch.context() as patched, TemporaryDirectory() as folder:
        patched.setattr(cutting, "_WINDOW", window)
        patched.setattr(cutting, "_LONGEST_PIECES", 1000)
        path = Path(folder) / "log"
        path.write_bytes(body)
        found = _cut(path, SLURM.boundary(""), size)
        assert all(b"." not in piece.split(b"|")[0] for piece in found[1:])


def test_a_file_cut_short_meanwhile_gives_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "PIECE_BYTES", 100)
    path = tmp_path / "log"
    path.write_bytes(b"1234567|x\n" * 100)
    with looked_at(path) as file:
        found = files.pieces(file, LIKE)
        first = next(found)
        os.truncate(path, 150)
        assert (len(first.body), list(found)) == (90, [])
