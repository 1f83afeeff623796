"""A spool directory as a source of messages."""

import logging
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from appliance.config import Spool
from appliance.errors import AcctError, UsageError
from ingest.envelope import Envelope
from ingest.spool.layout import OVERSIZE, Element, UnfitError
from ingest.spool.layouts import open_layout
from ingest.spool.names import printable_name
from ingest.spool.reader import SoleReader
from ingest.spool.watch import Alarm, Watch

log = logging.getLogger(__name__)

KEEP_S = 200.0
"""Locks that are held long are renewed so often: transport sheet, 1.6."""
PURGE_S = 300.0
SOONEST_S = 0.25
"""While files grow old enough one after another, the spool is not listed more often."""
HELD_BACK_S = 60.0
"""What could not be read or removed is left alone for so long."""


class SpoolSource:
    """Takes messages from one spool, in any layout; safe against foreign readers of dirq layouts.

    A message larger than `max_bytes` is given with its first `max_bytes + 1` bytes and
    `kept_at` set; when it is settled, the file or element moves whole to the folder `oversize`
    inside the spool, which no reader looks into. After raising the limit, move it back.
    """

    def __init__(self, spool: Spool, max_bytes: int, rescan_s: float) -> None:
        if not spool.path.is_dir():
            raise UsageError(f"no directory {spool.path}", hint="make it, or run acct init")
        self.name = f"spool:{spool.path}"
        self._spool = spool
        self._max_bytes = max_bytes
        self._layout = open_layout(spool.path, spool.layout, spool.accepted)
        self._reader = SoleReader(spool.path)
        self._candidates: deque[str] = deque()
        """What the last listing found and nobody has tried to take yet."""
        self._young = 0
        self._watching = False
        self._taken: dict[str, Element] = {}
        self._held_back: dict[str, float] = {}
        """Names that failed, and when (monotonic) to try them again."""
        self._next_purge = 0.0
        self._next_keep = time.monotonic() + KEEP_S
        self._wake: Callable[[], None] = lambda: None
        self._alarm = Alarm(self._ring, min(rescan_s, KEEP_S))
        self._watch = Watch(self._layout, self._noticed)

    def start(self, wake: Callable[[], None]) -> None:
        """Watch the spool; `wake` is called from other threads, and every `rescan_s` anyway.

        Raises:
            UsageError: The directory is not there.
            AcctError: Another process reads it.
        """
        if not self._spool.path.is_dir():
            raise UsageError(f"no directory {self._spool.path}", hint="make it, or run acct init")
        self._reader.claim()
        self._wake = wake
        self._alarm.start()
        self._watch.start()
        self._watching = True

    def take(self, most: int, most_bytes: int) -> list[Envelope]:
        """What waits now, oldest first, locked.

        Raises:
            AcctError: The spool is gone or cannot be read, or another process reads it.
        """
        with self._failing("read"):
            self._reader.claim()
            envelopes: list[Envelope] = []
            self._fill(envelopes, most, most_bytes)
            if not envelopes:  # what an older listing knew is gone; newer ones may have come
                self._list()
                self._fill(envelopes, most, most_bytes)
            return envelopes

    def _fill(self, envelopes: list[Envelope], most: int, most_bytes: int) -> None:
        room = most_bytes
        while self._candidates and len(envelopes) < most and (room > 0 or not envelopes):
            if (element := self._try(self._candidates.popleft())) is not None:
                self._taken[element.name] = element
                envelopes.append(self._envelope(element))
                room -= len(element.body)

    def _list(self) -> None:
        """Look into the spool, and clear it up now and then."""
        now = time.monotonic()
        if now >= self._next_purge:
            self._purge()
            self._next_purge = now + PURGE_S
        listing = self._layout.waiting()
        self._held_back = {name: at for name, at in self._held_back.items() if at > now}
        known = self._taken.keys() | self._held_back.keys()
        self._candidates = deque(name for name in listing.names if name not in known)
        self._young = listing.young
        if listing.again_s is not None:
            self._alarm.within(max(listing.again_s, SOONEST_S))

    def _purge(self) -> None:
        try:
            self._layout.purge()
        except OSError as error:  # untidy, but messages can be read
            log.warning("cannot clear up %s: %s", self._spool.path, error)

    def _try(self, name: str) -> Element | None:
        try:
            return self._layout.take(name, self._max_bytes)
        except UnfitError as error:
            self._layout.oddities.note(name, str(error))
        except OSError as error:
            self._layout.oddities.note(name, f"cannot be read: {error.strerror}")
        self._hold_back(name)
        return None

    def _hold_back(self, name: str, for_s: float = HELD_BACK_S) -> None:
        self._held_back[name] = time.monotonic() + for_s

    def _envelope(self, element: Element) -> Envelope:
        kept_at = "" if element.whole else str(self._spool.path / OVERSIZE)
        return Envelope(
            body=element.body,
            source=self.name,
            source_name=printable_name(element.name),
            received_at=element.received_at,
            require_signature=self._spool.require_signature,
            ticket=element,
            empaid=element.empaid,
            vouched_signer=element.signer,
            kept_at=kept_at,
        )

    def settle(self, envelope: Envelope, *, accepted: bool) -> None:
        """Remove the message, or move it to the archive if it was accepted.

        Raises:
            AcctError: That failed; the message comes again later, as a duplicate.
        """
        element = self._untake(envelope)
        try:
            with self._failing("remove a message from"):
                if not element.whole:
                    aside = self._layout.set_aside(element)
                    log.warning("%s: too large; kept as %s", self.name, aside)
                elif accepted:
                    self._layout.finish(element)
                else:
                    self._layout.remove(element)
        except AcctError:
            self._hold_back(element.name)
            raise

    def release(self, envelope: Envelope, *, for_s: float = 0.0) -> None:
        """Unlock the message; the next look into the spool after `for_s` finds it again."""
        element = self._untake(envelope)
        self._candidates.clear()  # it is older than those
        if for_s:
            self._hold_back(element.name, for_s)
        with self._failing("unlock a message in"):
            self._layout.give_back(element)

    def reconsider(self) -> None:
        """What failed, or was released for a while, is looked at again."""
        self._held_back.clear()

    def _untake(self, envelope: Envelope) -> Element:
        element = envelope.ticket
        if not isinstance(element, Element):
            raise TypeError(f"not an envelope of {self.name}: {envelope.source_name}")
        self._taken.pop(element.name, None)
        return element

    def depth(self) -> int:
        """How many messages are here and not settled; no more than names are listed for it."""
        if self._candidates:
            return len(self._candidates) + len(self._taken) + self._young + len(self._held_back)
        with self._failing("read"):
            return self._layout.count()

    def state(self) -> str:
        """One line for status; what fails is raised by `take`."""
        return "watching" if self._watching else "not started"

    def stop(self) -> None:
        """Stop watching; what is not settled is unlocked, and others may read."""
        self._watching = False
        self._watch.stop()
        self._alarm.stop()
        for element in list(self._taken.values()):
            self._each(self._layout.give_back, element)
        self._taken.clear()
        self._reader.let_go()

    def _noticed(self, wait_s: float) -> None:
        if wait_s > 0:
            self._alarm.within(wait_s)
        else:
            self._wake()

    def _ring(self) -> None:
        """In the alarm's thread: keep our locks alive, and have the spool looked into."""
        now = time.monotonic()
        if now >= self._next_keep:
            self._next_keep = now + KEEP_S
            for element in list(self._taken.values()):
                self._each(self._layout.keep, element)
        self._watch.follow()
        self._wake()

    def _each(self, change_lock: Callable[[Element], None], element: Element) -> None:
        try:
            change_lock(element)
        except OSError as error:  # at worst another reader takes it too
            log.warning("%s: cannot touch the lock of %s: %s", self.name, element.name, error)

    @contextmanager
    def _failing(self, what: str) -> Iterator[None]:
        """The disk's errors as the operator's."""
        try:
            yield
        except OSError as error:
            raise AcctError(
                f"cannot {what} {self._spool.path}: {error.strerror}",
                hint="check that it exists and belongs to acct",
            ) from error
