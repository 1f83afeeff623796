"""Loading: what is staged, and the messages it came in, become rows in one transaction."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import cache

from duckdb import DuckDBPyConnection

from appliance.printable import printable
from appliance.records.declare import RecordType
from appliance.resources import text
from appliance.store import Store, now
from appliance.tables import columns
from ingest import fqan
from ingest.batch import Item
from ingest.stage import kinds

Texts = Sequence[tuple[int, bytes]]
"""Numbers of messages, and what is kept of each, compressed."""

_LAST_SECOND = 253_402_300_799.0
"""Of year 9999."""


def commit(
    store: Store, items: Sequence[Item], replaced: Sequence[int], texts: Iterable[Texts]
) -> None:
    """Load the staged records and write their messages, all or nothing.

    Args:
        store: The open store.
        items: The batch, judged.
        replaced: The numbers of messages whose earlier judgement goes (a retry).
        texts: What is kept of the messages, some hundreds at a time at most; asked for last.
    """
    with store.transaction() as cursor:
        _load_staged(cursor, items)
        for table in ("messages", "raw_texts"):
            if replaced:
                cursor.execute(
                    f"DELETE FROM store.{table} WHERE message_id IN (SELECT unnest($1))",
                    [list(replaced)],
                )
        write(cursor, items, texts)


def write(cursor: DuckDBPyConnection, items: Sequence[Item], texts: Iterable[Texts]) -> None:
    """Write messages with their texts, compressed, in the transaction of their records."""
    cursor.execute(
        "UPDATE store.numbers SET last_message_id = greatest(last_message_id, ?), "
        "last_turn = last_turn + 1",
        [max((item.number for item in items), default=0)],
    )
    _write_messages(cursor, items)
    _write_texts(cursor, texts)


def load_again(store: Store, items: Sequence[Item]) -> None:
    """Load the staged records of messages that the store holds already, all or nothing."""
    with store.transaction() as cursor:
        _load_staged(cursor, items)


def last_number(cursor: DuckDBPyConnection) -> int:
    """The highest number that a message ever had: none is used twice, dropped or not."""
    return int(cursor.execute("SELECT last_message_id FROM store.numbers").fetchall()[0][0])


def _load_staged(cursor: DuckDBPyConnection, items: Sequence[Item]) -> None:
    for kind in kinds(items):
        _load(cursor, kind)


def _load(cursor: DuckDBPyConnection, kind: RecordType) -> None:
    total, repeated, held = cursor.execute(standing(kind)).fetchall()[0]
    if not total:
        return
    series = text("ingest", f"sql/due_of_{kind.name}.sql") if kind.series else ""
    if series and held:  # else nothing is replaced
        cursor.execute(series)
    how = merge if held else insert
    cursor.execute(how(kind, alone=not repeated))
    if kind.parts:
        cursor.execute(text("ingest", f"sql/{kind.parts}.sql"))
    if series:
        cursor.execute(series)
    if kind.month:
        cursor.execute(due(kind))


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


@cache
def merge(kind: RecordType, *, alone: bool) -> str:
    """The statement that loads `stage.<type>`: a record replaces the one with an equal key whole.

    No index: the zone maps of the time or the month, which is part of the key, prune the search.

    Args:
        kind: What is staged.
        alone: No key stands twice in the batch; else the last of each wins.
    """
    names = [*columns(kind), "message_id"]
    on = " AND ".join(f"t.{name} = s.{name}" for name in kind.key)
    made = ["joined_at = NULL"] * kind.joined  # what was received stands before what was joined
    update = ", ".join([*(f"{name} = s.{name}" for name in names), *made])
    return (
        f"MERGE INTO store.{kind.stored_in} AS t USING ({_source(kind, alone=alone)}) AS s ON {on} "
        f"WHEN MATCHED THEN UPDATE SET {update} "
        f"WHEN NOT MATCHED THEN INSERT ({', '.join(names)}) "
        f"VALUES ({', '.join(f's.{name}' for name in names)})"
    )


@cache
def insert(kind: RecordType, *, alone: bool) -> str:
    """The same where the store holds none of the keys: it takes two thirds of the time."""
    names = ", ".join([*columns(kind), "message_id"])
    return f"INSERT INTO store.{kind.stored_in} ({names}) {_source(kind, alone=alone)}"


@cache
def standing(kind: RecordType) -> str:
    """The statement that tells how many records are staged and how their keys stand.

    Whether a key stands twice among them, by its hash: a collision costs time, not truth. And
    whether the store holds one of the keys already.
    """
    key = ", ".join(kind.key)
    held = f"FROM store.{kind.stored_in} SEMI JOIN stage.{kind.name} USING ({key})"
    return (
        f"SELECT count(*), count(*) > count(DISTINCT hash({key})), EXISTS ({held}) "
        f"FROM stage.{kind.name}"
    )


@cache
def due(kind: RecordType) -> str:
    """The statement that notes which months of sites have to be summarised again."""
    return (
        "INSERT INTO store.due "
        f"SELECT DISTINCT site, {kind.month} FROM stage.{kind.name} "
        "EXCEPT SELECT site, month FROM store.due"
    )


def _source(kind: RecordType, *, alone: bool) -> str:
    """The staged records with VO, group and role from their FQAN, if they have one."""
    shown = [_from_fqan(kind, name) for name in columns(kind)]
    join = f"LEFT JOIN stage.fqans f ON f.fqan = s.{kind.fqan}" if kind.fqan else ""
    last = "" if alone else _last_of_each(kind)
    return (
        f"SELECT {', '.join(shown)}, s.message AS message_id FROM stage.{kind.name} s {join} {last}"
    )


def _last_of_each(kind: RecordType) -> str:
    key = ", ".join(f"s.{name}" for name in kind.key)
    order = "s.message DESC, s.record DESC"
    return f"QUALIFY row_number() OVER (PARTITION BY {key} ORDER BY {order}) = 1"


def _from_fqan(kind: RecordType, name: str) -> str:
    if kind.fqan and name in ("vo", "vo_group", "vo_role"):
        other = f"'{fqan.NONE}'" if kind.fqan_alone else f"s.{name}"
        return f"coalesce(f.{name}, {other}) AS {name}"
    return f"s.{name}"
