"""What a job of ARC's database says as a job record.

Where ARC's own usage records differ on purpose:

- they start when the job was submitted; ours when the batch system started it: its own event
  LRMSSTART if that lies between submission and end, else the wall time before LRMSEND, else before
  the end. The end is ARC's, stage-out and all, so that a month has the same jobs in both;
- they name HEPSPEC 1.0 where no benchmark is set up; that is no benchmark. Ours takes the one that
  `acct benchmark` has for the submit host, the endpoint's host or the machine, else none at all;
- `org.nordugrid.` is taken off the interface as a word, not letter by letter.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from appliance.errors import UsageError
from appliance.printable import printable
from appliance.records.benchmarks import canonical, level_of
from appliance.records.declare import INT32
from appliance.table import Table, Value
from ingest.arc.database import Row

_PREFIX = "org.nordugrid."
_OLD = frozenset({"gridftpjob", "xbes"})
"""Interfaces whose jobs ARC names by the URL alone, like those with other prefixes."""
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001
_END_OF_TIME = datetime(9999, 12, 31, 23, 59, 59)  # noqa: DTZ001
_LAST = 253402300799
_UTC = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)T?(\d\d):?(\d\d):?(\d\d)Z", re.ASCII)
_UNSET = ("HEPSPEC", Decimal(1))
"""What A-REX writes where no benchmark is configured. Source: ARC 7."""

Levels = dict[str, Decimal]


@dataclass(frozen=True, slots=True)
class Job:
    """A job record, and what only the kept text says."""

    values: Mapping[str, str | int | datetime | None]
    """By wire name of the job record; None or empty: not known."""
    levels: Levels
    """Its benchmarks; empty: none is known."""
    job_id: str
    status: str
    exit_code: int
    submitted: datetime

    @property
    def key(self) -> tuple[Value, ...]:
        """What no two jobs of a site have alike."""
        return tuple(self.values[name] for name in ("MachineName", "LocalJobId", "EndTime"))


class Timelines:
    """What `acct benchmark` has for a site's hosts."""

    def __init__(self, benchmarks: Table, site: str) -> None:
        self._spans: dict[str, list[Mapping[str, Any]]] = {}
        for row in benchmarks.dicts():
            if row["site"] == site:
                self._spans.setdefault(str(row["host"]), []).append(row)

    def at(self, end: datetime, *hosts: str) -> Levels:
        """The benchmarks of the first of these hosts that has any at that moment."""
        for host in hosts:
            held = {
                row["service_level_type"]: row["service_level"]
                for row in self._spans.get(host, ())
                if row["valid_from"] <= end
                and (row["valid_until"] is None or end < row["valid_until"])
            }
            if held:
                return held
        return {}


def job_of(row: Row, site: str, machine: str, timelines: Timelines) -> Job:
    """The job record of a row (see `jobs.sql`)."""
    submit_host, host = submit_host_of(row["interface"] or "", row["url"] or "")
    machine = machine or host
    end, submitted = _time(row["end_time"]), _time(row["submit_time"])
    lrms = (row["lrms"] or "").upper()
    levels = _own_level(row["benchmark"] or "") or timelines.at(end, submit_host, host, machine)
    values = {
        "Site": site,
        "SubmitHost": submit_host,
        "MachineName": machine,
        "Queue": row["queue"],
        "LocalJobId": row["local_job_id"] or row["job_id"],
        "LocalUserId": (row["local_user"] or "").partition(":")[0],
        "GlobalUserName": row["user"],
        "FQAN": row["fqan"],
        "VO": row["vo"],
        "WallDuration": _whole(row["wall_s"]),
        "CpuDuration": _sum(row["user_s"], row["kernel_s"]),
        "Processors": _whole(row["processors"]),
        "NodeCount": _whole(row["nodes"]),
        "StartTime": _start(row, submitted, end),
        "EndTime": end,
        "InfrastructureDescription": f"JURA-ARC-{lrms}" if lrms else "JURA-ARC",
        "InfrastructureType": "grid",
        "MemoryReal": _whole(row["memory_kb"]) or None,
        "MemoryVirtual": _whole(row["virtual_kb"]) or None,
    }
    shown = {name: printable(v) if isinstance(v, str) else v for name, v in values.items()}
    return Job(shown, levels, row["job_id"], row["status"], row["exit_code"], submitted)


def submit_host_of(interface: str, url: str) -> tuple[str, str]:
    """`arcrest:https://ce.example.org:443/arex`, or the URL alone; and the host that it names."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        host = ""
    kind = interface.removeprefix(_PREFIX)
    old = kind in _OLD or not interface.startswith(_PREFIX)
    return (url if old else f"{kind}:{url}"), host


def _own_level(text: str) -> Levels:
    """What ARC measured, `HEPscore23:16.5`; nothing if it was not set up, or is not known."""
    name, _, value = text.replace(":", " ", 1).partition(" ")
    try:
        found = canonical(name), level_of(value)
    except UsageError:
        return {}
    return {} if found == _UNSET else dict([found])


def _start(row: Row, submitted: datetime, end: datetime) -> datetime:
    wall = timedelta(seconds=min(max(_whole(row["wall_s"]), 0), INT32))
    started, ended = _event(row["lrms_start"]), _event(row["lrms_end"])
    if started and submitted <= started <= end:
        return started
    if ended and submitted <= ended - wall and ended <= end:
        return ended - wall
    return max(end - wall, min(submitted, end))


def _event(text: str | None) -> datetime | None:
    """A time that says it is UTC; another may be of any zone."""
    match = _UTC.fullmatch(text or "")
    try:
        return datetime(*map(int, match.groups())) if match else None  # type: ignore[arg-type] # noqa: DTZ001
    except ValueError:
        return None


def _whole(value: object) -> int:
    """SQLite keeps anything in any column; what is no integer is refused as a negative one is."""
    return value if isinstance(value, int) else -1


def _sum(*values: object) -> int:
    whole = [_whole(value) for value in values]
    return sum(whole) if min(whole) >= 0 else -1


def _time(seconds: object) -> datetime:
    """A time of no calendar is one in the future, which is refused."""
    found = _whole(seconds)
    return _EPOCH + timedelta(seconds=found) if 0 <= found <= _LAST else _END_OF_TIME
