"""The first pieces of a log, begun while the store is being opened: as if none of it were known."""

import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, suppress
from importlib import import_module
from pathlib import Path

from appliance.errors import AcctError
from appliance.repository import LogPiece
from ingest.logs.coming import Coming, Readers
from ingest.logs.files import pieces
from ingest.logs.known import LogFile, looked_at
from ingest.logs.packed import DAMAGE, content

_MOST_BYTES = 64 * 1024 * 1024
"""Of what nobody asked for yet."""


class Early:
    """Reads a file ahead, unless it is compressed: to look at such takes as long as to read it.

    Args:
        files: One, or none.
        like: How it is read.
        progress: Told how many bytes of it have been read.
    """

    def __init__(
        self, files: Sequence[Path], like: LogPiece, progress: Callable[[int], None]
    ) -> None:
        self._files, self._like, self._progress = files, like, progress
        self._readers = Readers()
        self._held = ExitStack()
        self._busy, self._enough = threading.Lock(), threading.Event()
        self._begun = deque[tuple[Coming, int]]()
        """Pieces, and how far the file was read with each."""
        self._read = 0
        self._file: LogFile | None = None
        """What was read; None: nothing that is of use."""
        self._more: Iterator[LogPiece] = iter(())

    def begin(self) -> None:
        """Read ahead, in a thread of the caller's, until that is enough or the rest is wanted."""
        with self._busy, suppress(AcctError, *DAMAGE):  # who reads it again says what is wrong
            for path in self._files:
                if _is_plain(path):
                    self._look_into(path)
        import_module("ingest.logs.intake")  # needed next

    def _look_into(self, path: Path) -> None:
        file = self._held.enter_context(looked_at(path))
        self._more = pieces(file, self._like, progress=self._note)
        room = _MOST_BYTES
        while room > 0 and not self._enough.is_set() and (piece := next(self._more, None)):
            self._begun.append((self._readers.begin(piece), self._read))
            room -= len(piece.body)
        self._file = file

    def pieces(self, file: LogFile) -> Iterator[LogPiece] | None:
        """All pieces of a file, once; None: it is not what was read, or something of it is known.

        Args:
            file: As the store knows it.
        """
        self._enough.set()
        with self._busy:
            read, self._file = self._file, None
        if read is None or file.known or (file.path, file.signature) != (read.path, read.signature):
            return None
        return self._pieces()

    def _pieces(self) -> Iterator[LogPiece]:
        while self._begun:
            piece, read = self._begun.popleft()
            self._progress(read)
            yield piece
        yield from self._more

    def _note(self, read: int) -> None:
        self._read = read
        self._progress(read)

    def close(self) -> None:
        """Let go of the file, and of what nobody asked for."""
        self._enough.set()
        with self._busy:
            self._readers.close()
            self._held.close()


def _is_plain(path: Path) -> bool:
    with path.open("rb") as raw:
        return content(raw) is raw
