"""What a text of XML means: durations, timestamps and numbers, as the checks in SQL take them.

A text that means nothing is handed on as it is: the checks refuse it and show it.
"""

import re
from datetime import datetime, timedelta

_SECONDS = 365 * 86_400, 2_628_000, 604_800, 86_400, 3600, 60
"""Of a year, a month, a week, a day, an hour, a minute. Source: APEL 2.5.0."""

_DURATION = re.compile(
    r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?T?"
    r"(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)([.,]\d+)?S)?\n?",
    re.ASCII,
)

_INSTANT = re.compile(
    r"(\d{4})(?:-?(\d\d)(?:-?(\d\d)"
    r"(?:[ T](\d\d)(?::?(\d\d)(?::?(\d\d)(?:[.,](\d+))?)?)?"
    r"(?:Z|([+-])(\d\d)(?::?(\d\d))?)?)?)?)?\s*",
    re.ASCII,
)
_YEAR_MONTH = 6
"""Digits of a year and a month with nothing between them: ISO 8601 has no such form."""

_KB = {
    name: bytes_ / 1024
    for power, prefix in enumerate(("", "K", "M", "G", "T", "P", "E"))
    for name, bytes_ in ((f"{prefix}B", 1024**power), (f"{prefix}b", 1024**power / 8))
}
"""kB in one of a storage unit. Source: usage record 1.0 (GFD.98): b are bits, B bytes."""


def duration(value: str) -> str | None:
    """Whole seconds; None: no duration. Fractions are rounded to the nearest, ties to even."""
    if value[:2] == "PT" and value[-1] == "S" and value[2:-1].isdecimal() and value.isascii():
        return value[2:-1]  # most are written so
    if (match := _DURATION.fullmatch(value)) is None:
        return None
    *whole, seconds, fraction = match.groups()
    try:
        total = sum(int(n) * unit for n, unit in zip(whole, _SECONDS, strict=True) if n)
        if fraction:
            total += round(float(f"{seconds}.{fraction[1:]}"))
        elif seconds:
            total += int(seconds)
        return str(total)
    except (ValueError, OverflowError):  # thousands of digits
        return None


def instant(value: str) -> str:
    """A timestamp as `YYYY-MM-DDThh:mm:ss[.ffffff]Z`; without an offset it is taken as UTC."""
    if len(value) == 20 and value[10::3] == "T::Z":  # noqa: PLR2004
        return value
    match = _INSTANT.fullmatch(value)
    if match is None or len(value.rstrip()) == _YEAR_MONTH:
        return value
    year, month, day, hour, minute, second, fraction, sign, off_h, off_m = match.groups()
    try:
        moment = datetime(  # noqa: DTZ001
            int(year), int(month or 1), int(day or 1), int(hour or 0), int(minute or 0),
            int(second or 0), int((fraction or "")[:6].ljust(6, "0")),
        )  # fmt: skip
        if sign:
            offset = timedelta(hours=int(off_h), minutes=int(off_m or 0))
            if offset >= timedelta(days=1):
                return value
            moment += -offset if sign == "+" else offset
    except (ValueError, OverflowError):
        return value
    return f"{moment.isoformat()}Z"


def integer(value: str) -> str:
    """Without what Python's `int` overlooks: the reference reads numbers so."""
    if value.isdecimal() and value.isascii():
        return value
    try:
        return str(int(value))
    except ValueError:
        return value


def decimal(value: str) -> str:
    """The same for `float`."""
    try:
        number = float(value)
    except ValueError:
        return value
    return value.strip() if value.isascii() and "_" not in value else repr(number)


def memory(value: str, unit: str) -> str:
    """An amount of memory as kB; without a unit it is kB already, as APEL's other formats say."""
    number = integer(value)
    if not unit or unit in ("KB", "kB") or not number.lstrip("+-").isdecimal():
        return number
    if unit not in _KB:
        return f"{value} {unit}"
    try:
        return str(round(int(number) * _KB[unit]))
    except OverflowError:
        return number
