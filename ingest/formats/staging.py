"""The SQL that splits, types and checks text records, generated from their declaration.

A chunk of messages becomes rows of `stage.<type>`: typed columns, and in `problem` the first
thing wrong with the record as `CODE Field`. There are three ways to split: by position where all
records have one layout, by name where they differ (`JSON`, `NAME`), and `WIDE` for texts that were
read record by record. The others only ask whether all is well: a row whose `problem` is `CLOSER`
says that its message has to be read record by record. So the long list of faults burdens no good
message: planning it takes as long as loading 3,000 records.
"""

import json
from enum import StrEnum
from functools import cache

from appliance.records.declare import Computed, RecordType, WireForm, all_of
from ingest.formats import checks
from ingest.formats.text import Layout
from ingest.formats.tokens import DISAGREE

ABSENT = "%%%"
"""Stands for a field that a record does not have: no value holds a separator."""

CLOSER = "CLOSER"


class By(StrEnum):
    """How records are split that have no one layout."""

    JSON = "json"
    """Lines in any order, each `Key: ` and a value without another `: `, a quote or a backslash:
    read as JSON objects, which takes two thirds of the time."""
    NAME = "name"
    """Lines in any order, each `Key: ` and a value."""
    WIDE = "wide"
    """Values only, a line for every field: as `wide` writes them."""


def table(kind: RecordType) -> str:
    """The statement that makes the staging table."""
    columns = [f"{c.sql} {c.stored}" for c in kind.columns]
    columns += [f"{all_of(f)} VARCHAR" for f in kind.arrays]
    columns += [f"{kind.parts} VARCHAR"] if kind.parts else []
    return (
        f"CREATE TABLE stage.{kind.name} "
        f"(message BIGINT, record INTEGER, {', '.join(columns)}, problem VARCHAR)"
    )


@cache
def insert(kind: RecordType, form: WireForm, how: Layout | By) -> str:
    """The statement that stages a chunk of messages.

    Its parameters: $texts, the records' texts (list), $messages, a number each (list), $now.

    Args:
        kind: What the records are.
        form: In which form they were written.
        how: How the records look.
    """
    raw = (
        {By.JSON: _raw_by_json, By.NAME: _raw_by_name, By.WIDE: _raw_wide}[how](kind, form)
        if isinstance(how, By)
        else _raw_by_position(kind, how)
    )
    if form.arrays:
        raw = checks.arrays(form, raw, tidy=how is not By.WIDE)
    values = [f'{checks.value(kind, f, form)} AS "{f.name} value"' for f in kind.fields]
    values += [f"{checks.all_levels(f, form)} AS {all_of(f)}" for f in kind.arrays]
    typed = f"SELECT *, {', '.join(values)} FROM ({raw})"
    stored = [f"{checks.stored(f)} AS {f.sql}" for f in kind.fields]
    stored += [all_of(f) for f in kind.arrays]
    fine = " AND ".join(fine for f in kind.fields for fine in checks.fine(kind, f, form))
    if how is not By.WIDE:
        verdict = f"CASE WHEN NOT ragged AND {fine} THEN NULL ELSE '{CLOSER}' END"
    else:
        faults = " ".join(fault for f in kind.fields for fault in checks.faults(kind, f, form))
        agreed = f' AND "{DISAGREE}" IS NULL' if form.arrays else ""
        verdict = f"CASE WHEN {fine}{agreed} THEN NULL {faults} END"
    checked = (
        f"SELECT message, record, {', '.join(stored)}, "
        f"$now::TIMESTAMP AS now, {verdict} AS fault FROM ({typed})"
    )
    for column in kind.computed:
        checked = _computed(kind, column, checked)
    rules = " ".join(f"WHEN {r.violated} THEN '{r.code} {r.field}'" for r in kind.rules)
    problem = f"CASE WHEN fault IS NOT NULL THEN fault {rules} END" if rules else "fault"
    return (
        f"INSERT INTO stage.{kind.name} BY NAME "
        f"SELECT * EXCLUDE (now, fault), {problem} AS problem FROM ({checked})"
    )


def _computed(kind: RecordType, column: Computed, records: str) -> str:
    if column in kind.further:
        return f"SELECT *, {column.value} AS {column.sql} FROM ({records})"
    return f"SELECT * REPLACE ({column.value} AS {column.sql}) FROM ({records})"


