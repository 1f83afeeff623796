"""Local times as UTC, as SQL: a search among the changes of a zone's clocks.

The database's own conversion takes 1 µs a time and knows only one reading of an hour that comes
twice; this takes a tenth of that.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from appliance.errors import UsageError

_FIRST, _LAST = datetime(1990, 1, 1, tzinfo=UTC), datetime(2060, 1, 1, tzinfo=UTC)
"""Outside of these, the offset is that of the first and last day."""

Change = tuple[datetime, int, int]
"""When clocks change (UTC), from which offset to which (s)."""


def check(timezone: str) -> None:
    """Whether there is such a zone.

    Raises:
        UsageError: There is none.
    """
    _zone(timezone)


@cache
def utc(column: str, timezone: str, *, second: bool = False) -> str:
    """A column of local times (TIMESTAMP) as UTC: SQL.

    Args:
        column: The column's name.
        timezone: The zone of the clock that wrote them, such as `Europe/London`.
        second: Of an hour that comes twice, the second; of an hour that clocks leave out, as read
            on a clock that was changed already.

    Raises:
        UsageError: There is no such zone.
    """
    changes = _changes(timezone)
    first = _offset(_zone(timezone), _FIRST)
    steps = [(at + timedelta(seconds=(min if second else max)(before, after)), after)
             for at, before, after in changes]  # fmt: skip
    if not steps and not first:
        return column
    return f"{column} - to_seconds({_search(column, first, steps)})"


def _search(column: str, before: int, steps: Sequence[tuple[datetime, int]]) -> str:
    """The offset of a local time: a binary search as nested CASEs."""
    if not steps:
        return str(before)
    middle = len(steps) // 2
    at, after = steps[middle]
    earlier = _search(column, before, steps[:middle])
    later = _search(column, after, steps[middle + 1 :])
    return (
        f"CASE WHEN {column} < TIMESTAMP '{at:%Y-%m-%d %H:%M:%S}' THEN {earlier} ELSE {later} END"
    )


@cache
def _changes(timezone: str) -> tuple[Change, ...]:
    zone = _zone(timezone)
    if zone.utcoffset(None) is not None:  # of a zone that never changes: looking takes 0.05 s
        return ()
    found = []
    day, before = _FIRST, _offset(zone, _FIRST)
    while day < _LAST:
        next_day = day + timedelta(days=1)
        after = _offset(zone, next_day)
        if before != after:
            found.append(_between(zone, day, next_day))
        day, before = next_day, after
    return tuple(found)


def _between(zone: ZoneInfo, earlier: datetime, later: datetime) -> Change:
    """The one change between two times."""
    before, after = _offset(zone, earlier), _offset(zone, later)
    while later - earlier > timedelta(seconds=1):
        middle = earlier + (later - earlier) // 2
        middle = middle.replace(microsecond=0)
        earlier, later = (middle, later) if _offset(zone, middle) == before else (earlier, middle)
    return later, before, after


def _offset(zone: ZoneInfo, at: datetime) -> int:
    """Seconds that the zone's clocks are ahead of UTC."""
    ahead = at.astimezone(zone).utcoffset()
    return int(ahead.total_seconds()) if ahead else 0


def _zone(timezone: str) -> ZoneInfo:
    try:
        return ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UsageError(
            f"there is no time zone {timezone}", hint="a name such as Europe/London"
        ) from None
