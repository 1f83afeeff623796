"""Rejects: messages that were refused, kept whole with all that a retry needs."""

from collections.abc import Iterable
from functools import partial

from duckdb import DuckDBPyConnection

from appliance.errors import UsageError
from appliance.store import Store
from ingest.envelope import Envelope
from ingest.item import REJECTED, Item, expand
from ingest.pipeline import Pipeline
from ingest.security.open import text_of

_AT_ONCE = 200


def raw(cursor: DuckDBPyConnection, message_id: int) -> bytes:
    """A message's bytes: exactly as received if it was refused, as verified if accepted.

    Raises:
        UsageError: They are not kept: a duplicate's are those of the first.
    """
    rows = cursor.execute(
        "SELECT content FROM store.raw_texts WHERE message_id = ?", [message_id]
    ).fetchall()
    if not rows:
        raise UsageError(f"no text of message {message_id} is kept")
    return expand(rows[0][0])


def readable(content: bytes, state: str) -> str:
    """The text for people: what the parser read, or what came if it never got so far."""
    try:
        if state != REJECTED:
            return text_of(content)
    except ValueError:
        pass
    return content.decode(errors="backslashreplace")


def retry(store: Store, pipeline: Pipeline, message_ids: Iterable[int]) -> list[Item]:
    """Judge rejects again by today's lists and program; none named: all.

    Raises:
        UsageError: A number that is no reject.
    """
    judged: list[Item] = []
    wanted = _chosen(store, list(message_ids))
    for start in range(0, len(wanted), _AT_ONCE):
        judged += pipeline.retake(partial(_envelopes, store, wanted[start : start + _AT_ONCE]))
    return judged


def for_want_of_trust(store: Store) -> list[int]:
    """Rejects that pass unaltered once an allow list or a revocation list is mended."""
    with store.cursor() as cursor:
        rows = cursor.execute(
            "SELECT message_id FROM store.messages WHERE state = 'rejected' "
            "AND (starts_with(error, 'DN:') OR starts_with(error, 'CRL:')) ORDER BY message_id"
        ).fetchall()
    return [number for (number,) in rows]


def drop(store: Store, message_ids: Iterable[int]) -> int:
    """Forget rejects for good, text and all; how many there were.

    Raises:
        UsageError: A number that is no reject.
    """
    chosen = _chosen(store, list(message_ids))
    with store.transaction() as cursor:
        gone = _still_rejected(cursor, chosen)
        for table in ("messages", "raw_texts"):
            cursor.execute(
                f"DELETE FROM store.{table} WHERE message_id IN (SELECT unnest($1::BIGINT[]))",
                [gone],
            )
    return len(gone)


def _chosen(store: Store, message_ids: list[int]) -> list[int]:
    with store.cursor() as cursor:
        rows = cursor.execute(
            "SELECT message_id FROM store.messages WHERE state = 'rejected' ORDER BY message_id"
        ).fetchall()
    rejected = [number for (number,) in rows]
    for number in sorted(set(message_ids) - set(rejected)):
        raise UsageError(f"message {number} is no reject", hint="acct rejects list shows them")
    return sorted(set(message_ids)) or rejected


def _still_rejected(cursor: DuckDBPyConnection, numbers: list[int]) -> list[int]:
    """Those that nobody has taken in or dropped since they were chosen."""
    rows = cursor.execute(
        "SELECT message_id FROM store.messages WHERE state = 'rejected' "
        "AND message_id IN (SELECT unnest($1::BIGINT[])) ORDER BY message_id",
        [numbers],
    ).fetchall()
    return [number for (number,) in rows]


def _envelopes(store: Store, numbers: list[int]) -> list[tuple[int, Envelope]]:
    with store.cursor() as cursor:
        return [(n, _envelope(cursor, n)) for n in _still_rejected(cursor, numbers)]


def _envelope(cursor: DuckDBPyConnection, number: int) -> Envelope:
    [row] = cursor.execute(
        "SELECT source, source_name, epoch(received_at), signature_required, "
        "coalesce(empaid, ''), coalesce(vouched_signer, ''), coalesce(kept_at, '') "
        "FROM store.messages WHERE message_id = ?",
        [number],
    ).fetchall()
    source, name, received_at, required, empaid, vouched, kept_at = row
    return Envelope(
        body=raw(cursor, number),
        source=source,
        source_name=name,
        received_at=received_at,
        require_signature=required,
        empaid=empaid,
        vouched_signer=vouched,
        kept_at=kept_at,
    )
