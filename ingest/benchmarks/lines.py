"""Benchmarks from lines `HOST,TYPE,VALUE[,FROM]`: APEL's manual_spec, and a day."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from appliance.errors import UsageError
from appliance.moments import moment
from appliance.records.benchmarks import canonical, level_of
from appliance.repository import Benchmark


@dataclass(slots=True)
class Found:
    """What a file says."""

    benchmarks: list[Benchmark] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    """A line each: why nothing of the file may be applied."""
    notes: list[str] = field(default_factory=list)
    """A line each: what was left out, and why."""


def one(text: str) -> Benchmark:
    """The benchmark of one line.

    Raises:
        UsageError: It has other than three or four parts, or one that cannot be.
    """
    parts = [part.strip() for part in text.split(",")]
    if len(parts) not in (3, 4) or not parts[0]:
        raise UsageError(f"{text.strip()!r} is not HOST,TYPE,VALUE[,FROM]")
    since = moment(parts[3]) if parts[3:] and parts[3] else None
    return Benchmark(parts[0], canonical(parts[1]), level_of(parts[2]), since)


def read_lines(text: str) -> Found:
    """The benchmarks of a file; blank lines and those that begin with # say nothing.

    A host may have several types from one moment on: all of them hold.
    """
    found = Found()
    first: dict[tuple[str, datetime | None], dict[str, Benchmark]] = {}
    for number, line in _telling(text):
        try:
            new = one(line)
        except UsageError as error:
            found.problems.append(f"line {number}: {error}")
            continue
        beside = first.setdefault((new.host, new.since), {})
        said = beside.setdefault(new.type, new)
        if said.level != new.level:
            found.problems.append(
                f"line {number}: {new.host} has {new.type} {said.level} by an earlier line"
            )
        elif said is new:
            found.benchmarks.append(new)
    return found


def _telling(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip() and not line.strip().startswith("#"):
            yield number, line
