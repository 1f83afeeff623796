"""The sender: takes from the outgoing queue, hands on, and removes what was accepted."""

import logging
import threading
import time
from collections.abc import Callable
from typing import Any, Generic

from appliance.errors import AcctError
from reports.sending.fortune import SLOWLY_S, Fortune
from reports.sending.splitting import halves
from reports.sending.transport import (
    Dropped,
    ParcelT,
    Queue,
    Sealed,
    TooLarge,
    Transport,
    Unfit,
)

log = logging.getLogger(__name__)

_IDLE_S = 60.0
_BUSY_S = 0.5
"""How long to wait for a wake-up, while somebody waits for us and while nobody does."""
_NO_IDS = ("", "noid")


class Sender(Generic[ParcelT]):
    """One a queue. `run` or `drain` has a thread of its own; the rest is for any."""

    def __init__(
        self, queue: Queue[ParcelT], seal: Callable[[bytes], Sealed], transport: Transport
    ) -> None:
        self._queue = queue
        self._seal = seal
        self._transport = transport
        self._fortune = Fortune(transport.name)
        self._wake = threading.Event()
        self._changed = threading.Condition()
        self._asked = self._answered = 0
        self._progress_at = 0.0
        self.sent = 0
        """Messages accepted by the other side since the start."""

    def run(self, stop: threading.Event) -> None:
        """Send what comes, until stopped.

        Raises:
            AcctError: Another process reads the queue, or it is not there.
        """
        self._serve(stop, lambda: False, _IDLE_S)

    def drain(self, patience_s: float, stop: threading.Event) -> None:
        """Send all that waits; end when only people can help, or nothing went for so long.

        Raises:
            AcctError: As `run`.
        """

        def enough() -> bool:
            return self._settled() or self._fortune.denied or self._stuck(patience_s)

        self._progress_at = time.monotonic()
        self._serve(stop, enough, _BUSY_S)

    def now(self, patience_s: float) -> None:
        """Have `run` try at once; returns when all is sent or refused, or nothing goes."""
        with self._changed:
            self._asked += 1
            asked = self._asked
            self._progress_at = time.monotonic()
            self._wake.set()
            while self._answered < asked and not self._stuck(patience_s):
                self._changed.wait(_BUSY_S)

    def wake(self) -> None:
        """Something may wait, or it is time to stop."""
        self._wake.set()

    def waiting(self) -> int:
        """How many messages are in the queue; 0 where it cannot be read."""
        try:
            return self._queue.depth()
        except AcctError:
            return 0

    def problems(self) -> list[str]:
        """Why what waits does not go, a line each; empty: all is well."""
        return self._fortune.problems()

    def state(self) -> dict[str, Any]:
        """For status: `to`, `waiting` and `sent` (messages), `problems` (lines)."""
        return {
            "to": self._transport.name,
            "waiting": self.waiting(),
            "sent": self.sent,
            "problems": self.problems(),
        }

    def _serve(
        self, stop: threading.Event, enough: Callable[[], bool], longest_wait_s: float
    ) -> None:
        self._queue.start(self.wake)
        try:
            while not stop.is_set():
                self._wake.clear()
                self._look(stop)
                if enough():
                    return
                self._wake.wait(self._patience_s(longest_wait_s))
        finally:
            self._transport.close()
            self._queue.stop()

    def _look(self, stop: threading.Event) -> None:
        """Send what can be sent now; whoever asked for that waits for nothing."""
        asked = self._asked
        if asked != self._answered:
            self._queue.reconsider()
        if asked != self._answered or time.monotonic() >= self._fortune.again_at:
            self._round(stop)
        if asked != self._answered and (self._fortune.error or self._settled()):
            with self._changed:
                self._answered = asked
                self._changed.notify_all()

    def _settled(self) -> bool:
        """Whether all that waits was refused for itself."""
        return not self._fortune.error and self.waiting() <= len(self._fortune.held())

    def _stuck(self, patience_s: float) -> bool:
        return time.monotonic() - self._progress_at > patience_s

    def _patience_s(self, longest_s: float) -> float:
        if self._asked != self._answered:
            return _BUSY_S
        if self._fortune.error:
            return min(longest_s, max(0.0, self._fortune.again_at - time.monotonic()))
        return longest_s

    def _round(self, stop: threading.Event) -> None:
        """Send until nothing can be taken, or nothing goes."""
        before = self.sent
        try:
            while not stop.is_set() and (taken := self._queue.take(1, 1)):
                if not self._one(taken[0]):
                    return
            self._fortune.fares_well()
        except AcctError as error:  # the queue's own fault
            self._fortune.fails(error)
        finally:
            self._transport.close()
            if self.sent > before:
                log.info("%d messages sent to %s", self.sent - before, self._transport.name)

    def _one(self, parcel: ParcelT) -> bool:
        """Send one; whether the next may be tried."""
        name = parcel.source_name
        self._fortune.forget(name)
        if parcel.kept_at:
            self._queue.settle(parcel, accepted=False)
            why = f"it is larger than service.max_message_bytes, and now in {parcel.kept_at}"
            self._fortune.set_aside(name, why)
            return True
        try:
            self._deliver(parcel.body, name if parcel.empaid in _NO_IDS else parcel.empaid)
        except AcctError as error:
            return self._not_accepted(parcel, error)
        self._queue.settle(parcel, accepted=True)
        self.sent += 1
        self._fortune.fares_well()
        return True

    def _not_accepted(self, parcel: ParcelT, error: AcctError) -> bool:
        """It stays in the queue; whether the next may be tried."""
        name = parcel.source_name
        at_fault = isinstance(error, Dropped) and self._fortune.drops(name)
        if isinstance(error, Unfit) or at_fault:
            self._queue.release(parcel, for_s=SLOWLY_S)
            self._fortune.hold(name, error)
            return True
        self._queue.release(parcel)
        self._fortune.fails(error)
        return False

    def _deliver(self, text: bytes, empaid: str) -> None:
        """Hand it on, in parts if it is too large; after a failure, all of them again."""
        sealed = self._seal(text)
        parts = halves(text) if len(sealed.payload) > self._transport.wanted_bytes else None
        if parts is None:
            try:
                self._transport.send(sealed, empaid)
            except TooLarge:
                if (parts := halves(text)) is None:
                    raise
        self._progress_at = time.monotonic()
        for number, part in enumerate(parts or (), 1):
            self._deliver(part, f"{empaid}.{number}")
