"""Benchmarks from lines `HOST,TYPE,VALUE[,FROM]`: APEL's manual_spec, and a day."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from appliance.errors import UsageError
from appliance.records.benchmarks import parts_of
from appliance.repository import Benchmark


@dataclass(slots=True)
class Found:
    """What a file says."""

    benchmarks: list[Benchmark] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    """A line each: why nothing of the file may be applied."""
    notes: list[str] = field(default_factory=list)
    """A line each: what was left out, and why."""


def read_lines(text: str) -> Found:
    """The benchmarks of a file; blank lines and those that begin with # say nothing.

    A host may have several types from one moment on: all of them hold.
    """
    found = Found()
    first: dict[tuple[str, datetime | None], dict[str, Benchmark]] = {}
    for number, line in _telling(text):
        try:
            new = Benchmark(*parts_of(line))
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
