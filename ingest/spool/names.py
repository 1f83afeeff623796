"""Names: dirq's, ours, and those that strangers chose."""

import os
import random
import re
import time
from uuid import uuid4

from appliance.printable import printable

FOLDER = re.compile(r"[0-9a-f]{8}").fullmatch
"""An intermediate directory; upper-case digits make another name (transport sheet, 1.1)."""
ELEMENT = re.compile(r"[0-9a-f]{14}").fullmatch

_DIGIT = random.randrange(16)  # noqa: S311 - one a process, against collisions, no secret


def new_element() -> str:
    """Seconds since the epoch, microseconds, and a digit of this process, in 14 hex digits."""
    microseconds = time.time_ns() // 1000
    seconds, rest = divmod(microseconds, 1_000_000)
    return f"{seconds:08x}{rest:05x}{_DIGIT:x}"


def private() -> str:
    """A name in a shared folder that no dirq program takes for its own.

    dirq's purge removes young entries of `temporary` and `obsolete` when their names look like
    elements (transport sheet, 1.6).
    """
    return f"acct-{uuid4().hex}"


def printable_name(name: str) -> str:
    """A file name as text for people and for the store: control and broken characters escaped."""
    if name.isprintable():
        return name
    text = os.fsencode(name).decode("utf-8", "backslashreplace")
    return printable(text)
