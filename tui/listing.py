"""Messages as rows of a table, and what is asked to fill it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from appliance.table import Table
from tui.columns import Column, Row
from tui.figures import count, recent
from tui.safe import plain

PAGE = 200
"""Messages asked for at first, and more each time the cursor reaches the last one."""

MESSAGE_COLUMNS = (
    Column("received_at", "Received (UTC)"),
    Column("source_name", "Source", least=9),
    Column("signer", "Signer", least=16),
    Column("kind", "Kind", least=7),
    Column("records", "Records", right=True),
    Column("state", "State"),
)

REJECT_COLUMNS = (
    Column("message_id", "Id", right=True),
    Column("received_at", "Received (UTC)"),
    Column("signer", "Signer", least=16),
    Column("error", "Reason", least=24),
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which messages, newest first."""

    state: str = ""
    search: str = ""
    limit: int = PAGE


def message_rows(table: Table, now: datetime) -> list[Row]:
    """One row a message, for `MESSAGE_COLUMNS`."""
    return rows_of(table, MESSAGE_COLUMNS, now)


def rows_of(table: Table, columns: Sequence[Column], now: datetime) -> list[Row]:
    """One row a message, keyed by its number."""
    return [
        Row(str(row["message_id"]), tuple(cell(column.name, row, now) for column in columns))
        for row in table.dicts()
    ]


def cell(name: str, row: Mapping[str, object], now: datetime) -> str:
    """One field as it reads in a list."""
    value = row.get(name)
    if name == "received_at":
        return recent(value, now)
    if name == "records":
        return count(value)
    if name == "source_name":
        return plain(value or row.get("source"))
    if name == "signer":
        return plain(value) or "(unsigned)"
    return plain(value)
