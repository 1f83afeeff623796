"""Pieces on their way in: workers read and compress them while more of their file is read."""

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, fields

from appliance.repository import LogPiece
from ingest.item import compress
from ingest.logs.catalogue import by_name
from ingest.logs.piece import Read

_WORKERS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Coming(LogPiece):
    """A piece that is being worked on."""

    read: Future[Read]
    packed: Future[bytes]


class Readers:
    """The workers; any thread may give them something to do."""

    def __init__(self) -> None:
        self._readers = ThreadPoolExecutor(_WORKERS, thread_name_prefix="reading")
        self._packers = ThreadPoolExecutor(1, thread_name_prefix="packing")

    def begin(self, piece: LogPiece) -> Coming:
        """Have a piece read and compressed meanwhile, unless it is already.

        Raises:
            UsageError: No such format.
        """
        if isinstance(piece, Coming):
            return piece
        by_name(piece.format)
        said = {declared.name: getattr(piece, declared.name) for declared in fields(LogPiece)}
        read = self._readers.submit(Read.of, piece)
        return Coming(**said, read=read, packed=self._packers.submit(compress, piece.body))

    def close(self) -> None:
        """Let the workers go; waits for what is under way."""
        self._readers.shutdown(cancel_futures=True)
        self._packers.shutdown(cancel_futures=True)
