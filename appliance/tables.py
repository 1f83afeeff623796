"""Tables and datasets that follow from the declarations of the record types."""

import hashlib

from appliance.records.catalogue import RECORD_TYPES
from appliance.records.declare import Computed, Field, Log, RecordType, all_of
from appliance.resources import names, text

_PROVENANCE = {
    "publisher_dn": "m.signer AS publisher_dn",
    "message_id": "r.message_id",
    "update_time": "m.loaded_at AS update_time",
}
_JOINED = {"update_time": "coalesce(r.joined_at::TIMESTAMP, m.loaded_at) AS update_time"}
"""Where records are also made here."""
_OF_PIECES = "site", "machine_name", "line"
"""What is known of a record of a log beside what its line says."""


def create(kind: RecordType) -> list[str]:
    """The statements that make the tables of a record type, if they are not there."""
    if not kind.logs:
        return [_create(kind)]
    return [*(_create(kind, log.name) for log in kind.logs), _united(kind)]


def _create(kind: RecordType, log: str = "") -> str:
    made = [*_typed(kind, log), "message_id BIGINT NOT NULL"]
    made += ["joined_at TIMESTAMP_S"] * kind.joined
    return f"CREATE TABLE IF NOT EXISTS store.{kind.table_of(log)} ({', '.join(made)})"


def _united(kind: RecordType) -> str:
    """The statement that shows the tables of all logs as one, whose columns are all there are."""
    each = " UNION ALL ".join(_of_log(kind, log) for log in kind.logs)
    return f"CREATE OR REPLACE VIEW store.{kind.stored_in} AS {each}"


def _of_log(kind: RecordType, log: Log) -> str:
    held = columns(kind, log.name)
    said = {"infrastructure": f"'{log.infrastructure}'"}
    shown = [
        c.sql if c.name in held else f"{said.get(c.name, c.when_null)}::{c.stored} AS {c.sql}"
        for c in kind.fields
    ]
    return f"SELECT {', '.join(shown)}, message_id FROM store.{kind.table_of(log.name)}"


def columns(kind: RecordType, log: str = "") -> list[str]:
    """The columns of a table, in order, without the message's number.

    Args:
        kind: The record type.
        log: The format of the logs whose table it is, where each has its own.
    """
    return [column.partition(" ")[0] for column in _typed(kind, log)]


def _typed(kind: RecordType, log: str = "") -> list[str]:
    """The same with their types: fields, what is computed, and whole arrays as JSON."""
    held = {*_OF_PIECES, *kind.given_by(log)} if kind.logs else {c.name for c in kind.columns}
    own = [f"{c.sql} {c.stored}{_stored(c)}" for c in kind.columns if c.name in held]
    return own + [f"{all_of(f)} VARCHAR" for f in kind.arrays]


def _stored(column: Field | Computed) -> str:
    chosen = column.compression if isinstance(column, Field) else ""
    return f" USING COMPRESSION {chosen}" if chosen else ""


def dataset(kind: RecordType) -> str:
    """The statement that makes the dataset: the records and where they came from."""
    own = [
        f"r.{c.sql}" if c.stored == c.kind else f"r.{c.sql}::{c.kind} AS {c.sql}"
        for c in kind.columns
    ]
    own += [_levels(kind, f) for f in kind.arrays if all_of(f) not in kind.hidden]
    known = _PROVENANCE | (_JOINED if kind.joined else {})
    own += [known[name] for name in kind.provenance]
    return (
        f"CREATE OR REPLACE VIEW {kind.stored_in} AS SELECT {', '.join(own)} "
        f"FROM store.{kind.stored_in} r LEFT JOIN store.messages m USING (message_id)"
    )


def _levels(kind: RecordType, field: Field) -> str:
    """A whole array; where a record has one benchmark alone, that one."""
    name = kind.benchmark.name if kind.benchmark else "NULL"
    alone = f"""'{{"' || r.{name} || '": ' || r.{field.name} || '}}'"""
    return f"coalesce(r.{all_of(field)}, {alone}) AS {all_of(field)}"


def derived() -> list[str]:
    """Every statement that follows from this program's declarations and views, in order.

    A view's file begins with its depth: 2 reads views of depth 1.
    """
    made = [statement for kind in RECORD_TYPES for statement in create(kind)]
    return [*made, *(dataset(kind) for kind in RECORD_TYPES)] + [
        text("appliance", f"views/{name}") for name in names("appliance", "views", ".sql")
    ]


def digest() -> str:
    """What tells a store whether its tables and views are this program's."""
    return hashlib.sha256("\n".join(derived()).encode()).hexdigest()


def datasets() -> list[str]:
    """The names of all datasets."""
    views = [name[2:].removesuffix(".sql") for name in names("appliance", "views", ".sql")]
    return sorted({kind.dataset for kind in RECORD_TYPES}.union(views))
