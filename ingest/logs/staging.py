"""The SQL that stages a piece of a log: every line with its record's columns and its outcome."""

from functools import lru_cache

from appliance.records.declare import RecordType
from ingest.logs.format import LogFormat, Settings
from ingest.logs.outcomes import outcome

_GIVEN = ("site", "machine_name", "line")
"""Columns that do not come from the text."""


def table(kind: RecordType) -> str:
    """The statement that makes the staging table. `text` is that of lines that failed."""
    columns = [f"{c.sql} {c.stored}" for c in kind.columns]
    return (
        f"CREATE TABLE IF NOT EXISTS stage.{kind.name}_lines "
        f"(message BIGINT, record INTEGER, {', '.join(columns)}, outcome VARCHAR, text VARCHAR)"
    )


@lru_cache(100)  # layouts come from files: there is no end of them
def insert(made: LogFormat, settings: Settings) -> str:
    """The statement that stages a piece.

    Its parameters: $text (the lines), $message (its number), $site, $machine, $now.
    """
    given = [name for name in _GIVEN if any(f.name == name for f in made.kind.fields)]
    values = {"site": "$site", "machine_name": "$machine", "line": "line"}
    shown = ", ".join(f"{values[name]} AS {name}" for name in given)
    columns = ", ".join(f.sql for f in made.kind.fields if f.name not in given)
    missing = ", ".join(f"NULL::{f.stored} AS {f.sql}" for f in made.kind.fields
                        if f.name not in given)  # fmt: skip
    return f"""
INSERT INTO stage.{made.kind.name}_lines BY NAME
WITH lines AS (SELECT ordinality AS line, rtrim(text, chr(13)) AS text
               FROM unnest(string_split($text, chr(10))) WITH ORDINALITY AS split(text)),
read AS ({made.select(settings)} UNION ALL BY NAME SELECT {missing} WHERE false)
SELECT message, record, {", ".join(given)}, {columns}, outcome,
       CASE WHEN outcome IS NOT NULL AND NOT starts_with(outcome, 'ignored ') THEN text END AS text
FROM (SELECT * REPLACE ({outcome(made.kind)} AS outcome)
      FROM (SELECT *, $message::BIGINT AS message, line AS record, {shown},
                   $now::TIMESTAMP AS now FROM read))"""
