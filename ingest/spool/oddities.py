"""Things in a spool that are no messages: each is named in the log once, and left alone."""

import logging
from collections.abc import Iterable
from pathlib import Path

from ingest.spool.names import printable_name

log = logging.getLogger(__name__)


class Oddities:
    """What was reported of one spool; forgotten when it is gone, so that its return is news."""

    def __init__(self, spool: Path) -> None:
        self._spool = spool
        self._known: dict[str, str] = {}

    def note(self, name: str, reason: str) -> None:
        """Log it, unless this was said before."""
        if self._known.get(name) != reason:
            self._known[name] = reason
            log.warning("%s: %s %s; left where it is", self._spool, printable_name(name), reason)

    def keep_only(self, present: Iterable[str]) -> None:
        """Forget what is not there any more."""
        if self._known:
            there = set(present)
            self._known = {name: why for name, why in self._known.items() if name in there}
