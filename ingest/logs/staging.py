"""The SQL that stages a piece of a log: every line with its record's columns and its outcome."""

from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache

from appliance.records.declare import Field
from ingest.logs import faults
from ingest.logs.format import LogFormat, Settings
from ingest.logs.outcomes import outcome

_SETTLED = {"site": "p.site", "machine_name": "p.machine_name", "line": "s.record"}
"""Columns that say the same of all lines of a piece, or where a line stands: not staged."""
_FROM_FQAN = ("vo", "vo_group", "vo_role")
"""Columns that an FQAN decides, where there is one."""
FAILED = "CASE WHEN outcome IS NOT NULL AND NOT starts_with(outcome, 'ignored ') THEN text END"
"""The text of a line, if it failed."""
FQANS = "stage.log_fqans"
"""The FQANs of a batch, taken apart."""


def staged(made: LogFormat) -> str:
    """The staging table of a format."""
    return f"stage.{made.name}_lines"


def table(made: LogFormat, layouts: Iterable[str]) -> str:
    """The statement that makes the staging table for pieces of these layouts, anew and empty.

    A column that none of them gives is there, and takes no time: nulls are worked out. `text` is
    that of lines that failed.
    """
    given = frozenset[str]().union(*(made.gives(layout) for layout in layouts))
    typed = [
        f"{c.sql} {c.stored}"
        + ("" if c.name in given else f" GENERATED ALWAYS AS (NULL::{c.stored}) VIRTUAL")
        for c in _columns(made, made.columns)
    ]
    return (
        f"CREATE OR REPLACE TABLE {staged(made)} "
        f"(message BIGINT, record INTEGER, {', '.join(typed)}, outcome VARCHAR, text VARCHAR)"
    )


@lru_cache(100)  # layouts come from files: there is no end of them
def insert(made: LogFormat, settings: Settings, lines: str) -> str:
    """The statement that stages a piece.

    Args:
        made: The format.
        settings: How the piece is read.
        lines: The SELECT that gives its lines; and its parameter.

    Its other parameters: $message (its number), $now.
    """
    shown = ", ".join(column.sql for column in _columns(made, made.gives(settings.layout)))
    return (
        f"INSERT INTO {staged(made)} (message, record, {shown}, outcome, text) "
        f"SELECT $message::BIGINT, line, {shown}, outcome, {FAILED} "
        f"FROM ({read(made, settings, lines)})"
    )


def read(made: LogFormat, settings: Settings, lines: str) -> str:
    """The SELECT of a piece's lines: its columns, `text` and `outcome`.

    Args:
        made: The format.
        settings: How the piece is read.
        lines: The SELECT that gives its lines.

    Its parameter: $now.
    """
    judged = outcome(made.kind, {*made.gives(settings.layout), *_SETTLED})
    return f"""
WITH lines AS ({lines}),
read AS ({faults.select(made, settings)})
SELECT * REPLACE ({judged} AS outcome) FROM (SELECT *, $now::TIMESTAMP AS now FROM read)"""


def values(made: LogFormat, layout: str, settled: Mapping[str, str]) -> str:
    """What was read of a piece, `s`, as the columns of its table: SQL.

    Args:
        made: The format, of which this layout gives no FQAN.
        layout: That of the piece.
        settled: Columns that do not depend on what lines say.
    """
    given = made.gives(layout)
    fields = _columns(made, made.held)
    return ", ".join(settled.get(f.name) or _read(f, is_given=f.name in given) for f in fields)


def _read(field: Field, *, is_given: bool) -> str:
    value = f"s.{field.sql}::{field.stored}" if is_given else f"NULL::{field.stored}"
    return value if field.when_null == "NULL" else f"coalesce({value}, {field.when_null})"


def _columns(made: LogFormat, names: Collection[str]) -> list[Field]:
    """These of them, in the order of the record type."""
    return [field for field in made.kind.fields if field.name in names]


def records(made: LogFormat) -> str:
    """The staged records with all columns of their table, and `message_id`, `record`: SQL."""
    shown = [f"{_value(made, f)} AS {f.sql}" for f in _columns(made, made.held)]
    named = made.kind.fqan in made.columns
    fqans = f"LEFT JOIN {FQANS} AS f ON f.fqan = s.{made.kind.fqan} " if named else ""
    return (
        f"SELECT {', '.join(shown)}, s.message AS message_id, s.record FROM {staged(made)} AS s "
        f"JOIN stage.pieces AS p USING (message) {fqans}WHERE s.outcome IS NULL"
    )


def _value(made: LogFormat, field: Field) -> str:
    name, null = field.name, field.when_null
    if name in _FROM_FQAN and name in made.columns and made.kind.fqan in made.columns:
        return f"coalesce(f.{name}, s.{name})"
    if name in made.columns:
        return f"s.{name}" if null == "NULL" else f"coalesce(s.{name}, {null})"
    return _SETTLED.get(name, null)
