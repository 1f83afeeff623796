"""The log sheet read literally: lines of logs taken apart with nothing but loops and dictionaries.

Slow and obvious on purpose: the tests compare what the program reads with what is read here. A line
gives a tuple of columns, or the outcome as text: `ignored REASON`, or the code of what failed.
"""

import re
from datetime import datetime
from typing import Any

Read = tuple[Any, ...] | str
_NOTHING = ("", "undefined", "none", "null")


def blah(line: str) -> Read:  # noqa: PLR0911 # one after the other
    """time_stamp, global_user_name, fqan, ce, global_job_id, lrms_id, local_user, client_id."""
    line = line.rstrip("\r")
    if line == "":
        return "ignored blank"
    groups = _groups(line)
    if groups is None:
        return "SYN"
    if groups.get("lrmsID") == "":
        return "ignored never_submitted"
    said = {key: value for key, value in groups.items() if value.lower() not in _NOTHING}
    if "lrmsID" not in said:
        return "MAN"
    stamp = _utc(said["timestamp"]) if "timestamp" in said else None
    if "timestamp" in said and stamp is None:
        return "TIM"
    if stamp is None or "ceID" not in said:
        return "MAN"
    others = ("userDN", "userFQAN", "ceID", "jobID", "lrmsID", "localUser", "clientID")
    return (stamp, *(said.get(key) for key in others))


def _groups(line: str) -> dict[str, str] | None:
    """A group ends at a quote that blanks and another group follow, or the end of the line."""
    line = line.strip(" \t\n\v\f\r")
    if not re.fullmatch(r'"[A-Za-z][A-Za-z0-9_]*=.*"', line):
        return None
    found: dict[str, str] = {}
    for group in re.split(r'"[ \t\f\v\r]+"(?=[A-Za-z][A-Za-z0-9_]*=)', line[1:-1]):
        key, _, value = group.partition("=")
        found.setdefault(key, value.replace('\\"', '"'))
    return found


def _utc(text: str) -> datetime | None:
    found = re.fullmatch(r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.\d+)? ?(Z|UTC|GMT)?", text)
    try:
        return datetime.fromisoformat(f"{found[1]}T{found[2]}") if found else None
    except ValueError:
        return None
