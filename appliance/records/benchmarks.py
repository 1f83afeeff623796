"""Benchmarks: their canonical spellings, their order of preference, and how one becomes another."""

import difflib
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from appliance.errors import UsageError
from appliance.moments import moment

PREFERENCE = ("HEPscore23", "HEPSPEC", "si2k")
"""The first that a record carries is the one it is accounted by. Source: APEL 2.5.0."""

CANONICAL = {name.lower(): name for name in PREFERENCE}
"""From lower case to the one spelling that we store and print."""

SI2K_PER_HEPSPEC = 250
"""250 si2k count as one HEPSPEC: APEL 2.5.0, schemas/server.sql."""

_MOST = Decimal("9999999.999")


def canonical(name: str) -> str:
    """The one spelling of a benchmark.

    Raises:
        UsageError: There is none of that name.
    """
    known = CANONICAL.get(name.strip().lower())
    if known is None:
        near = difflib.get_close_matches(name.lower(), CANONICAL, 1, 0.5)
        hint = f"did you mean {CANONICAL[near[0]]}?" if near else f"one of {', '.join(PREFERENCE)}"
        raise UsageError(f"there is no benchmark {name!r}", hint=hint)
    return known


def level_of(text: str) -> Decimal:
    """A benchmark's value per core, rounded half up to the three places that are stored.

    Raises:
        UsageError: It is no number, not more than 0, or too large.
    """
    try:
        value = Decimal(text.strip())
        level = value.quantize(Decimal("0.001"), ROUND_HALF_UP) if value.is_finite() else None
    except ArithmeticError:
        level = None
    if level is None:
        raise UsageError(f"the value {text!r} is no number", hint="such as 12.5, per core")
    if not 0 < level <= _MOST:
        raise UsageError(f"the value {text} is out of range", hint=f"more than 0, up to {_MOST}")
    return level


def parts_of(line: str) -> tuple[str, str, Decimal, datetime | None]:
    """Host, benchmark, value and (if it says one) the moment of a line `HOST,TYPE,VALUE[,FROM]`.

    Raises:
        UsageError: It has other than three or four parts, or one that cannot be.
    """
    parts = [part.strip() for part in line.split(",")]
    if len(parts) not in (3, 4) or not parts[0]:
        raise UsageError(f"{line.strip()!r} is not HOST,TYPE,VALUE[,FROM]")
    since = moment(parts[3]) if parts[3:] and parts[3] else None
    return parts[0], canonical(parts[1]), level_of(parts[2]), since
