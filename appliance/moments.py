"""Moments as people write them."""

import re
from datetime import UTC, datetime

from appliance.errors import UsageError

BEGINNING = datetime(1970, 1, 1)  # noqa: DTZ001 # UTC, as the store keeps times: without a zone
"""What holds from the beginning holds from here: no batch system is older."""

_SHORT = re.compile(r"(\d{4})(?:-(\d\d?))?(?:-(\d\d?))?", re.ASCII)


def moment(text: str) -> datetime:
    """A year, month or day (its first second), or an ISO time; UTC, without a zone.

    Raises:
        UsageError: It is none, or before 1970.
    """
    try:
        if found := _SHORT.fullmatch(text.strip()):
            at = datetime(*(int(part or 1) for part in found.groups()))  # type: ignore[arg-type] # noqa: DTZ001
        else:
            at = datetime.fromisoformat(text.strip())
            if at.tzinfo:
                at = at.astimezone(UTC).replace(tzinfo=None)
        if at < BEGINNING:
            raise ValueError
    except (ValueError, OverflowError):
        raise UsageError(
            f"{text!r} is no day or time", hint="2026-05, 2026-05-17 or 2026-05-17T08:00:00Z"
        ) from None
    return at.replace(microsecond=0)
