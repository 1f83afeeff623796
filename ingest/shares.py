"""How the work on a batch is shared out: parts for the workers, of a size that they do at once."""

from collections.abc import Sequence

from ingest.item import Item, compress
from ingest.messages import Texts

WORKERS = 2
_CHUNK_BYTES = 28_000_000
"""What a worker stages at once at most, so that it stays in the processor's reach. However small
the messages, each chunk costs 15 ms of parsing and planning."""
_FEW_BYTES = 2_000_000
"""Not worth a second worker."""
_TEXTS, _TEXTS_BYTES = 200, 8_000_000
"""Texts that are compressed, and written by one statement, at once."""


def shares(items: Sequence[Item]) -> list[list[Item]]:
    """The items in equal shares, as many for each worker; those of a record type together."""
    alike = sorted(items, key=lambda item: item.message.kind.name if item.message else "")
    bytes_ = sum(len(item.envelope.body) for item in items)
    if bytes_ <= _FEW_BYTES:
        return [alike] if alike else []
    turns = -(-bytes_ // (WORKERS * _CHUNK_BYTES))
    return _cut(alike, -(-bytes_ // (WORKERS * turns)), len(items))


def texts(items: Sequence[Item]) -> list[list[Item]]:
    """The items whose texts are kept, as many together as one statement writes."""
    return _cut([item for item in items if item.kept is not None], _TEXTS_BYTES, _TEXTS)


def packed(items: Sequence[Item]) -> Texts:
    """What is kept of messages, compressed."""
    return [(item.number, compress(item.kept)) for item in items if item.kept is not None]


def _cut(items: Sequence[Item], bytes_: int, number: int) -> list[list[Item]]:
    """Consecutive items in parts that are full with so many bytes, or items."""
    parts: list[list[Item]] = []
    room = 0
    for item in items:
        if room <= 0 or len(parts[-1]) == number:
            parts.append([])
            room = bytes_
        parts[-1].append(item)
        room -= len(item.envelope.body)
    return parts
