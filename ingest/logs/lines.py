"""The lines of a piece, as the database gets them and byte for byte for the rejects."""

from collections.abc import Mapping
from dataclasses import dataclass, field

LONGEST = 1_000_000
"""Bytes of a line. No batch system writes such; a foreign file may be one line."""
HEAD_BYTES, _HEAD_LINES = 1 << 16, 20
"""What of a file is shown to its format."""
_NOT_TEXT = b"\0"
"""Stands for a line that is no text: see `outcomes.UNREAD`."""


@dataclass(frozen=True, slots=True)
class Lines:
    """A piece as the database reads it."""

    content: bytes
    """Its lines, UTF-8, each with its line feed; the last may lack it."""
    odd: Mapping[int, bytes] = field(default_factory=dict)
    """Lines that `content` does not have as they were, by their number from 1."""
    continued: int = 0
    """Lines that go on with the one before them: one record, and one line of `content`."""


def read(body: bytes) -> Lines:
    """Take a piece apart, if need be line by line: an undecodable byte costs its line alone."""
    if b"\r" in body:  # to look for it costs a hundredth of what the database takes to remove it
        body = body.replace(b"\r\n", b"\n").removesuffix(b"\r")
    if b"\0" not in body and _is_text(body):
        return Lines(body)
    odd = {}
    lines = body.removesuffix(b"\n").split(b"\n")
    for at, line in enumerate(lines):
        if b"\0" in line or len(line) > LONGEST or not _is_text(line):
            odd[at + 1], lines[at] = line, _NOT_TEXT
    return Lines(b"\n".join(lines) + b"\n", odd)


def head(body: bytes, most_bytes: int = HEAD_BYTES) -> list[str]:
    """The first lines, for a format to look at."""
    return body[:most_bytes].decode(errors="replace").split("\n")[:_HEAD_LINES]


def _is_text(content: bytes) -> bool:
    if content.isascii():  # takes a tenth of what decoding does
        return True
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True
