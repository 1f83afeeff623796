"""Messages and their texts: the rows that say what came in."""

import threading
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from duckdb import DuckDBPyConnection

from appliance.printable import printable
from appliance.store import Store, now
from ingest.item import Item

Texts = Sequence[tuple[int, bytes]]
"""Numbers of messages, and what is kept of each, compressed."""

_LAST_SECOND = 253_402_300_799.0
"""Of year 9999."""


class Numbers:
    """The numbers of messages: none is given twice, dropped or not. Any thread may ask."""

    def __init__(self, store: Store) -> None:
        with store.cursor() as cursor:
            self._last = last_number(cursor)
        self._giving = threading.Lock()

    def take(self, count: int) -> int:
        """Set so many aside; the first of them."""
        with self._giving:
            self._last += count
            return self._last - count + 1


def write(cursor: DuckDBPyConnection, items: Sequence[Item], texts: Iterable[Texts]) -> None:
    """Write messages with their texts, compressed, in the transaction of their records."""
    cursor.execute(
        "UPDATE store.numbers SET last_message_id = greatest(last_message_id, ?), "
        "last_turn = last_turn + 1",
        [max((item.number for item in items), default=0)],
    )
    _write_messages(cursor, items)
    _write_texts(cursor, texts)


def last_number(cursor: DuckDBPyConnection) -> int:
    """The highest number that a message ever had: none is used twice, dropped or not."""
    return int(cursor.execute("SELECT last_message_id FROM store.numbers").fetchall()[0][0])


def _write_messages(cursor: DuckDBPyConnection, items: Sequence[Item]) -> None:
    """Column-wise: a row at a time costs ten times as much."""
    at = now()  # while nobody else writes: publishing relies on it
    columns: dict[str, tuple[str, list[object]]] = {
        "message_id": ("BIGINT", [i.number for i in items]),
        "source": ("VARCHAR", [printable(i.envelope.source) for i in items]),
        "source_name": ("VARCHAR", [printable(i.envelope.source_name) for i in items]),
        "received_at": ("TIMESTAMP", [_utc(i.envelope.received_at) for i in items]),
        "signer": ("VARCHAR", [i.signer for i in items]),
        "kind": ("VARCHAR", [i.kind for i in items]),
        "records": ("BIGINT", [i.records for i in items]),
        "bytes": ("BIGINT", [len(i.envelope.body) for i in items]),
        "sha256": ("VARCHAR", [i.sha256 for i in items]),
        "state": ("VARCHAR", [i.state for i in items]),
        "error": ("VARCHAR", [i.error for i in items]),
        "loaded_at": ("TIMESTAMP", [at] * len(items)),
        "signing_time": ("TIMESTAMP", [_utc(i.signing_time) for i in items]),
        "empaid": ("VARCHAR", [printable(i.envelope.empaid) or None for i in items]),
        "signature_required": ("BOOLEAN", [i.envelope.require_signature for i in items]),
        "kept_at": ("VARCHAR", [i.envelope.kept_at or None for i in items]),
        "vouched_signer": (
            "VARCHAR",
            [printable(i.envelope.vouched_signer) or None for i in items],
        ),
    }
    values = ", ".join(f"unnest(${name}::{type_}[])" for name, (type_, _) in columns.items())
    cursor.execute(
        f"INSERT INTO store.messages ({', '.join(columns)}, turn) "
        f"SELECT {values}, last_turn FROM store.numbers",
        {name: listed for name, (_, listed) in columns.items()},
    )


def _write_texts(cursor: DuckDBPyConnection, texts: Iterable[Texts]) -> None:
    """As values one by one: blobs in a list take ten times as long (DuckDB 2.0)."""
    for some in texts:
        values = ", ".join(["(?, ?)"] * len(some))
        cursor.execute(
            f"INSERT INTO store.raw_texts VALUES {values}",
            [value for row in some for value in row],
        )


def _utc(seconds: float | None) -> datetime | None:
    """Seconds since the epoch as a time; what no calendar has is the nearest that it has."""
    if seconds is None:
        return None
    within = min(max(seconds, 0.0), _LAST_SECOND) if seconds == seconds else 0.0  # noqa: PLR0124
    return datetime.fromtimestamp(within, UTC).replace(tzinfo=None)
