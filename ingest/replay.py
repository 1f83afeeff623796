"""Replay: records made again from the texts of the messages that brought them.

Messages come in the order in which they were loaded, so that of equal keys the same one wins. They
were verified when they were accepted: certificates have expired since, and nobody asks again. A
batch is judged as of the latest loading in it: what was not in the future earlier is not later.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from duckdb import DuckDBPyConnection

from appliance.errors import AcctError, Problem, first_line
from appliance.repository import LogPiece
from appliance.resources import text
from appliance.store import Store, TooLargeError
from ingest.envelope import Envelope
from ingest.item import Item, expand
from ingest.logs.again import piece_of
from ingest.logs.intake import LogIntake
from ingest.pipeline import Pipeline

Progress = Callable[[int, int], None]
"""Told how many messages are done, of how many; whatever it raises stops the work."""

_PAGE, _MESSAGES, _BYTES = 20_000, 1000, 32 * 1024 * 1024
"""Messages asked for at once; messages and bytes of a batch."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A message that was accepted once, and why it is not now."""

    number: int
    error: str


@dataclass(frozen=True, slots=True)
class _Kept:
    """A message that was accepted."""

    turn: int
    number: int
    loaded_at: datetime
    size: int
    """Bytes, as it was received."""
    is_log: bool
    """A piece of a log: its lines stand each for itself."""


def check_texts(store: Store) -> int:
    """How many messages were accepted, if their texts are all kept.

    Raises:
        AcctError: Records would be lost: what brought them is not there.
    """
    with store.cursor() as cursor:
        [(accepted, lost, first)] = cursor.execute(text("ingest", "sql/lost_texts.sql")).fetchall()
    if lost:
        raise AcctError(
            f"the texts of {lost} accepted messages are not kept, the first is message {first}: "
            "their records cannot be made again",
            hint="nothing was changed; acct restore brings back a copy that has them",
        )
    return int(accepted)


def replay(store: Store, into: Pipeline, logs: LogIntake, progress: Progress) -> list[Refused]:
    """Load every accepted message of one store into another.

    Returns:
        Those that are refused now; they have loaded nothing.

    Raises:
        AcctError: The fault is ours (a full disk), or texts are not there.
    """
    total, done = check_texts(store), 0
    refused: list[Refused] = []
    for batch in _batches(store):
        with store.cursor() as cursor:
            items = _items(cursor, batch)
            pieces = _pieces(cursor, items) if batch[0].is_log else []
        at = max(kept.loaded_at for kept in batch)
        if pieces:
            logs.replay(pieces, at)
        else:
            refused += _load(into, items, at)
        done += len(batch)
        progress(done, total)
    return refused


def _load(into: Pipeline, items: list[Item], at: datetime) -> list[Refused]:
    """A batch; by halves where it is too large, or one of it cannot be loaded at all."""
    try:
        into.replay(items, at)
    except Exception as error:
        if isinstance(error, AcctError) and not isinstance(error, TooLargeError):
            raise
        if len(items) > 1:
            half = len(items) // 2
            parts = items[:half], items[half:]
            return [found for part in parts for found in _load(into, _afresh(part), at)]
        if isinstance(error, TooLargeError):
            raise
        items[0].refuse(Problem("DBR", f"the store refuses it: {first_line(error)}"))
    return [Refused(item.number, item.error) for item in items if item.error]


def _afresh(items: list[Item]) -> list[Item]:
    return [Item(item.number, item.envelope) for item in items]


def _batches(store: Store) -> Iterator[list[_Kept]]:
    """Numbers grow within a batch: there, of equal keys, the highest wins."""
    batch: list[_Kept] = []
    size = 0
    for kept in _accepted(store):
        full = len(batch) == _MESSAGES or size + kept.size > _BYTES
        other = batch and kept.is_log != batch[-1].is_log
        if batch and (full or other or kept.number < batch[-1].number):
            yield batch
            batch, size = [], 0
        batch.append(kept)
        size += kept.size
    if batch:
        yield batch


def _accepted(store: Store) -> Iterator[_Kept]:
    after = {"turn": -1, "number": -1}
    while True:
        with store.cursor() as cursor:
            given = {**after, "most": _PAGE}
            rows = cursor.execute(text("ingest", "sql/accepted.sql"), given).fetchall()
        if not rows:
            return
        yield from (_Kept(*row) for row in rows)
        after = {"turn": rows[-1][0], "number": rows[-1][1]}


def _items(cursor: DuckDBPyConnection, batch: list[_Kept]) -> list[Item]:
    numbers = [kept.number for kept in batch]
    rows = cursor.execute(
        "SELECT message_id, content FROM store.raw_texts WHERE message_id BETWEEN $1 AND $2 "
        "AND message_id IN (SELECT unnest($3::BIGINT[])) ORDER BY message_id",
        [numbers[0], numbers[-1], numbers],
    ).fetchall()
    return [Item(n, Envelope(expand(content), "", "", 0.0, False)) for n, content in rows]


def _pieces(cursor: DuckDBPyConnection, items: list[Item]) -> list[tuple[int, LogPiece]]:
    return [(item.number, piece_of(cursor, item.number, item.envelope.body)) for item in items]
