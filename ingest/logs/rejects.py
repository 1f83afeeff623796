"""Lines of logs that failed: shown, judged again, dropped, by the number of their message."""

from collections.abc import Iterable

from duckdb import DuckDBPyConnection

from appliance.repository import Loaded, LogPiece
from appliance.store import Store
from ingest.logs.again import piece_of
from ingest.logs.intake import LogIntake
from ingest.rejects import raw

_SHOWN = 200
"""Lines of a piece that people are shown."""


def held(store: Store) -> set[int]:
    """The messages some of whose lines failed."""
    with store.cursor() as cursor:
        rows = cursor.execute("SELECT DISTINCT message_id FROM store.rejected_lines").fetchall()
    return {number for (number,) in rows}


def readable(cursor: DuckDBPyConnection, message_id: int) -> tuple[str, list[str]] | None:
    """A piece of a log for people; None: the message is no piece of a log.

    Returns:
        Its lines that failed, else its first lines; and why lines failed.
    """
    if not cursor.execute(
        "SELECT 1 FROM store.log_files WHERE message_id = ?", [message_id]
    ).fetchall():
        return None
    rows = cursor.execute(
        "SELECT line, code, reason, text FROM rejected_lines WHERE message_id = ? "
        f"ORDER BY line LIMIT {_SHOWN}",
        [message_id],
    ).fetchall()
    if rows:
        problems = [f"line {line}: {code}: {reason}" for line, code, reason, _ in rows]
        pairs = zip(problems, rows, strict=True)
        return "\n".join(f"{problem}\n    {row[3]}" for problem, row in pairs), problems
    first = raw(cursor, message_id).split(b"\n", _SHOWN)[:_SHOWN]
    return b"\n".join(first).decode(errors="backslashreplace"), []


def retry(store: Store, intake: LogIntake, message_ids: Iterable[int]) -> Loaded:
    """Judge the lines that failed again, by today's program and today's date."""
    loaded = Loaded()
    for number in sorted(message_ids):
        with store.cursor() as cursor:
            piece = _only_failed(cursor, number)
        loaded += intake.retake(number, piece)
    return loaded


def drop(store: Store, message_ids: Iterable[int]) -> int:
    """Forget lines that failed; how many there were. The text of their messages stays."""
    with store.transaction() as cursor:
        gone = cursor.execute(
            "DELETE FROM store.rejected_lines WHERE message_id IN (SELECT unnest($1::BIGINT[]))",
            [sorted(message_ids)],
        ).fetchall()
    return int(gone[0][0])


def _only_failed(cursor: DuckDBPyConnection, number: int) -> LogPiece:
    """A piece with its failed lines alone, each where it stood: the others are blank."""
    failed = cursor.execute(
        "SELECT line, content FROM store.rejected_lines WHERE message_id = ? ORDER BY line",
        [number],
    ).fetchall()
    body, at_line = bytearray(), 1
    for line, content in failed:
        body += b"\n" * (line - at_line) + content
        at_line = line + content.count(b"\n")
    return piece_of(cursor, number, bytes(body))
