"""What the panels of the overview say: state and figures in, lines of text out."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from appliance.table import Table
from tui.figures import amount, bars, count, decimals, duration, moment, percent, plural, size
from tui.panel import pair
from tui.view import LABELS

MINUTES = 60
CALM = ("running", "ready", "idle", "watching", "connected", "following", "off", "ok", "stopped")
"""States of a part that need nobody's attention."""

Status = Mapping[str, Any]


def month(table: Table, width: int) -> list[str]:
    """The month's totals, then the work: never of two benchmarks in one sum."""
    if not table.rows:
        return [
            "No jobs in this month.",
            "acct load FILE… takes some in;",
            "← shows the month before.",
        ]
    totals = dict(zip(table.columns, table.totals or (), strict=False))
    hours = [totals.get(name) for name in ("wall_hours", "core_wall_hours", "cpu_hours")]
    places = decimals(hours)
    labels = ("Wall hours", "Core-wall hours", "CPU hours")
    return [
        pair("Jobs", count(totals.get("jobs")), width),
        *(
            pair(label, amount(value, places), width)
            for label, value in zip(labels, hours, strict=True)
        ),
        pair(LABELS["efficiency"], percent(totals.get("efficiency")), width),
        *work(table, width),
    ]


def work(table: Table, width: int) -> list[str]:
    """Core-wall work, a line a benchmark; and what has no benchmark, so that it is not missed."""
    known = [row for row in table.dicts() if row.get("benchmark")]
    bare = sum(int(float(str(row["jobs"]))) for row in table.dicts() if not row.get("benchmark"))
    lines = [
        pair(f"Work, {row['benchmark']}·h", amount(row.get("wall_work")), width) for row in known
    ]
    return lines + ([pair("! Jobs without benchmark", count(bare), width)] if bare else [])


def queues(status: Status, width: int, height: int) -> list[str]:
    """What waits at each source and what the source is doing; the fullest, if not all fit."""
    sources = status.get("sources", ())
    if not sources:
        return ["No sources. Name one in acct.toml:", "[[spool]], [mqtt] or [[logs]]"]
    if len(sources) <= height:
        return source_lines(sources, width)
    fullest = sorted(sources, key=lambda source: -source["waiting"])
    rest = fullest[height - 1 :]
    waiting = sum(source["waiting"] for source in rest)
    more = pair(f"and {plural(len(rest), 'source')}", f"{count(waiting)} waiting", width)
    return [*source_lines(fullest[: height - 1], width), more]


def source_lines(sources: Sequence[Status], width: int) -> list[str]:
    """A line a source, states under states."""
    state = max((len(str(source["state"])) for source in sources), default=0)
    return [
        pair(
            str(source["name"]),
            f"{count(source['waiting'])} waiting  {source['state']!s:{state}}",
            width,
        )
        for source in sources
    ]


def health(status: Status, now: datetime, width: int) -> list[str]:
    """Warnings and restarts first, then that all is well, then what the service uses."""
    parts: Sequence[Status] = status.get("parts", ())
    unwell = [part for part in parts if part["restarts"] or str(part["state"]) not in CALM]
    lines = [f"! {warning}" for warning in status.get("warnings", ())]
    lines += [f"! {part['name']}: {part_state(part)}" for part in unwell]
    if not lines:
        lines = [f"All {len(parts)} parts are well." if parts else "No warnings."]
    return [*lines, *usage(status, now, width)]


def part_state(part: Status) -> str:
    """What a part is doing, how often it had to start again, why."""
    restarts = f", {plural(part['restarts'], 'restart')}" if part["restarts"] else ""
    detail = f": {part['detail']}" if part["detail"] else ""
    return f"{part['state']}{restarts}{detail}"


def usage(status: Status, now: datetime, width: int) -> list[str]:
    """How long it runs, and how large it is."""
    started = status.get("started_at")
    running = duration(now.timestamp() - started) if started else "no service: read from the file"
    return [
        pair("Running" if started else "Mode", running, width),
        pair("Jobs kept", count(status.get("jobs")), width),
        pair(
            "Store, memory",
            f"{size(status.get('store_bytes'))}, {size(status.get('memory_bytes'))}",
            width,
        ),
        pair("To summarise", plural(status.get("unsummarised", 0), "month"), width),
        pair("Data", str(status.get("data", "")), width),
    ]


def by_minute(status: Status, now: datetime) -> list[tuple[int, int, int]]:
    """(messages, records, rejected) of each of the last 60 minutes, quiet ones included."""
    found = {int(row[0]) // 60: (row[1], row[2], row[3]) for row in status.get("intake", ())}
    latest = max([int(now.timestamp()) // 60, *found])
    return [found.get(minute, (0, 0, 0)) for minute in range(latest - MINUTES + 1, latest + 1)]


def intake_title(status: Status, now: datetime) -> str:
    """The figures of the bars."""
    minutes = by_minute(status, now)
    records = [minute[1] for minute in minutes]
    return (
        f"Intake: {count(records[-1])} records this minute, {count(records[-2])} the last, "
        f"peak {count(max(records))}"
    )


def intake(status: Status, now: datetime, width: int, height: int) -> list[str]:
    """Records a minute over the last hour, one or two cells a minute."""
    minutes = by_minute(status, now)
    wide = 2 if width >= 2 * MINUTES else 1
    records = [minute[1] for minute in minutes for _ in range(wide)]
    messages, taken, rejected = (sum(column) for column in zip(*minutes, strict=True))
    since = moment(now.timestamp() - (MINUTES - 1) * 60)[11:16]
    below = (
        f"{since} UTC to now: {plural(messages, 'message')}, {plural(taken, 'record')}, "
        f"{count(rejected)} rejected"
    )
    return [*bars(records, max(height - 1, 1)), below]


def rejected(found: int, latest: Table) -> str:
    """How many rejects wait, and why the last one was refused."""
    if not found:
        return "No rejects."
    reasons = [f" The last, {row['message_id']}: {row['error']}" for row in latest.dicts()]
    return f"! {plural(found, 'reject')}, 4 shows them.{''.join(reasons[:1])}"
