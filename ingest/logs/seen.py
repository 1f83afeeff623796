"""What is remembered of followed files while the process runs: which have not changed since."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from appliance.repository import Reach
from ingest.logs.listing import Listed, Signature, listed
from ingest.logs.progress import Step

NEVER = float("inf")


@dataclass(slots=True)
class Seen:
    """A file as it was when it was last looked at."""

    signature: Signature
    read: int = 0
    """Bytes of it, on the disk, that are in the store."""
    again_at: float = NEVER
    """Epoch: look again then, changed or not."""
    problem: str = ""
    """Why it cannot be read."""
    rotated: bool = False
    """It had another name before."""
    waits: bool = False
    """It was left alone for a moment: see `again_at`."""

    @property
    def behind(self) -> int:
        """Bytes that were there and are not read."""
        return self.signature.size - self.read


@dataclass(slots=True)
class Unsettled:
    """What was read and is not in the store yet."""

    steps: list[Step] = field(default_factory=list)
    """Those of the pieces."""
    notes: list[Step] = field(default_factory=list)
    """Those without a piece, such as a new name: stored once the pieces are."""
    seen: dict[str, Seen] = field(default_factory=dict)
    lines: int = 0

    def over(self, stored: Sequence[Reach], heads: Sequence[str]) -> list[Reach]:
        """What will be known of files with these heads, given what is in the store."""
        steps = [*self.steps, *self.notes]
        gone = {mark for mark, _ in steps}
        found = [*stored, *(reach for _, reach in steps if reach.head in heads)]
        return [reach for reach in found if reach.mark not in gone]


@dataclass(slots=True)
class Memory:
    """The files of a pattern."""

    pattern: str
    clock: Callable[[], float] = time.time
    seen: dict[str, Seen] = field(default_factory=dict)
    unread: dict[str, Listed] = field(default_factory=dict)
    """What has changed since it was looked at: those written longest ago first, new ones under an
    old name last."""

    def look(self) -> None:
        """Which files there are now."""
        found = listed(self.pattern)
        there = {one.path for one in found}
        self.seen = {path: seen for path, seen in self.seen.items() if path in there}
        now = self.clock()
        news = [one for one in found if self._has_news(one, now)]
        self.unread = {one.path: one for one in sorted(news, key=self._begins_anew)}

    def _begins_anew(self, one: Listed) -> bool:
        """Whether the name has a new file: the old one comes first, if it has a new name."""
        seen = self.seen.get(one.path)
        return seen is not None and (
            seen.signature.inode != one.signature.inode or seen.read > one.signature.size
        )

    def _has_news(self, one: Listed, now: float) -> bool:
        seen = self.seen.get(one.path)
        return seen is None or seen.signature != one.signature or now >= seen.again_at

    def add(self, looked_at: dict[str, Seen]) -> None:
        """These are in the store as far as they are said to be."""
        self.seen |= looked_at
        self.unread = {path: one for path, one in self.unread.items() if path not in looked_at}

    @property
    def files(self) -> int:
        """How many there are."""
        return len(self.seen.keys() | self.unread.keys())

    @property
    def waiting(self) -> int:
        """How many of them have something for us, as far as was looked."""
        return len(self.unread) + sum(seen.waits for seen in self.seen.values())

    @property
    def behind(self) -> int:
        """Bytes that are not read, as far as was looked; half a line counts, too."""
        grown = sum(max(one.signature.size - self._read(one), 0) for one in self.unread.values())
        return grown + sum(s.behind for path, s in self.seen.items() if path not in self.unread)

    def _read(self, one: Listed) -> int:
        seen = self.seen.get(one.path)
        return seen.read if seen and seen.read <= one.signature.size else 0

    @property
    def problems(self) -> list[str]:
        """Why files cannot be read."""
        return [seen.problem for seen in self.seen.values() if seen.problem]

    @property
    def again_at(self) -> float:
        """Epoch: when to look at the latest."""
        return min((seen.again_at for seen in self.seen.values()), default=NEVER)
