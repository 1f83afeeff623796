"""What is known of a message or of a job, as (name, value) lines."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tui.figures import amount, count, duration, moment, percent, size

Facts = Sequence[tuple[str, str]]

SECONDS = ("wall_duration", "cpu_duration")
LINE = re.compile(r"\bline (\d+)")


def message_facts(row: Mapping[str, Any]) -> Facts:
    """A message's own row; its signer in full."""
    return (
        ("message", str(row.get("message_id"))),
        ("state", str(row.get("state"))),
        ("received", f"{moment(row.get('received_at'))} UTC"),
        ("source", f"{row.get('source')} {row.get('source_name') or ''}"),
        ("signer", str(row.get("signer") or "(unsigned)")),
        ("kind", str(row.get("kind"))),
        ("records", count(row.get("records"))),
        ("size", size(row.get("bytes"))),
        ("sha256", str(row.get("sha256"))),
    )


def job_facts(row: Mapping[str, Any]) -> Facts:
    """Every field of a job, with what follows from them first."""
    cores = row.get("processors") or 1
    wall, cpu = row.get("wall_duration") or 0, row.get("cpu_duration") or 0
    return (
        ("core-wall h", amount(wall * cores / 3600, 2)),
        ("CPU efficiency", percent(cpu / (wall * cores) if wall else None)),
        *((name, job_value(name, value)) for name, value in row.items()),
    )


def job_value(name: str, value: object) -> str:
    """A field as it reads, with the unit where the name does not say it."""
    if name in SECONDS:
        return f"{duration(value)} ({value} s)"
    if name.endswith("_time"):
        return f"{moment(value)} UTC" if value is not None else ""
    if name in ("memory_real", "memory_virtual") and value is not None:
        return f"{count(value)} kB"
    return "" if value is None else str(value)


def offending(problems: Iterable[str]) -> set[int]:
    """The lines of a message's text that its problems name, from 1."""
    return {int(found) for problem in problems for found in LINE.findall(problem)}
