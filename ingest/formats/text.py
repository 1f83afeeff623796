"""APEL text messages: a header line, then records of `Key: value` lines cut by `%%`.

Most messages are uniform: every record has the same fields in the same order, and the text holds
no white space but blanks and line feeds. The store splits those by position, column-wise; all
others are read record by record (`tokens`).
Source: APEL 2.5.0, message loader and record parsers.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from appliance.errors import Problem
from appliance.records.catalogue import by_header
from appliance.records.declare import RecordType, WireForm
from ingest.formats.xmlmessage import XmlMessage, recognise_xml

SEPARATOR = "%%"
_SAMPLES, _SAMPLE = 5, 20_000
"""Records, and characters, that are looked at to guess how the others look."""

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


def recognise(text: str) -> TextMessage | XmlMessage | Problem:
    """What kind of message a text is: XML by its root, any other by its header line."""
    text = text.strip()
    if text.startswith("<"):
        return recognise_xml(text)
    header = text[: text.find("\n")] if "\n" in text else text
    begin = len(header) + 1
    if len(lines := header.splitlines(keepends=True)) > 1:
        header, begin = lines[0].strip(), len(lines[0])
    found = by_header(header)
    if found is None:
        return Problem("HDR", _header_fault(header), line=1)
    return TextMessage(*found, text[begin : _end(text, begin)])


def _end(text: str, begin: int) -> int:
    """Where the records end, before a last separator on its own line: nearly every sender
    writes one."""
    ended = text.endswith(f"\n{SEPARATOR}", begin)
    return len(text) - len(SEPARATOR) - 1 if ended else len(text)


def _header_fault(header: str) -> str:
    if not header:
        return "the message is empty"
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
    first, *others = _sample(text)
    names = _names(first)
    if any(_names(other) != names for other in others) or len(set(names)) < len(names):
        return None
    if not is_plain(text) or not all(_known(message, name) for name in names):
        return None
    if (text.count("\n") + 2) % (len(names) + 1):  # each record's lines, and a separator's
        return None
    exact = ":  " not in first and " \n" not in first and first.count(": ") >= len(names)
    return Layout(names, exact)


def _sample(text: str) -> Iterator[str]:
    """The first record and the last, and some between them."""
    cut = f"\n{SEPARATOR}\n"
    for part in range(_SAMPLES):
        before = text.rfind(cut, 0, len(text) * part // (_SAMPLES - 1))
        begin = before + len(cut) if before >= 0 else 0
        end = text.find(cut, begin)
        yield text[begin:end] if end >= 0 else text[begin:]


def is_plain(text: str) -> bool:
    """Whether a text holds no white space but blanks and line feeds."""
    odd = _ODD if text.isascii() else _ODD + _ODD_BEYOND_ASCII
    return not any(character in text for character in odd)


def is_simple(text: str) -> bool:
    """Whether its lines seem to be a name, `: ` and a value each that JSON can quote as it is.

    Of the lines only a sample is counted: whoever quotes them must still find out.
    """
    some = text[:_SAMPLE]
    lines = some.count("\n") + 1 - some.count(SEPARATOR)
    return '"' not in text and "\\" not in text and some.count(": ") in (lines, lines - 1)


def _names(record: str) -> tuple[str, ...]:
    lines = record.strip("\n").split("\n")
    return tuple(line.partition(":")[0] if ":" in line else "" for line in lines)


def _known(message: TextMessage, name: str) -> bool:
    return name in message.form.ignored or any(f.wire == name for f in message.kind.fields)
