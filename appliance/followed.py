"""Logs in their turn, of files and of batch systems: their pieces into the store, and what became
of them.
"""

import logging
import time
from collections.abc import Callable, Sequence
from typing import Protocol

from appliance.errors import AcctError
from appliance.fed import Fed, Watching
from appliance.local import LocalRepository
from appliance.pace import Pace
from appliance.repository import LogPiece

_BATCH_BYTES = 64 * 1024 * 1024
"""Of one entry in one turn: two pieces, for two threads; messages wait no longer than a second."""

log = logging.getLogger(__name__)


class Pieces(Watching, Protocol):
    """Followed files, or a batch system that is asked."""

    def take(self, most_bytes: int) -> Sequence[LogPiece]:
        """What is new, up to about so many bytes; none: nothing, or not yet."""

    def settle(self) -> None:
        """The pieces are in the store."""

    def release(self) -> None:
        """They are not: they come again."""

    def figures(self) -> dict[str, object]:
        """More for status."""

    @property
    def problems(self) -> Sequence[str]:
        """Why parts of it cannot be read."""

    @property
    def is_pending(self) -> bool:
        """Whether it is not known yet how it fares."""


class Followed:
    """The entries of `[[logs]]` and `[[collect]]`; used by the intake thread alone."""

    def __init__(self, repository: LocalRepository, sources: Sequence[Pieces], pace: Pace) -> None:
        self.fed = [Fed(source) for source in sources]
        self.lines_failed = 0
        """Since the start."""
        self._repository = repository
        self._pace = pace

    def take(self, wake: Callable[[], None]) -> bool:
        """A turn of every entry; whether there was anything."""
        now = time.monotonic()
        taken = [self._turn(fed, wake) for fed in self.fed if fed.again_at <= now]
        return any(taken)

    def _turn(self, fed: Fed[Pieces], wake: Callable[[], None]) -> bool:
        try:
            if not fed.started:
                fed.source.start(wake)
                fed.started = True
            taken = self._take(fed.source)
        except AcctError as error:
            fed.source.release()
            fed.failed(error)
            return False
        if not fed.source.is_pending:
            fed.fared_well()
        return taken

    def _take(self, source: Pieces) -> bool:
        pieces = source.take(_BATCH_BYTES)
        if not pieces:
            return False
        begun = time.monotonic()
        loaded = self._repository.log_intake.take_in(pieces)
        source.settle()
        self.lines_failed += loaded.rejected
        self._pace.count(loaded.messages, loaded.records, loaded.rejected)
        log.info(
            "%s: %d lines, %d records, %d ignored, %d failed in %.1f s", source.name, loaded.lines,
            loaded.records, loaded.lines_ignored, loaded.lines_failed, time.monotonic() - begun,
        )  # fmt: skip
        return True

    def problems(self) -> list[str]:
        """What cannot be read of them."""
        return [problem for fed in self.fed for problem in fed.source.problems]

    def stop(self) -> None:
        """Let go of them: what is not in the store is read again."""
        for fed in self.fed:
            if fed.started:
                fed.source.stop()
                fed.started = False
