"""Log files: compressed by anything, damaged, and cut into pieces of whole lines."""

import bz2
import gzip
import lzma
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import zstandard

from appliance.repository import LogPiece
from ingest.logs import cutting, files, known
from tests.ingest.logs.test_slurm import line

LIKE = LogPiece("", b"", 0.0, "slurm", "S1", "batch")
COMPRESS: dict[str, Callable[[bytes], bytes]] = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zst": zstandard.ZstdCompressor().compress,
}


def read(path: Path, made: str = "slurm") -> list[LogPiece]:
    with known.looked_at(path) as file:
        return list(files.pieces(file, replace(LIKE, format=made)))


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "PIECE_BYTES", 400)


@pytest.mark.parametrize("kind", COMPRESS)
def test_what_compressed_it_is_seen_from_its_content(tmp_path: Path, kind: str) -> None:
    body = "".join(line(id=str(n)) for n in range(1000)).encode()
    path = tmp_path / "named.wrongly"
    path.write_bytes(COMPRESS[kind](body[:500]) + COMPRESS[kind](body[500:]))
    assert b"".join(piece.body for piece in read(path)) == body


@pytest.mark.parametrize("kind", COMPRESS)
@pytest.mark.parametrize("missing", [1, 20])
def test_a_file_cut_short_gives_nothing(tmp_path: Path, kind: str, missing: int) -> None:
    path = tmp_path / "cut"
    whole = COMPRESS[kind](b"".join(line(id=str(n)).encode() for n in range(1000)))
    path.write_bytes(whole[:-missing])
    with pytest.raises(known.UnreadableFileError, match="cut cannot be read"):
        read(path)


def test_an_empty_file_has_no_pieces(tmp_path: Path) -> None:
    path = tmp_path / "empty"
    path.touch()
    assert read(path) == []


@pytest.mark.usefixtures("small")
def test_pieces_are_whole_lines_and_know_where_they_begin(tmp_path: Path) -> None:
    path = tmp_path / "log"
    lines = [line(id=str(n)) for n in range(20)]
    path.write_text("".join(lines))
    found = read(path, "sge")
    assert "".join(piece.body.decode() for piece in found) == "".join(lines)
    assert len(found) > 3
    for piece in found:
        assert piece.body.decode().startswith(lines[piece.first_line - 1])
        assert piece.body.endswith(b"\n")


def test_a_large_file_is_cut_into_equal_pieces_for_two(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "_EVEN_BYTES", 10_000)
    monkeypatch.setattr(files, "_SPARE", 100)
    monkeypatch.setattr(files, "PIECE_BYTES", 40_000)
    path = tmp_path / "log"
    path.write_text("".join(line(id=str(1000 + n)) for n in range(1000)))
    found = [len(piece.body) for piece in read(path)]
    assert len(found) == -(-path.stat().st_size // 80_000) * 2
    assert max(found) - min(found) < 2 * len(line(id="1000")) + 100 * len(found)


@pytest.mark.usefixtures("small")
def test_a_piece_of_slurm_s_ends_before_a_job(tmp_path: Path) -> None:
    path = tmp_path / "log"
    lines = [line(id=f"{n // 3}{('', '.batch', '.extern')[n % 3]}") for n in range(30)]
    path.write_text("".join(lines))
    found = read(path)
    assert len(found) > 3
    assert "".join(piece.body.decode() for piece in found) == "".join(lines)
    assert all(b"." not in piece.body.split(b"|")[0] for piece in found)


@pytest.mark.usefixtures("small")
def test_what_the_head_says_goes_with_every_piece(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_text("JobID|Start|JobName\n" + "7|2025|n\n" * 200)
    assert {piece.layout for piece in read(path)} == {"JobID|Start|JobName"}


@pytest.mark.usefixtures("small")
def test_a_file_without_lines_is_cut_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cutting, "_LONGEST_PIECES", 4)
    path = tmp_path / "log"
    path.write_bytes(b"x" * 5000)
    assert b"".join(piece.body for piece in read(path)) == b"x" * 5000
