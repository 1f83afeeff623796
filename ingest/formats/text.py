"""APEL text messages: a header line, then records of `Key: value` lines cut by `%%`.

Most messages are uniform: every record has the same fields in the same order, and the text holds
no white space but blanks and line feeds. The store splits those by position, column-wise. All
others are read record by record here and handed on in the one layout that has every field.
Source: APEL 2.5.0, message loader and record parsers.
"""

import math
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from appliance.errors import Problem
from appliance.records.benchmarks import PREFERENCE
from appliance.records.catalogue import by_header
from appliance.records.declare import Kind, RecordType, WireForm

SEPARATOR = "%%"
ABSENT = "%%%"
"""Stands for a field that a record does not have: no value holds a separator."""
TYPE_FIRST = "ServiceLevelType first"
"""Set in a record whose type stands before the array that it must agree with."""

# Besides blank and line feed: every character that the reference trims or cuts lines at.
_ODD = "\t\r\x0b\x0c\x1c\x1d\x1e\x1f"
_ODD_BEYOND_ASCII = (
    "\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)


@dataclass(frozen=True, slots=True)
class TextMessage:
    """A message whose header is known: its records' text and what they are."""

    kind: RecordType
    form: WireForm
    records: str
    """Everything after the header line, without the separator and white space at the end."""


def recognise(text: str) -> TextMessage | Problem:
    """What kind of message a text is, by its header line."""
    text = text.strip()
    header, _, records = text.partition("\n")
    if len(lines := header.splitlines(keepends=True)) > 1:
        header, records = lines[0].strip(), text[len(lines[0]) :]
    found = by_header(header)
    if found is None:
        return Problem("HDR", _header_fault(header), line=1)
    return TextMessage(*found, _without_end(records))


def _without_end(records: str) -> str:
    """The records without a last separator on its own line: nearly every sender writes one."""
    ended = records.endswith(f"\n{SEPARATOR}")
    return records[: -len(SEPARATOR) - 1] if ended else records


def _header_fault(header: str) -> str:
    if not header:
        return "the message is empty"
    if header.startswith("<"):
        return "XML, of a kind that this program does not know"
    return f"the header {header[:80]!r} announces nothing that this program knows"


@dataclass(frozen=True, slots=True)
class Layout:
    """How every record of a uniform message looks."""

    names: tuple[str, ...]
    """The fields in order."""
    exact: bool
    """One blank after each colon and none at the ends: values need no trimming."""


def layout_of(message: TextMessage) -> Layout | None:
    """How the records look, if they all seem to look like the first.

    Only a sample is read: whoever splits by position must still find every name in its place.
    None: not uniform, or not plain enough to be split without a closer look.
    """
    text = message.records
    first, last = text[: text.find(SEPARATOR)], text[text.rfind(SEPARATOR) + len(SEPARATOR) :]
    if SEPARATOR not in text:
        first = last = text
    names = _names(first)
    if not _plain(text) or not all(_known(message, name) for name in names):
        return None
    cuts, odd = divmod(text.count("%"), len(SEPARATOR))
    lines = (cuts + 1) * (len(names) + 1) - 1
    if (
        odd
        or text.count("\n") + 1 != lines
        or _names(last) != names
        or len(set(names)) < len(names)
    ):
        return None
    exact = ":  " not in first and " \n" not in first and first.count(": ") >= len(names)
    return Layout(names, exact)


def _plain(text: str) -> bool:
    odd = _ODD if text.isascii() else _ODD + _ODD_BEYOND_ASCII
    return not any(character in text for character in odd)


def _names(record: str) -> tuple[str, ...]:
    lines = record.strip("\n").split("\n")
    return tuple(line.partition(":")[0] if ":" in line else "" for line in lines)


def _known(message: TextMessage, name: str) -> bool:
    return name in message.form.ignored or any(f.wire == name for f in message.kind.fields)


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
    if _plain(message.records):
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
                record[name] = _plain_number(value)


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
        if not repeats:
            _note_order(record)
        found.append(record)
    return found


def _note_order(record: dict[str, str]) -> None:
    """Whether the type was named before the array: then the array must agree with it."""
    if "ServiceLevelType" in record and "ServiceLevel" in record:
        order = list(record)
        if order.index("ServiceLevelType") < order.index("ServiceLevel"):
            record[TYPE_FIRST] = "1"


def _tokenise_closely(message: TextMessage) -> list[dict[str, str]] | Problem:
    names = frozenset(f.wire for f in message.kind.fields)
    found = []
    for number, (_, piece) in enumerate(pieces(message.records), 1):
        record: dict[str, str] = {}
        for line in piece.splitlines():
            name, colon, value = line.partition(":")
            name = name.strip()
            if not colon:
                return _at(message, number, line, "SYN", "a line without a colon")
            if name in names:
                value = _array(value, record, name) if name in message.form.arrays else value
                record[name] = value.strip()
            elif name not in message.form.ignored:
                return _at(message, number, line, "FLD", f"there is no field {name[:60]!r}")
        if message.form.arrays:
            _note_order(record)
        found.append(record)
    return found


def _array(value: str, record: dict[str, str], name: str) -> str:
    """An array's text with plain blanks; of two that do not go together, both.

    A second array replaces the first if both prefer the same benchmark: joined as below they are
    malformed, and so refused.
    """
    value = " ".join(value.split())
    if name in record:
        before = _preferred(record[name])
        if not before or before != _preferred(value):
            return f"{record[name]} : {value}"
    return value


def _preferred(array: str) -> str:
    """The benchmark that an array is accounted by; empty if it is malformed or knows none."""
    pairs = [part.split(":") for part in array.strip("{}").split(",")]
    try:
        levels = {name.strip(): float(number) for name, number in pairs}
    except ValueError:
        return ""
    if len(levels) < len(pairs) or not all(map(math.isfinite, levels.values())):
        return ""
    types = {name.lower() for name in levels}
    return next((name for name in PREFERENCE if name.lower() in types), "")


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
