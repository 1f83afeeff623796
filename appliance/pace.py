"""How much came in of late, minute by minute: for status and the overview."""

import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ingest.item import Item

_HOUR = 60


@dataclass(slots=True)
class Minute:
    """What came in during one minute."""

    minute: int
    """Seconds since the epoch, a multiple of 60."""
    messages: int = 0
    records: int = 0
    rejected: int = 0


@dataclass(slots=True)
class Pace:
    """What came in, by minute, over the last hour."""

    minutes: deque[Minute] = field(default_factory=lambda: deque(maxlen=_HOUR))

    def add(self, items: "Sequence[Item]") -> None:
        """Count a batch."""
        self.count(
            len(items),
            sum(item.records for item in items),
            sum(item.problem is not None for item in items),
        )

    def count(self, messages: int, records: int, rejected: int) -> None:
        """Count messages, records, and messages or lines that were refused."""
        minute = int(time.time()) // 60 * 60
        if not self.minutes or self.minutes[-1].minute != minute:
            self.minutes.append(Minute(minute))
        now = self.minutes[-1]
        now.messages += messages
        now.records += records
        now.rejected += rejected

    def table(self) -> list[list[int]]:
        """Minute, messages, records, rejected; without the minutes in which nothing came."""
        oldest = time.time() - 60 * _HOUR
        return [[m.minute, m.messages, m.records, m.rejected]
                for m in list(self.minutes) if m.minute >= oldest]  # fmt: skip
