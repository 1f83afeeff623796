"""Loading: staged lines become rows, and what became of the others is written down."""

from collections import defaultdict
from collections.abc import Mapping
from functools import cache

from duckdb import DuckDBPyConnection

from appliance.records.declare import Kind, RecordType
from ingest import fqan
from ingest.logs.format import LogFormat
from ingest.logs.outcomes import reason
from ingest.logs.piece import Counts
from ingest.logs.staging import FQANS, records, staged

_OWN = ("message_id", "line")
"""Columns that say where a record stands, not what it says."""
_LINES_AT_ONCE = 10_000
_OLDER = " AND message_id < $1"
_IS_LATER = "((t.message_id, t.line) > (s.message_id, s.line))"
"""What is held is what a later line says: this one had failed, and is judged again."""


def count(cursor: DuckDBPyConnection, table: str) -> dict[int, Counts]:
    """What became of the lines of a table with `message` and `outcome`, by message."""
    found: dict[int, Counts] = defaultdict(Counts)
    rows = cursor.execute(
        "SELECT message, CASE WHEN outcome IS NULL OR starts_with(outcome, 'ignored ') "
        "THEN coalesce(outcome[9:], '') ELSE '!' END AS what, count(*) "
        f"FROM {table} GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    for message, what, lines in rows:
        if what == "":
            found[message].records = lines
        elif what == "!":
            found[message].failed = lines
        else:
            found[message].reasons[what] = lines
    return found


def read_fqans(cursor: DuckDBPyConnection, made: LogFormat) -> None:
    """Take the staged records' FQANs apart, if there are any."""
    if made.kind.fqan in made.columns:
        held = f"SELECT DISTINCT {made.kind.fqan} FROM {staged(made)} WHERE outcome IS NULL"
        new = f"{held} AND {made.kind.fqan} NOT IN (SELECT fqan FROM {FQANS})"
        fqan.take_apart(cursor, new, FQANS)


def load(cursor: DuckDBPyConnection, made: LogFormat, counts: dict[int, Counts]) -> None:
    """The staged records into their table, in the caller's transaction.

    What no key of the table can match is inserted, which takes a third of a MERGE's time. What
    several messages say of one key comes in one after the other, as if they had not come together.
    """
    alone, new = cursor.execute(_news(made)).fetchall()[0]
    turns = 1 if alone else cursor.execute(_turns(made)).fetchall()[0][0]
    for turn in range(1, turns + 1):
        given = {} if alone else {"turn": turn}
        if new and turn == 1:
            cursor.execute(_insert(made, alone=alone), given)
            continue
        for message, replaced in cursor.execute(_replaced(made, alone=alone), given).fetchall():
            counts[message].replaced += replaced
        cursor.execute(_merge(made, alone=alone), given)
    _replace_elsewhere(cursor, made, counts)


def _replace_elsewhere(
    cursor: DuckDBPyConnection, made: LogFormat, counts: dict[int, Counts]
) -> None:
    """Of a job that logs of two formats tell of, what came later holds, as it does in one."""
    if len(made.kind.tables) == 1:
        return
    for (table,) in cursor.execute(_elsewhere(made)).fetchall():
        held = f"FROM ({records(made)}) AS s JOIN store.{table} AS t ON {_same(made)}"
        told = cursor.execute(f"SELECT s.message_id, count(*) {held} GROUP BY ALL").fetchall()
        for message, replaced in told:
            counts[message].replaced += replaced
        if told:
            again = f"EXISTS (SELECT 1 FROM ({records(made)}) AS s WHERE {_same(made)})"
            cursor.execute(f"DELETE FROM store.{table} AS t WHERE {again}")


def reject(
    cursor: DuckDBPyConnection,
    kind: RecordType,
    table: str,
    odd: Mapping[int, Mapping[int, bytes]],
) -> None:
    """Keep the lines that failed, byte for byte.

    Args:
        cursor: In the caller's transaction.
        kind: What their records are.
        table: Where they are: `message`, `record`, `outcome`, and `text` if they failed.
        odd: Lines that the database does not have as they were, by message and line.
    """
    failed = cursor.execute(_rejected(kind, table)).fetchall()
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
def _news(made: LogFormat) -> str:
    """Whether no key stands twice in the batch, and whether the table has none of their times.

    Only of what lines say: jobs of two hosts that look alike are taken for the same, which costs
    time and no more.
    """
    said = ", ".join(name for name in made.kind.key if name in made.columns)
    return (
        f"WITH {_span(made, _staged(made))} SELECT count(*) = count(DISTINCT hash({said})), "
        f"NOT {_held(made, made.table)} FROM {_staged(made)}"
    )


@cache
def stand_alone(made: LogFormat) -> str:
    """The same of records that are in the table, from a message's number (`?`) on: none of them
    can be known, in this table or another.
    """
    said = ", ".join(name for name in made.kind.key if name in made.columns)
    new = f"(FROM store.{made.table} WHERE message_id >= $1)"
    old = [f"NOT {_held(made, t, '' if t != made.table else _OLDER)}" for t in made.kind.tables]
    return (
        f"WITH {_span(made, new)} SELECT count(*) = count(DISTINCT hash({said})), "
        f"{', '.join(old)} FROM {new}"
    )


@cache
def _elsewhere(made: LogFormat) -> str:
    """The tables of other formats that have records of these times."""
    others = [table for table in made.kind.tables if table != made.table]
    each = [f"SELECT '{table}' WHERE {_held(made, table)}" for table in others]
    return f"WITH {_span(made, _staged(made))} {' UNION ALL '.join(each)}"


def _staged(made: LogFormat) -> str:
    return f"(FROM {staged(made)} WHERE outcome IS NULL)"


def _span(made: LogFormat, records: str) -> str:
    """The times of records."""
    time = _time(made)
    return f"span AS (SELECT min({time}) AS first, max({time}) AS last FROM {records})"


def _held(made: LogFormat, table: str, which: str = "") -> str:
    within = f"{_time(made)} BETWEEN first AND last"
    return f"EXISTS (SELECT 1 FROM store.{table}, span WHERE {within}{which})"


def _time(made: LogFormat) -> str:
    return next(f.name for f in made.kind.fields if f.name in made.kind.key and f.kind is Kind.TIME)


@cache
def _insert(made: LogFormat, *, alone: bool) -> str:
    names = ", ".join([*made.held, "message_id"])
    return f"INSERT INTO store.{made.table} ({names}) {_source(made, alone=alone)}"


@cache
def _merge(made: LogFormat, *, alone: bool) -> str:
    """What a later line does not say of a job stays as an earlier one said it."""
    names = made.held
    said = [f"{name} = coalesce(s.{name}, t.{name})" for name in _said(made)]
    said += [f"{name} = s.{name}" for name in _OWN]
    return (
        f"MERGE INTO store.{made.table} AS t USING ({_source(made, alone=alone)}) AS s "
        f"ON {_same(made)} WHEN MATCHED AND {_IS_LATER} THEN DO NOTHING "
        f"WHEN MATCHED AND {_differs(made)} THEN UPDATE SET {', '.join(said)} "
        f"WHEN NOT MATCHED THEN INSERT ({', '.join([*names, 'message_id'])}) "
        f"VALUES ({', '.join(f's.{name}' for name in [*names, 'message_id'])})"
    )


@cache
def _replaced(made: LogFormat, *, alone: bool) -> str:
    return (
        f"SELECT s.message_id, count(*) FROM ({_source(made, alone=alone)}) AS s "
        f"JOIN store.{made.table} AS t ON {_same(made)} "
        f"WHERE NOT {_IS_LATER} AND {_differs(made)} GROUP BY ALL"
    )


@cache
def _rejected(kind: RecordType, table: str) -> str:
    return (
        "INSERT INTO store.rejected_lines "
        f"SELECT message, record, code, {reason(kind)}, encode(text) "
        "FROM (SELECT *, split_part(outcome, ' ', 1) AS code, "
        "split_part(outcome, ' ', 2) AS field, "
        "substr(outcome, strlen(code) + strlen(field) + 3) AS value "
        f"FROM {table} WHERE text IS NOT NULL) RETURNING message_id, line"
    )


def _same(made: LogFormat) -> str:
    return " AND ".join(f"t.{name} = s.{name}" for name in made.kind.key)


def _said(made: LogFormat) -> list[str]:
    """The columns beside the key that a line of this format says something of."""
    return [n for n in made.held if n in made.columns and n not in made.kind.key]


def _differs(made: LogFormat) -> str:
    names = _said(made)
    return f"({' OR '.join(f's.{n} IS NOT NULL AND s.{n} IS DISTINCT FROM t.{n}' for n in names)})"


@cache
def _turns(made: LogFormat) -> str:
    key = ", ".join(made.kind.key)
    each = f"SELECT count(DISTINCT message_id) AS turns FROM ({records(made)}) GROUP BY {key}"
    return f"SELECT coalesce(max(turns), 0) FROM ({each})"


def _source(made: LogFormat, *, alone: bool) -> str:
    """The staged records; of those of equal keys the last of a message, a message a $turn."""
    key = ", ".join(made.kind.key)
    names = ", ".join([*made.held, "message_id"])
    if alone:
        return f"SELECT {names} FROM ({records(made)})"
    each = (
        f"SELECT *, dense_rank() OVER (PARTITION BY {key} ORDER BY message_id) AS turn "
        f"FROM ({records(made)}) "
        f"QUALIFY row_number() OVER (PARTITION BY {key}, message_id ORDER BY record DESC) = 1"
    )
    return f"SELECT {names} FROM ({each}) WHERE turn = $turn"
