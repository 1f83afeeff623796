"""Loading: what is staged, and the messages it came in, become rows in one transaction."""

from collections.abc import Iterable, Sequence
from functools import cache

from duckdb import DuckDBPyConnection

from appliance.records.declare import RecordType
from appliance.resources import text
from appliance.store import Store
from appliance.tables import columns
from ingest import fqan
from ingest.item import Item
from ingest.messages import Texts, write
from ingest.stage import kinds


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


def load_again(store: Store, items: Sequence[Item]) -> None:
    """Load the staged records of messages that the store holds already, all or nothing."""
    with store.transaction() as cursor:
        _load_staged(cursor, items)


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
