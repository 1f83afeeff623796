"""Tables and datasets that follow from the declarations of the record types."""

import hashlib

from appliance.records.catalogue import RECORD_TYPES
from appliance.records.declare import RecordType
from appliance.resources import names, text

PROVENANCE = "publisher_dn", "message_id", "update_time"
"""Of every record: who signed its message, which message that was, when it was loaded."""


def create(kind: RecordType) -> str:
    """The statement that makes the table of a record type, if it is not there."""
    columns = [f"{f.sql} {f.stored}" for f in kind.fields]
    columns += ["service_levels VARCHAR"] if kind.benchmarks else []
    columns += ["message_id BIGINT NOT NULL"]
    return f"CREATE TABLE IF NOT EXISTS store.{kind.dataset} ({', '.join(columns)})"


def columns(kind: RecordType) -> list[str]:
    """The columns of a record type's table, in order, without the message's number."""
    return [f.sql for f in kind.fields] + (["service_levels"] if kind.benchmarks else [])


def dataset(kind: RecordType) -> str:
    """The statement that makes the dataset: the records and where they came from."""
    own = ", ".join(
        f"r.{f.sql}" if f.stored == f.kind else f"r.{f.sql}::{f.kind} AS {f.sql}"
        for f in kind.fields
    )
    levels = (
        ", coalesce(r.service_levels, '{\"' || r.service_level_type || '\": ' || "
        "r.service_level || '}') AS service_levels"
        if kind.benchmarks
        else ""
    )
    return (
        f"CREATE OR REPLACE VIEW {kind.dataset} AS SELECT {own}{levels}, "
        "m.signer AS publisher_dn, r.message_id, m.loaded_at AS update_time "
        f"FROM store.{kind.dataset} r LEFT JOIN store.messages m USING (message_id)"
    )


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
    return sorted([kind.dataset for kind in RECORD_TYPES] + views)
