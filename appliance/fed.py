"""Sources as the service sees them: how each fares, and when to leave it alone."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from appliance.errors import AcctError

BACK_OFF_S = (1, 2, 4, 8, 16, 32, 60)
"""How long a source or part that failed again and again is left alone."""

_WELL = ("watching", "connected", "asked", "asking")
"""How the states of sources begin that work."""

log = logging.getLogger(__name__)


class Watching(Protocol):
    """What spools, brokers, followed logs and batch systems have in common."""

    name: str

    def start(self, wake: Callable[[], None]) -> None:
        """Begin to watch."""

    def depth(self) -> int:
        """How much waits, for status."""

    def state(self) -> str:
        """One line for status."""

    def stop(self) -> None:
        """Stop watching."""


Any_Source = TypeVar("Any_Source", bound=Watching)


@dataclass(slots=True)
class Fed(Generic[Any_Source]):
    """A source and how it fares."""

    source: Any_Source
    started: bool = False
    failures: int = 0
    again_at: float = 0.0
    """Monotonic: not before."""
    error: str = ""

    def failed(self, error: Exception) -> None:
        """Leave it alone for a while, the longer the more often it failed."""
        wait = BACK_OFF_S[min(self.failures, len(BACK_OFF_S) - 1)]
        self.failures += 1
        self.again_at = time.monotonic() + wait
        if str(error) != self.error:
            log.warning("%s: %s; trying again", self.source.name, error)
        self.error = str(error)

    def fared_well(self) -> None:
        """It works."""
        if self.error:
            log.info("%s: works again", self.source.name)
        self.failures, self.error = 0, ""

    def state(self) -> str:
        """For status."""
        return self.error or self.source.state()

    def is_well(self) -> bool:
        """Whether messages can come from it now."""
        return not self.error and self.source.state().startswith(_WELL)

    def waiting(self) -> int:
        """How many messages wait; 0 where the source itself fails."""
        try:
            return self.source.depth()
        except AcctError:
            return 0
