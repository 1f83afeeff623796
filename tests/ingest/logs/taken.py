"""Lines of logs, taken in whole or read alone, and what became of them."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from appliance.local import LocalRepository
from appliance.repository import LogPiece
from appliance.store import Store
from ingest.handover import handed
from ingest.logs import staging
from ingest.logs.catalogue import by_name
from ingest.logs.format import Settings
from ingest.logs.stage import prepare

SITE, MACHINE = "EXAMPLE-SITE", "batch.example.org"
NOW = datetime(2025, 7, 1)


@dataclass(frozen=True)
class Taken:
    """What became of a file's lines."""

    rows: list[tuple[Any, ...]]
    """The records' columns, in the order of their lines."""
    ignored: dict[str, int]
    failed: list[tuple[int, str, str]]
    """Line, code, reason."""


def piece(log: str, lines: Iterable[str | bytes], **given: Any) -> LogPiece:
    """A file's only piece."""
    body = b"".join((x if isinstance(x, bytes) else x.encode()) + b"\n" for x in lines)
    layout = by_name(log).layout(body.decode(errors="replace").split("\n")[:20])
    return LogPiece(f"{log}.log", body, 1_751_000_000.0, log, SITE, MACHINE, layout=layout, **given)


def taken(
    repository: LocalRepository, log: str, lines: Sequence[str | bytes], columns: str, **given: Any
) -> Taken:
    """Take a file in and see what became of its lines."""
    loaded = repository.load_logs([piece(log, lines, **given)])
    dataset = by_name(log).kind.dataset
    [(number, reasons)] = repository.query(
        "SELECT message_id, ignored_reasons FROM log_files ORDER BY message_id DESC LIMIT 1"
    ).rows
    found = repository.query(
        f"SELECT {columns} FROM {dataset} WHERE message_id = {number} ORDER BY line"
    )
    failed = repository.query(
        f"SELECT line, code, reason FROM rejected_lines WHERE message_id = {number} ORDER BY line"
    )
    assert loaded.records + loaded.lines_ignored + loaded.lines_failed == loaded.lines
    return Taken(
        found.rows,
        json.loads(str(reasons)),
        [(int(str(n)), str(code), str(why)) for n, code, why in failed.rows],
    )


def read(
    store: Store, log: str, lines: Sequence[str], columns: Sequence[str], **given: Any
) -> list[tuple[Any, ...] | str]:
    """What each line says: a record's columns; `ignored REASON`; or the code of what failed."""
    made, one = by_name(log), piece(log, lines, **given)
    content = made.gather(one.body, one.layout).content
    with handed(content, store.config.work, "test") as given_lines, store.cursor() as cursor:
        prepare(cursor)
        cursor.execute(staging.table(made, [one.layout]))
        cursor.execute(
            staging.insert(made, Settings.of(one), given_lines.sql),
            {"lines": given_lines.lines, "message": 1, "now": NOW},
        )
        found = cursor.execute(
            f"SELECT outcome, {', '.join(columns)} FROM stage.{made.name}_lines ORDER BY record"
        ).fetchall()
    return [row[1:] if row[0] is None else _short(row[0]) for row in found]


def _short(outcome: str) -> str:
    return outcome if outcome.startswith("ignored ") else outcome.split(" ", 1)[0]
