"""The lines of a piece, as text for the database and byte for byte for the rejects."""

from collections.abc import Mapping
from dataclasses import dataclass, field

LONGEST = 1_000_000
"""Bytes of a line. No batch system writes such; a foreign file may be one line."""
_NOT_TEXT = "\0"
"""Stands for a line that is no text: see `outcomes.UNREAD`."""


@dataclass(frozen=True, slots=True)
class Lines:
    """A piece as the database reads it: its lines, parted by line feeds."""

    text: str
    odd: Mapping[int, bytes] = field(default_factory=dict)
    """Lines that `text` does not have as they were, by their number from 1."""
    continued: int = 0
    """Lines that go on with the one before them: one record, and one line of `text`."""


def read(body: bytes) -> Lines:
    """Take a piece apart, if need be line by line: an undecodable byte costs its line alone."""
    body = body.removesuffix(b"\n")
    if b"\r" in body:  # to look for it costs a hundredth of what the database takes to remove it
        body = body.replace(b"\r\n", b"\n").removesuffix(b"\r")
    if b"\0" not in body:
        try:
            return Lines(body.decode())
        except UnicodeDecodeError:
            pass
    odd: dict[int, bytes] = {}
    texts = []
    for number, line in enumerate(body.split(b"\n"), 1):
        text = _text_of(line)
        if text is None:
            odd[number] = line
        texts.append(_NOT_TEXT if text is None else text)
    return Lines("\n".join(texts), odd)


def _text_of(line: bytes) -> str | None:
    if b"\0" in line or len(line) > LONGEST:
        return None
    try:
        return line.decode()
    except UnicodeDecodeError:
        return None
