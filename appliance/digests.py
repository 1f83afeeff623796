"""What is derived from the texts of messages, and digests that tell whether two stores agree on it.

A digest is the sum of the hashes of a table's rows, whatever their order: equal tables have equal
digests, within one version of the database library.
"""

from dataclasses import dataclass

from duckdb import DuckDBPyConnection

from appliance.printable import printable
from appliance.records.catalogue import RECORD_TYPES

DERIVED = (*(table for kind in RECORD_TYPES for table in kind.tables), "storage_group_attributes",
           "log_tasks", "joins", "join_counts", "usage", "cloud_usage")  # fmt: skip
"""Tables of records, of what belongs to records, of what was joined, and of summaries."""

OTHER = "rebuilt"
"""The name under which the other store is attached."""

_WHEN = "update_time", "joined_at"
"""When a summary or a job was made here: no part of what it says."""
_SHOWN = 400
"""Characters of an example."""


@dataclass(frozen=True, slots=True)
class Compared:
    """One table in both stores."""

    name: str
    rows: int
    digest: str
    other_rows: int
    other_digest: str

    @property
    def equal(self) -> bool:
        """Whether they hold the same rows."""
        return (self.rows, self.digest) == (self.other_rows, self.other_digest)


def compare(cursor: DuckDBPyConnection, name: str) -> Compared:
    """A table of this store and that of the store that is attached as `OTHER`."""
    here, there = (_digest(cursor, name, of) for of in ("store", f"{OTHER}.store"))
    return Compared(name, *here, *there)


def example(cursor: DuckDBPyConnection, name: str) -> str:
    """A row that only one of the two has, in words."""
    for of, other, where in (
        ("store", f"{OTHER}.store", "only as it is"),
        (f"{OTHER}.store", "store", "only when rebuilt"),
    ):
        columns = _columns(cursor, name)
        same = f"{_hash(columns, 'b')} = {_hash(columns, 'a')}"
        found = cursor.execute(
            f"SELECT {columns} FROM {of}.{name} AS a "
            f"WHERE NOT EXISTS (FROM {other}.{name} AS b WHERE {same}) LIMIT 1"
        )
        names = [column[0] for column in found.description]
        for row in found.fetchall():
            values = ", ".join(f"{n} {v}" for n, v in zip(names, row, strict=True) if v is not None)
            return printable(f"{where}: {values}"[:_SHOWN])
    return "the same rows, some of them not as often"


def _digest(cursor: DuckDBPyConnection, name: str, of: str) -> tuple[int, str]:
    hashed = _hash(_columns(cursor, name), "t")
    [(rows, total)] = cursor.execute(
        f"SELECT count(*), coalesce(sum({hashed}::HUGEINT), 0) FROM {of}.{name} AS t"
    ).fetchall()
    return rows, f"{int(total) % 2**64:016x}"


def _columns(cursor: DuckDBPyConnection, name: str) -> str:
    """The columns of a table that say something, in this store's order."""
    rows = cursor.execute(f"DESCRIBE store.{name}").fetchall()
    return ", ".join(f'"{row[0]}"' for row in rows if row[0] not in _WHEN)


def _hash(columns: str, table: str) -> str:
    return f"hash({', '.join(f'{table}.{column}' for column in columns.split(', '))})"
