"""The rule of storage usage read literally: every hour of every thing is looked at on its own.

Slow and obvious on purpose: the tests compare the reports with these.
"""

import calendar
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
Month = tuple[int, int]


@dataclass(frozen=True)
class Sample:
    """A record of whole hours."""

    name: str
    thing: str
    begins: datetime
    ends: datetime
    created: int
    used: int

    @property
    def odd(self) -> bool:
        return self.ends <= self.begins or self.ends - self.begins > 366 * DAY or self.used < 0


@dataclass
class Held:
    """What a thing held in a span of time."""

    byte_months: Fraction = Fraction(0)
    gap_hours: int = 0
    last: tuple[datetime, Sample] | None = None
    """The end of the last hour that a sample speaks for, and that sample."""


def held(
    samples: Iterable[Sample], since: datetime, until: datetime
) -> dict[tuple[str, Month], Held]:
    """What every thing held, by month."""
    good = [sample for sample in samples if not sample.odd]
    found: dict[tuple[str, Month], Held] = {}
    for thing in {sample.thing for sample in good}:
        own = [sample for sample in good if sample.thing == thing]
        hour, end = min(s.begins for s in own), max(s.ends for s in own)
        while hour < end:
            if since <= hour < until:
                month = hour.year, hour.month
                _look(found.setdefault((thing, month), Held()), own, hour)
            hour += HOUR
    return found


def _look(result: Held, own: Sequence[Sample], hour: datetime) -> None:
    covering = [s for s in own if s.begins <= hour < s.ends]
    if not covering:
        result.gap_hours += 1
        return
    soonest = min(s.ends for s in covering)
    speaks = max((s for s in covering if s.ends == soonest), key=lambda s: (s.created, s.name))
    hours = 24 * calendar.monthrange(hour.year, hour.month)[1]
    result.byte_months += Fraction(speaks.used, hours)
    result.last = hour + HOUR, speaks


def at_end(things: Iterable[Held]) -> dict[str, int]:
    """What each thing of one system held at the end of a span."""
    lasts = [thing.last for thing in things if thing.last]
    end = max((when for when, _ in lasts), default=None)
    return {
        sample.thing: sample.used
        for when, sample in lasts
        if end and end - when <= max(sample.ends - sample.begins, DAY)
    }
