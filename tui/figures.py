"""Figures as people read them: thousands apart, one precision a column, a dash for unknown."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal

UNKNOWN = "–"
COARSE = 10_000
"""From here on a column needs no decimals."""

KILO = 1000
BLOCKS = " ▁▂▃▄▅▆▇█"


def number(value: object) -> float | None:
    """A figure as a float; None for what is none, as in a group without a benchmark."""
    return float(value) if isinstance(value, int | float | Decimal) else None


def count(value: object) -> str:
    """A whole number: `1,234,567`."""
    found = number(value)
    return UNKNOWN if found is None else f"{found:,.0f}"


def amount(value: object, decimals: int = 0) -> str:
    """Hours or work, with the precision of its column."""
    found = number(value)
    return UNKNOWN if found is None else f"{found:,.{decimals}f}"


def decimals(values: Iterable[object]) -> int:
    """The precision of a column: a decimal as long as nothing in it reaches 10,000."""
    largest = max(
        (abs(found) for value in values if (found := number(value)) is not None), default=0
    )
    return 0 if largest >= COARSE else 1


def percent(ratio: object) -> str:
    """A ratio of 0.934 as `93.4%`; more than a whole is shown as it is."""
    found = number(ratio)
    return UNKNOWN if found is None else f"{found:.1%}"


def size(count_bytes: object) -> str:
    """Bytes: `812 B`, `1.4 MB`."""
    left = number(count_bytes)
    if left is None:
        return UNKNOWN
    for unit in ("B", "kB", "MB", "GB"):
        if left < KILO:
            return f"{left:.0f} {unit}" if unit == "B" else f"{left:.1f} {unit}"
        left /= KILO
    return f"{left:.1f} TB"


def duration(seconds: object) -> str:
    """Seconds as `26:03:04`: hours do not roll over, so that columns compare."""
    found = number(seconds)
    if found is None:
        return UNKNOWN
    minutes, rest = divmod(int(found), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{rest:02}"


def moment(value: object) -> str:
    """A time, UTC, to the second; the repository's naive times are UTC already."""
    if isinstance(value, int | float):
        value = datetime.fromtimestamp(value, UTC)
    if not isinstance(value, datetime):
        return UNKNOWN if value is None else str(value)
    utc = value if value.tzinfo is None else value.astimezone(UTC)
    return f"{utc:%Y-%m-%d %H:%M:%S}"


def recent(value: object, now: datetime) -> str:
    """A time in a list: without the year as long as it is this one."""
    found = moment(value)
    return found[5:] if found.startswith(f"{now:%Y-}") else found[:16]


def bars(values: Sequence[float], height: int = 1) -> list[str]:
    """A bar a value, drawn in text, top line first: it stands still and needs no colour."""
    top = max(values, default=0) or 1
    eighths = [value and max(1, round(value / top * height * 8)) for value in values]
    return [
        "".join(BLOCKS[max(0, min(8, int(full) - line * 8))] for full in eighths)
        for line in reversed(range(height))
    ]


def bar(ratio: float, width: int) -> str:
    """A bar that lies, of up to `width` cells."""
    eighths = round(max(0.0, min(ratio, 1.0)) * width * 8)
    return "█" * (eighths // 8) + " ▏▎▍▌▋▊▉"[eighths % 8].strip()


def plural(found: int, noun: str) -> str:
    """`1 message`, `2,000 messages`."""
    return f"{found:,} {noun}{'' if found == 1 else 's'}"
