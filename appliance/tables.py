"""Tables and datasets that follow from the declarations of the record types."""

import hashlib

from appliance.records.catalogue import RECORD_TYPES
from appliance.records.declare import Field, RecordType, all_of
from appliance.resources import names, text

_PROVENANCE = {
    "publisher_dn": "m.signer AS publisher_dn",
    "message_id": "r.message_id",
    "update_time": "m.loaded_at AS update_time",
}
_JOINED = {"update_time": "coalesce(r.joined_at::TIMESTAMP, m.loaded_at) AS update_time"}
"""Where records are also made here."""


def create(kind: RecordType) -> str:
    """The statement that makes the table of a record type, if it is not there."""
    made = [*_typed(kind), "message_id BIGINT NOT NULL"]
    made += ["joined_at TIMESTAMP_S"] * kind.joined
    return f"CREATE TABLE IF NOT EXISTS store.{kind.stored_in} ({', '.join(made)})"


def columns(kind: RecordType) -> list[str]:
    """The columns of a record type's table, in order, without the message's number."""
    return [column.partition(" ")[0] for column in _typed(kind)]


def _typed(kind: RecordType) -> list[str]:
    """The same with their types: fields, what is computed, and whole arrays as JSON."""
    own = [f"{c.sql} {c.stored}" for c in kind.columns]
    return own + [f"{all_of(f)} VARCHAR" for f in kind.arrays]


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
    made = [create(kind) for kind in RECORD_TYPES] + [dataset(kind) for kind in RECORD_TYPES]
    return made + [
        text("appliance", f"views/{name}") for name in names("appliance", "views", ".sql")
    ]


def digest() -> str:
    """What tells a store whether its tables and views are this program's."""
    return hashlib.sha256("\n".join(derived()).encode()).hexdigest()


def datasets() -> list[str]:
    """The names of all datasets."""
    views = [name[2:].removesuffix(".sql") for name in names("appliance", "views", ".sql")]
    return sorted({kind.dataset for kind in RECORD_TYPES}.union(views))
