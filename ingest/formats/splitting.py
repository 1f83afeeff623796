"""The SQL that splits the texts of messages into records, and records into their fields' texts.

By position where all records have one layout, by name where they differ (`JSON`, `NAME`), and
`WIDE` for texts that were read record by record.
"""

import json
from enum import StrEnum

from appliance.records.declare import RecordType, WireForm
from ingest.formats.text import Layout
from ingest.formats.tokens import DISAGREE

ABSENT = "%%%"
"""Stands for a field that a record does not have: no value holds a separator."""


class By(StrEnum):
    """How records are split that have no one layout."""

    JSON = "json"
    """Lines in any order, each `Key: ` and a value without another `: `, a quote or a backslash:
    read as JSON objects, which takes two thirds of the time. What cannot be is an error."""
    NAME = "name"
    """Lines in any order, each `Key: ` and a value."""
    WIDE = "wide"
    """Values only, a line for every field: as `wide` writes them."""


def raw_records(kind: RecordType, form: WireForm, how: Layout | By, *, ascii_: bool) -> str:
    """The query for the raw records of $texts, with numbers $messages.

    Its columns: `message`, `record` (from 1), each field's text by wire name (NULL: absent), and
    `ragged`: the record is not split so easily. Where it is `untrimmed`, texts may have blanks
    around them.

    Args:
        kind: What the records are.
        form: In which form they were written.
        how: How the records look.
        ascii_: The texts hold nothing else: cutting them takes half the time.
    """
    if isinstance(how, Layout):
        return _by_position(kind, how, _CUT[ascii_])
    if how is By.NAME:
        return _by_name(kind, form, _CUT[ascii_])
    return _by_json(kind, form) if how is By.JSON else _wide(kind, form)


_CUT = {True: "substring_grapheme", False: "substr"}
"""What cuts a text: the first looks whether it is ASCII and needs not count then. In other texts
it takes a blank and an accent behind it for one."""


def untrimmed(how: Layout | By) -> bool:
    """Whether texts are as they stood, with the blanks around them."""
    return how.exact if isinstance(how, Layout) else how is not By.WIDE


def wide_names(kind: RecordType, form: WireForm) -> list[str]:
    """The values of a record read one by one, in the order in which they are handed on."""
    return [f.wire for f in kind.fields] + ([DISAGREE] if form.arrays else [])


def wide(records: list[dict[str, str]], names: list[str]) -> str:
    """Records read one by one, as text in the one layout that has every field."""
    return "\n%%\n".join("\n".join([r.get(name, ABSENT) for name in names]) for r in records)


_PIECES = """
        SELECT message, unnest(pieces) AS piece, generate_subscripts(pieces, 1)::INTEGER AS record
        FROM (SELECT message, string_split(text, chr(10) || '%%' || chr(10)) AS pieces
              FROM (SELECT unnest($messages) AS message, unnest($texts) AS text))"""
"""The records' texts: `message`, `record` (from 1) and `piece`."""

_LINES = f"SELECT *, string_split(piece, chr(10)) AS l FROM ({_PIECES})"
"""The same with `l`, its lines (list)."""

_WHOLE = "(NOT contains(piece, '%') OR NOT contains(piece, '%%'))"
"""No separator within a line. To look for one character is nearly free."""


def _by_position(kind: RecordType, layout: Layout, cut: str) -> str:
    where = {name: position for position, name in enumerate(layout.names, 1)}
    columns = [
        f'{_value(f.wire, where[f.wire], layout, cut)} AS "{f.wire}"'
        if f.wire in where
        else f'NULL::VARCHAR AS "{f.wire}"'
        for f in kind.fields
    ]
    return (
        f"SELECT message, record, {', '.join(columns)}, {_ragged(layout)} AS ragged FROM ({_LINES})"
    )


def _by_json(kind: RecordType, form: WireForm) -> str:
    """What is not JSON after all is an error: to ask of each record takes a sixth of the time."""
    known = json.dumps(dict.fromkeys(_known(kind, form), "VARCHAR"))
    columns = ", ".join(f'found."{f.wire}"' for f in kind.fields)
    unknown = _unknown([f'found."{name}"' for name in _known(kind, form)], _PAIRS)
    return (
        f"SELECT message, record, {columns}, {unknown} AS ragged "
        f"FROM (SELECT *, json_transform(object, '{known}') AS found FROM ({_OBJECTS}))"
    )


_OBJECTS = f"""
        SELECT *, '{{"' || replace(quoted, chr(10), '","') || '"}}' AS object
        FROM (SELECT *, replace(piece, ': ', '":"') AS quoted FROM ({_PIECES}))"""
"""The records as JSON objects: `message`, `record`, `piece`, `object`, and `quoted` on its way."""

_PAIRS = "(strlen(object) - strlen(quoted)) // 2 - 1"
"""How many lines an object was made of: each line feed became two characters longer."""


def _by_name(kind: RecordType, form: WireForm, cut: str) -> str:
    at = {name: f"list_position(names, '{name}: ')" for name in _known(kind, form)}
    columns = ", ".join(
        f'{cut}(l[{at[f.wire]}], {len(f.wire) + 3}) AS "{f.wire}"' for f in kind.fields
    )
    names = f"list_transform(l, lambda line: {cut}(line, 1, strpos(line, ': ') + 1))"
    unknown = _unknown(list(at.values()), "len(l)")
    return (
        f"SELECT message, record, {columns}, {unknown} AS ragged "
        f"FROM (SELECT *, {names} AS names FROM ({_LINES}))"
    )


def _known(kind: RecordType, form: WireForm) -> list[str]:
    return [f.wire for f in kind.fields] + sorted(form.ignored)


def _unknown(found: list[str], lines: str) -> str:
    """Every line has a known name of its own if as many are found as there are lines."""
    number = " + ".join(f"({one} IS NOT NULL)::INTEGER" for one in found)
    return f"NOT ({number} = {lines} AND {_WHOLE})"


def _value(name: str, position: int, layout: Layout, cut: str) -> str:
    if layout.exact:
        return f"{cut}(l[{position}], {len(name) + 3})"
    return f"trim({cut}(l[{position}], {len(name) + 2}))"


def _ragged(layout: Layout) -> str:
    colon = ": " if layout.exact else ":"
    uniform = [f"len(l) = {len(layout.names)}"]
    uniform += [f"starts_with(l[{n}], '{name}{colon}')" for n, name in enumerate(layout.names, 1)]
    return f"NOT ({' AND '.join([*uniform, _WHOLE])})"


def _wide(kind: RecordType, form: WireForm) -> str:
    columns = ", ".join(
        f"CASE WHEN l[{n}] <> '{ABSENT}' THEN trim(l[{n}]) END AS \"{name}\""
        for n, name in enumerate(wide_names(kind, form), 1)
    )
    return f"SELECT message, record, {columns}, false AS ragged FROM ({_LINES})"
