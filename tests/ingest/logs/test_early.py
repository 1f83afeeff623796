"""A log's first pieces, read before there is a store: the same as are read with one."""

import gzip
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import fields, replace
from pathlib import Path

import pytest

from appliance import wire
from appliance.repository import LogPiece
from ingest.logs import early, files
from ingest.logs.coming import Readers
from ingest.logs.early import Early
from ingest.logs.known import looked_at
from tests.ingest.logs.test_files import LIKE, read
from tests.ingest.logs.test_slurm import line


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(files, "PIECE_BYTES", 400)
    path = tmp_path / "log"
    path.write_text("".join(line(id=str(100 + n)) for n in range(40)))
    return path


@pytest.fixture
def ahead(log: Path) -> Iterator[Early]:
    with closing(Early([log], LIKE, lambda _: None)) as made:
        yield made


def asked(ahead: Early, path: Path, **known: object) -> list[LogPiece] | None:
    """What was read early of a file, as the pieces that they would be without it."""
    with looked_at(path) as file:
        for name, value in known.items():
            setattr(file, name, value)
        found = ahead.pieces(file)
        return None if found is None else [_plain(piece) for piece in found]


def _plain(piece: LogPiece) -> LogPiece:
    return LogPiece(**{said.name: getattr(piece, said.name) for said in fields(LogPiece)})


@pytest.mark.parametrize("most", [0, 1, 1000, 1_000_000])
def test_pieces_are_those_that_are_read_later(
    ahead: Early, log: Path, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(early, "_MOST_BYTES", most)
    ahead.begin()
    assert asked(ahead, log) == read(log)
    assert asked(ahead, log) is None


def test_what_has_begun_is_hashed_and_compressed_once(ahead: Early, log: Path) -> None:
    ahead.begin()
    with looked_at(log) as file:
        found = list(ahead.pieces(file) or ())
    with closing(Readers()) as readers:
        assert [readers.begin(piece) for piece in found] == found


def test_a_service_that_came_up_meanwhile_gets_the_pieces_alone(ahead: Early, log: Path) -> None:
    ahead.begin()
    with looked_at(log) as file:
        framed = wire.frames(ahead.pieces(file) or ())
    assert list(wire.unframe(framed, LogPiece)) == read(log)


def _grow(log: Path) -> None:
    log.write_text(log.read_text() + line(id="999"))


def _replace(log: Path) -> None:
    body = log.read_bytes()
    log.unlink()
    log.write_bytes(body)


@pytest.mark.parametrize("change", [_grow, _replace])
def test_a_file_that_changed_meanwhile_is_read_anew(
    ahead: Early, log: Path, change: Callable[[Path], None]
) -> None:
    ahead.begin()
    change(log)
    assert asked(ahead, log) is None


def test_a_file_of_which_something_is_known_is_read_anew(ahead: Early, log: Path) -> None:
    reach = read(log)[0].reach
    ahead.begin()
    assert asked(ahead, log, known=reach) is None


def test_another_file_is_read_anew(ahead: Early, log: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.hardlink_to(log)
    ahead.begin()
    assert asked(ahead, other) is None


def test_a_compressed_file_is_not_read_twice(ahead: Early, log: Path) -> None:
    log.write_bytes(gzip.compress(log.read_bytes()))
    ahead.begin()
    assert asked(ahead, log) is None


@pytest.mark.parametrize("files", [[], [Path("/nowhere")]])
def test_what_is_not_there_is_for_others_to_tell(files: list[Path], log: Path) -> None:
    with closing(Early(files, replace(LIKE), lambda _: None)) as ahead:
        ahead.begin()
        assert asked(ahead, log) is None


def test_what_was_asked_for_before_it_has_begun_is_read_then(ahead: Early, log: Path) -> None:
    assert asked(ahead, log) is None
    ahead.begin()
    assert asked(ahead, log) == read(log)
