"""A batch system of one `[[collect]]` entry as something that the service takes from in turn.

Its program runs in a thread of its own, so that nobody waits for it; what it printed is taken in
turns. See `collecting`.
"""

import logging
import threading
from collections.abc import Callable, Generator, Iterator
from datetime import timedelta
from typing import IO

from appliance.config import Collect, Config
from appliance.errors import AcctError
from appliance.repository import LogPiece
from appliance.store import Store, now
from ingest.logs import collecting, progress
from ingest.logs.collecting import Window
from ingest.logs.entries import program
from ingest.logs.repeats import Repeats
from ingest.logs.running import Run
from ingest.spool.watch import Alarm

log = logging.getLogger(__name__)


class CollectSource:
    """Asks a batch system every so often, from where the last time ended.

    Raises:
        UsageError: See `entries.program`.
    """

    problems: tuple[str, ...] = ()
    """A program that fails is a fault of the whole source."""

    def __init__(self, config: Config, entry: Collect, store: Store) -> None:
        self._program, self._like = program(config, entry)
        self._entry, self._store = entry, store
        self._asked = self._program.asked(self._like)
        at = "/".join(filter(None, (self._like.machine_name, entry.cluster)))
        self.name = f"collect:{entry.format}:{at}"
        self._due = True
        self._wake: Callable[[], None] = lambda: None
        self._alarm = Alarm(self._ring, entry.every_s)
        self._left: Iterator[Window] = iter(())
        self._window: Window | None = None
        """What is asked for, or taken in, now."""
        self._run: Run | None = None
        self._thread: threading.Thread | None = None
        self._outcome: IO[bytes] | Exception | None = None
        self._repeats = Repeats()
        self._giving: Generator[LogPiece] | None = None
        self._lines = self._given = 0
        self._started = self._was_asked = self._in_round = False

    def start(self, wake: Callable[[], None]) -> None:
        """Ask, and again every so often; `wake` is called from other threads."""
        self._wake = wake
        self._due = self._started = True
        self._alarm.start()

    def take(self, most_bytes: int) -> list[LogPiece]:
        """What the program has printed, up to about so many bytes; none: nothing, or not yet.

        Raises:
            AcctError: It failed.
        """
        if self._run is not None and not self._has_ended():
            return []
        found = self._give(most_bytes)
        if not found:
            self._window = self._next()
            if self._window:
                self._ask(self._window)
        return found

    def settle(self) -> None:
        """The pieces are in the store."""
        self._lines += self._given

    def release(self) -> None:
        """The pieces are not in the store, or the program failed: ask again from what is known."""
        if self._giving is not None:
            self._giving.close()
        self._giving = self._window = None
        self._repeats.release()
        self._left = iter(())
        self._due, self._in_round = True, False

    @property
    def is_pending(self) -> bool:
        """Whether the program runs: how it fares is not known yet."""
        return self._run is not None

    def depth(self) -> int:
        """Whether it has yet to be asked for all there is; nobody waits for later rounds."""
        return int(not self._was_asked)

    def state(self) -> str:
        """One line for status."""
        if not self._started:
            return "not started"
        known = self._known()
        told = f"asked until {known}Z, {self._lines:,} lines since the start" if known else "asked"
        return f"asking for {self._window}; {told}" if self._window else told

    def figures(self) -> dict[str, object]:
        """More for status."""
        return {"asked_until": self._known(), "lines": self._lines, "asking": self.is_pending}

    def stop(self) -> None:
        """End the program, and ask no more; what is not settled is asked for next time."""
        self._started = False
        self._alarm.stop()
        if self._run is not None and self._thread is not None:
            self._run.end()
            self._thread.join()
        outcome, self._run, self._outcome = self._outcome, None, None
        if not isinstance(outcome, Exception | None):
            outcome.close()
        self.release()

    def _known(self) -> str:
        with self._store.cursor() as cursor:
            until = progress.collected(cursor, self._asked)
        return f"{until:%Y-%m-%dT%H:%M:%S}" if until else ""

    def _ring(self) -> None:
        self._due = True
        self._wake()

    def _next(self) -> Window | None:
        """The window to ask for now: of this round, or of a new one if that is due."""
        window = next(self._left, None)
        if window is None and self._in_round:
            self._was_asked, self._in_round = True, False
        if window is None and self._due:
            with self._store.cursor() as cursor:
                last = progress.collected(cursor, self._asked)
            since = last - timedelta(seconds=self._entry.overlap_s) if last else self._entry.from_
            until = now()
            if since is None or since < until:  # else it is yet to come
                self._left = collecting.windows(since, until, self._program.longest)
                window = next(self._left)
            self._due, self._in_round = False, True
        return window

    def _ask(self, window: Window) -> None:
        self._run = self._program.run(window, self._store.config.work)
        log.info("%s: asking for %s", self.name, window)
        asking = (self._run,)
        self._thread = threading.Thread(target=self._work, args=asking, name=self.name, daemon=True)
        self._thread.start()

    def _work(self, run: Run) -> None:
        """In the thread: whatever comes of it is for the next turn."""
        try:
            self._outcome = run.printed(self._entry.timeout_s)
        except Exception as error:  # noqa: BLE001 # raised where it can be reported
            self._outcome = error
        self._wake()

    def _has_ended(self) -> bool:
        """Whether the program has; then what it printed can be given.

        Raises:
            AcctError: It failed.
        """
        outcome, self._outcome = self._outcome, None
        if outcome is None or self._window is None:
            return False
        self._run = None
        if isinstance(outcome, AcctError):
            raise outcome
        if isinstance(outcome, Exception):
            raise AcctError(f"{type(outcome).__name__}: {outcome}") from outcome
        self._giving = self._pieces(self._window, outcome)
        return True

    def _pieces(self, window: Window, printed: IO[bytes]) -> Generator[LogPiece]:
        nothing = True
        with printed:
            for piece in collecting.pieces(
                self._program, window, self._like, printed, self._repeats
            ):
                nothing = False
                yield piece
        self._repeats.settle()  # whoever asks for more has settled what there was
        if nothing:
            with self._store.transaction() as cursor:
                progress.note_collected(cursor, self._asked, window.until)

    def _give(self, most_bytes: int) -> list[LogPiece]:
        found: list[LogPiece] = []
        size = 0
        for piece in self._giving or ():
            found.append(piece)
            size += len(piece.body)
            if size >= most_bytes:
                break
        self._given = sum(piece.body.count(b"\n") for piece in found)
        return found


def collect_sources(config: Config, store: Store) -> list[CollectSource]:
    """The batch systems that a configuration has us ask.

    Raises:
        UsageError: An entry that cannot be.
    """
    return [CollectSource(config, entry, store) for entry in config.collect]