def wide_names(kind: RecordType, form: WireForm) -> list[str]:
    """The values of a record read one by one, in the order in which they are handed on."""
    return [f.wire for f in kind.fields] + ([DISAGREE] if form.arrays else [])


def wide(records: list[dict[str, str]], names: list[str]) -> str:
    """Records read one by one, as text in the one layout that has every field."""
    return "\n%%\n".join("\n".join([r.get(name, ABSENT) for name in names]) for r in records)


_LINES = """
        SELECT message, record, piece, string_split(piece, chr(10)) AS l
        FROM (SELECT message, unnest(pieces) AS piece,
                     generate_subscripts(pieces, 1)::INTEGER AS record
              FROM (SELECT message, string_split(text, chr(10) || '%%' || chr(10)) AS pieces
                    FROM (SELECT unnest($messages) AS message, unnest($texts) AS text)))"""
"""The records' lines: `message`, `record` (from 1), `piece` and `l`, its lines (list)."""


_EXACT = """NOT contains(piece, ':  ') AND NOT contains(piece, ' ' || chr(10))
            AND NOT ends_with(piece, ' ')"""
"""One blank after each colon and none at the ends: values need no trimming."""


def _raw_by_position(kind: RecordType, layout: Layout) -> str:
    where = {name: position for position, name in enumerate(layout.names, 1)}
    columns = [
        f'{_cut(f.wire, where[f.wire], layout)} AS "{f.wire}"'
        if f.wire in where
        else f'NULL::VARCHAR AS "{f.wire}"'
        for f in kind.fields
    ]
    return (
        f"SELECT message, record, {', '.join(columns)}, {_ragged(layout)} AS ragged FROM ({_LINES})"
    )


def _raw_by_json(kind: RecordType, form: WireForm) -> str:
    """What is not JSON after all is NULL, and so nothing is found in it."""
    known = json.dumps(dict.fromkeys(_known(kind, form), "VARCHAR"))
    columns = ", ".join(f'found."{f.wire}"' for f in kind.fields)
    unknown = _unknown([f'found."{name}"' for name in _known(kind, form)])
    return (
        f"SELECT message, record, {columns}, {unknown} AS ragged "
        f"FROM (SELECT *, TRY(json_transform({_OBJECT}, '{known}')) AS found FROM ({_LINES}))"
    )


_OBJECT = """'{"' || replace(replace(piece, ': ', '":"'), chr(10), '","') || '"}'"""
"""A record as a JSON object."""


def _raw_by_name(kind: RecordType, form: WireForm) -> str:
    at = {name: f"list_position(names, '{name}: ')" for name in _known(kind, form)}
    columns = ", ".join(
        f'substr(l[{at[f.wire]}], {len(f.wire) + 3}) AS "{f.wire}"' for f in kind.fields
    )
    names = "list_transform(l, lambda line: substr(line, 1, strpos(line, ': ') + 1))"
    return (
        f"SELECT message, record, {columns}, {_unknown(list(at.values()))} AS ragged "
        f"FROM (SELECT *, {names} AS names FROM ({_LINES}))"
    )


def _known(kind: RecordType, form: WireForm) -> list[str]:
    return [f.wire for f in kind.fields] + sorted(form.ignored)


def _unknown(found: list[str]) -> str:
    """Every line has a known name of its own if as many are found as there are lines."""
    number = " + ".join(f"({one} IS NOT NULL)::INTEGER" for one in found)
    return f"NOT ({number} = len(l) AND NOT contains(piece, '%%') AND {_EXACT})"


def _cut(name: str, position: int, layout: Layout) -> str:
    if layout.exact:
        return f"substr(l[{position}], {len(name) + 3})"
    return f"trim(substr(l[{position}], {len(name) + 2}))"


def _ragged(layout: Layout) -> str:
    colon = ": " if layout.exact else ":"
    uniform = [f"len(l) = {len(layout.names)}"]
    uniform += [f"starts_with(l[{n}], '{name}{colon}')" for n, name in enumerate(layout.names, 1)]
    uniform += [_EXACT] if layout.exact else []
    return f"NOT ({' AND '.join(uniform)})"


def _raw_wide(kind: RecordType, form: WireForm) -> str:
    columns = ", ".join(
        f"CASE WHEN l[{n}] <> '{ABSENT}' THEN trim(l[{n}]) END AS \"{name}\""
        for n, name in enumerate(wide_names(kind, form), 1)
    )
    return f"SELECT message, record, {columns}, false AS ragged FROM ({_LINES})"
