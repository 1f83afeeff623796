"""Text records read one by one: for messages whose records differ, or hold odd white space."""

import math
import re
import unicodedata
from collections.abc import Iterable, Iterator

from appliance.errors import Problem
from appliance.records.benchmarks import PREFERENCE
from appliance.records.declare import Kind
from ingest.formats.text import SEPARATOR, TextMessage, is_plain

DISAGREE = "benchmarks disagree"
"""Set in a record with an array that prefers another benchmark than was named before it."""


def pieces(records: str) -> Iterator[tuple[int, str]]:
    """The records' texts, trimmed, and where each begins."""
    start = 0
    for piece in records.split(SEPARATOR):
        if text := piece.strip():
            yield start + piece.index(text[0]), text
        start += len(piece) + len(SEPARATOR)


def tokenise(message: TextMessage) -> list[dict[str, str]] | Problem:
    """The records as values by field name, with blanks around them at most."""
    found: list[dict[str, str]] | Problem | None = None
    if is_plain(message.records):
        found = _tokenise_plain(message)
    if found is None:
        found = _tokenise_closely(message)
    if isinstance(found, list) and ("_" in message.records or not message.records.isascii()):
        _write_numbers_plainly(message, found)
    return found


def _write_numbers_plainly(message: TextMessage, records: list[dict[str, str]]) -> None:
    """`1_000` as 1000 and other scripts' digits as ours: the reference takes them so."""
    names = [f.wire for f in message.kind.fields if f.kind is not Kind.TEXT]
    for record in records:
        for name in names:
            value = record.get(name, "")
            if "_" in value or not value.isascii():
                plainly = _plain_array if name in message.form.arrays else _plain_number
                record[name] = plainly(value)


def _plain_array(value: str) -> str:
    return re.sub(":([^,}]*)", lambda number: f":{_plain_number(number[1])}", value)


def _plain_number(value: str) -> str:
    try:
        float(value)
    except ValueError:
        return value
    return "".join(str(unicodedata.decimal(c, c)) for c in value if c != "_")


def _tokenise_plain(message: TextMessage) -> list[dict[str, str]] | None:
    """The same, four times as fast; None where anything needs a closer look."""
    names = frozenset(f.wire for f in message.kind.fields) | message.form.ignored
    repeats = not message.form.arrays
    type_name = _type_name(message)
    found = []
    for piece in message.records.split(SEPARATOR):
        lines = piece.strip(" \n").split("\n")
        try:
            record = dict([line.split(":", 1) for line in lines])  # quicker so
        except ValueError:  # a line without a colon, or an empty piece
            if lines == [""]:
                continue
            return None
        if not record.keys() <= names or not (repeats or len(record) == len(lines)):
            return None
        if type_name in record and _disagree(message, record.items()):
            record[DISAGREE] = "1"
        found.append(record)
    return found


def _type_name(message: TextMessage) -> str:
    """The field that may name the benchmark beside arrays; empty: there are none."""
    field = message.kind.benchmark
    return field.wire if field and message.form.arrays else ""


def _disagree(message: TextMessage, lines: Iterable[tuple[str, str]]) -> bool:
    """Whether an array prefers another benchmark than the line or array before it named."""
    named: str | None = None
    for name, value in lines:
        if name == _type_name(message):
            named = value.strip()
        elif name in message.form.arrays:
            preferred = _preferred(value.strip())
            if named is not None and preferred and preferred != named:
                return True
            named = preferred
    return False


def _tokenise_closely(message: TextMessage) -> list[dict[str, str]] | Problem:
    names = frozenset(f.wire for f in message.kind.fields)
    found = []
    for number, (_, piece) in enumerate(pieces(message.records), 1):
        record: dict[str, str] = {}
        named: list[tuple[str, str]] = []
        for line in piece.splitlines():
            name, colon, value = line.partition(":")
            name = name.strip()
            if not colon:
                return _at(message, number, line, "SYN", "a line without a colon")
            if name in names:
                if name in message.form.arrays:
                    value = " ".join(value.split())
                    if name in record and not _preferred(record[name]):
                        value = record[name]  # a malformed one is not mended by another
                record[name] = value.strip()
                named.append((name, record[name]))
            elif name not in message.form.ignored:
                return _at(message, number, line, "FLD", f"there is no field {name[:60]!r}")
        if message.form.arrays and _disagree(message, named):
            record[DISAGREE] = "1"
        found.append(record)
    return found


def _preferred(array: str) -> str:
    """The benchmark that an array is accounted by, in lower case; empty: malformed, or none."""
    pairs = [part.split(":") for part in array.strip("{}").split(",")]
    try:
        levels = {name.strip(): float(number) for name, number in pairs}
    except ValueError:
        return ""
    if len(levels) < len(pairs) or not all(map(math.isfinite, levels.values())):
        return ""
    types = {name.lower() for name in levels}
    return next((low for low in map(str.lower, PREFERENCE) if low in types), "")


def _at(message: TextMessage, number: int, line: str, code: str, reason: str) -> Problem:
    return Problem(code, reason, record=number, line=line_of(message, number, line))


def line_of(message: TextMessage, number: int, wanted: str) -> int:
    """The line, from 1 for the header, at which a record's line or field stands.

    Args:
        message: The message that holds it.
        number: The record, from 1.
        wanted: A whole line, or a field's name; not there: the record's first line.
    """
    start, piece = list(pieces(message.records))[number - 1]
    before = len(f"{message.records[:start]}x".splitlines()) + 1
    lines = piece.splitlines()
    for offset in range(len(lines) - 1, -1, -1):
        if lines[offset] == wanted or lines[offset].partition(":")[0].strip() == wanted:
            return before + offset
    return before
