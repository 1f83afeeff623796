"""Loading: staged lines become rows, and what became of the others is written down."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from duckdb import DuckDBPyConnection

from appliance.records.declare import Kind, RecordType
from appliance.tables import columns
from ingest import fqan
from ingest.loading import from_fqan
from ingest.logs.outcomes import reason

_OWN = ("message_id", "line")
"""Columns that say where a record stands, not what it says."""
_LINES_AT_ONCE = 10_000


@dataclass(slots=True)
class Counts:
    """What became of the lines of a piece: records + ignored + failed."""

    records: int = 0
    failed: int = 0
    replaced: int = 0
    """Records in the place of earlier ones that said something else."""
    reasons: dict[str, int] = field(default_factory=dict)
    """Ignored lines by reason."""

    @property
    def ignored(self) -> int:
        """Lines that are well-formed, but no record."""
        return sum(self.reasons.values())


def count(cursor: DuckDBPyConnection, kind: RecordType) -> dict[int, Counts]:
    """What became of the staged lines, by message."""
    found: dict[int, Counts] = {}
    rows = cursor.execute(
        "SELECT message, CASE WHEN outcome IS NULL OR starts_with(outcome, 'ignored ') "
        "THEN coalesce(outcome[9:], '') ELSE '!' END AS what, count(*) "
        f"FROM stage.{kind.name}_lines GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    for message, what, lines in rows:
        counts = found.setdefault(message, Counts())
        if what == "":
            counts.records = lines
        elif what == "!":
            counts.failed = lines
        else:
            counts.reasons[what] = lines
    return found


def read_fqans(cursor: DuckDBPyConnection, kind: RecordType) -> None:
    """Take the staged records' FQANs apart."""
    held = f"SELECT DISTINCT {kind.fqan} FROM stage.{kind.name}_lines WHERE outcome IS NULL"
    new = f"{held} AND {kind.fqan} NOT IN (SELECT fqan FROM stage.log_fqans)"
    fqan.take_apart(cursor, new, "stage.log_fqans")


def load(cursor: DuckDBPyConnection, kind: RecordType, counts: dict[int, Counts]) -> None:
    """The staged records into their table, in the caller's transaction.

    What no key of the table can match is inserted, which takes a third of a MERGE's time.
    """
    alone, new = cursor.execute(_news(kind)).fetchall()[0]
    if new:
        cursor.execute(_insert(kind, alone=alone))
        return
    for message, replaced in cursor.execute(_replaced(kind, alone=alone)).fetchall():
        counts[message].replaced = replaced
    cursor.execute(_merge(kind, alone=alone))


def reject(
    cursor: DuckDBPyConnection, kind: RecordType, odd: Mapping[int, Mapping[int, bytes]]
) -> None:
    """Keep the staged lines that failed, byte for byte.

    Args:
        cursor: In the caller's transaction.
        kind: What was staged.
        odd: Lines that the database does not have as they were, by message and line.
    """
    failed = cursor.execute(_rejected(kind)).fetchall()
    listed = [(m, n, odd[m][n]) for m, n in failed if n in odd.get(m, ())]
    for start in range(0, len(listed), _LINES_AT_ONCE):
        some = listed[start : start + _LINES_AT_ONCE]
        cursor.execute(
            "UPDATE store.rejected_lines AS r SET content = unhex(odd.hex) FROM (SELECT "
            "unnest($1::BIGINT[]) AS message, unnest($2::BIGINT[]) AS line, "
            "unnest($3::VARCHAR[]) AS hex) AS odd "
            "WHERE r.message_id = odd.message AND r.line = odd.line",
            [[m for m, _, _ in some], [n for _, n, _ in some], [b.hex() for *_, b in some]],
        )


@cache
def _news(kind: RecordType) -> str:
    """Whether no key stands twice in the batch, and whether the table has none of their times."""
    key, time = ", ".join(kind.key), _time(kind)
    staged = f"FROM stage.{kind.name}_lines WHERE outcome IS NULL"
    return (
        f"SELECT count(*) = count(DISTINCT hash({key})), NOT EXISTS "
        f"(SELECT 1 FROM store.{kind.stored_in} WHERE {time} BETWEEN (SELECT min({time}) {staged}) "
        f"AND (SELECT max({time}) {staged})) {staged}"
    )


def _time(kind: RecordType) -> str:
    """The time in a record's key: rows lie by it, more or less."""
    return next(f.name for f in kind.fields if f.name in kind.key and f.kind is Kind.TIME)


@cache
def _insert(kind: RecordType, *, alone: bool) -> str:
    names = ", ".join([*columns(kind), "message_id"])
    return f"INSERT INTO store.{kind.stored_in} ({names}) {_source(kind, alone=alone)}"


@cache
def _merge(kind: RecordType, *, alone: bool) -> str:
    """What a later line does not say of a job stays as an earlier one said it."""
    names = columns(kind)
    own = [f"{name} = s.{name}" for name in _OWN]
    said = [f"{n} = coalesce(s.{n}, t.{n})" for n in names if n not in (*kind.key, *_OWN)]
    return (
        f"MERGE INTO store.{kind.stored_in} AS t USING ({_source(kind, alone=alone)}) AS s "
        f"ON {_same(kind)} "
        f"WHEN MATCHED AND {_differs(kind)} THEN UPDATE SET {', '.join(said + own)} "
        f"WHEN NOT MATCHED THEN INSERT ({', '.join([*names, 'message_id'])}) "
        f"VALUES ({', '.join(f's.{name}' for name in [*names, 'message_id'])})"
    )


@cache
def _replaced(kind: RecordType, *, alone: bool) -> str:
    return (
        f"SELECT s.message_id, count(*) FROM ({_source(kind, alone=alone)}) AS s "
        f"JOIN store.{kind.stored_in} AS t ON {_same(kind)} WHERE {_differs(kind)} GROUP BY ALL"
    )


@cache
def _rejected(kind: RecordType) -> str:
    return (
        "INSERT INTO store.rejected_lines "
        f"SELECT message, record, code, {reason(kind)}, encode(text) "
        "FROM (SELECT *, split_part(outcome, ' ', 1) AS code, "
        "split_part(outcome, ' ', 2) AS field, "
        "substr(outcome, strlen(code) + strlen(field) + 3) AS value "
        f"FROM stage.{kind.name}_lines WHERE text IS NOT NULL) RETURNING message_id, line"
    )


def _same(kind: RecordType) -> str:
    return " AND ".join(f"t.{name} = s.{name}" for name in kind.key)


def _differs(kind: RecordType) -> str:
    names: Sequence[str] = [n for n in columns(kind) if n not in (*kind.key, *_OWN)]
    said = " OR ".join(f"s.{n} IS NOT NULL AND s.{n} IS DISTINCT FROM t.{n}" for n in names)
    return f"({said})"


def _source(kind: RecordType, *, alone: bool) -> str:
    """The staged records with VO, group and role from their FQAN; of equal keys the last."""
    shown = ", ".join(from_fqan(kind, name) for name in columns(kind))
    last = (
        ""
        if alone
        else f" QUALIFY row_number() OVER (PARTITION BY {', '.join(f's.{n}' for n in kind.key)} "
        "ORDER BY s.message DESC, s.record DESC) = 1"
    )
    return (
        f"SELECT {shown}, s.message AS message_id FROM stage.{kind.name}_lines AS s "
        f"LEFT JOIN stage.log_fqans AS f ON f.fqan = s.{kind.fqan} WHERE s.outcome IS NULL{last}"
    )
