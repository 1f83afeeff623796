"""How sending fares: when to try again, and what was refused for itself."""

import logging
import random
import time

from appliance.errors import AcctError
from appliance.printable import printable
from reports.sending.transport import Denied

log = logging.getLogger(__name__)

BACK_OFF_S = (1, 2, 4, 8, 16, 32, 60)
SLOWLY_S = 600.0
"""After a refusal that only people can mend: transport sheet, 4.4."""
MOST_DROPS = 3
"""A message during which the connection ended so often is left alone, so that others go."""
_LONGEST = 500


class Fortune:
    """What became of the tries so far; one thread changes it, others read."""

    def __init__(self, to: str) -> None:
        self._to = to
        self._failures = 0
        self._drops: tuple[str, int] = ("", 0)
        self._held: dict[str, tuple[float, str]] = {}
        """Messages that were refused for themselves: until when (monotonic), and why."""
        self.again_at = 0.0
        """Monotonic: not before."""
        self.denied = False
        """Only people can mend it."""
        self.error = ""
        """Why nothing can be sent; empty: it can, as far as we know."""
        self.aside: list[str] = []
        """Messages that are not in the queue any more, though nobody accepted them."""

    def fails(self, error: AcctError) -> None:
        """Leave the other side alone for a while, the longer the more often it failed."""
        self.denied = isinstance(error, Denied)
        wait = SLOWLY_S if self.denied else BACK_OFF_S[min(self._failures, len(BACK_OFF_S) - 1)]
        self._failures += 1
        self.again_at = time.monotonic() + wait * random.uniform(0.5, 1.0)  # noqa: S311 - jitter
        said = printable(str(error), _LONGEST)
        if said != self.error:
            log.warning("cannot send to %s: %s", self._to, said)
        self.error = said

    def fares_well(self) -> None:
        """It works."""
        if self.error:
            log.info("sending to %s works again", self._to)
        self._failures, self.again_at, self.denied, self.error = 0, 0.0, False, ""

    def hold(self, name: str, why: AcctError) -> None:
        """This message is not tried for a while; others are."""
        said = printable(f"{name} is not sent: {why}", _LONGEST)
        log.warning("%s", said)
        self._held[name] = time.monotonic() + SLOWLY_S, said

    def forget(self, name: str) -> None:
        """It is tried again."""
        self._held.pop(name, None)

    def set_aside(self, name: str, why: str) -> None:
        """This message has left the queue for a place where people find it."""
        self.aside.append(printable(f"{name} is not sent: {why}", _LONGEST))
        log.warning("%s", self.aside[-1])

    def drops(self, name: str) -> bool:
        """The connection ended with this message: whether once too often in a row."""
        before, times = self._drops
        self._drops = name, times + 1 if before == name else 1
        return self._drops[1] >= MOST_DROPS

    def held(self) -> list[str]:
        """What stays in the queue because it was refused for itself, a line each."""
        now = time.monotonic()
        return [said for until, said in list(self._held.values()) if until > now]

    def problems(self) -> list[str]:
        """Why what waits does not go, a line each; empty: all is well."""
        return [*([self.error] if self.error else []), *self.held(), *self.aside]
