"""How far log files were read, and until when batch systems were asked: in the store.

See `appliance.repository.Reach`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import datetime

from duckdb import DuckDBPyConnection

from appliance.repository import LogPiece, Reach

Step = tuple[str, Reach]
"""The mark of a reach, and the one that takes its place; no mark: one more."""

_SAID = [declared.name for declared in fields(Reach)]


def reaches(cursor: DuckDBPyConnection, reading: str, heads: Iterable[str]) -> list[Reach]:
    """Those of files with any of these heads, read in this way."""
    rows = cursor.execute(
        f"SELECT {', '.join(_SAID)} FROM store.log_reaches WHERE reading = $1 "
        "AND head IN (SELECT unnest($2::VARCHAR[]))",
        [reading, list(heads)],
    ).fetchall()
    return [Reach(*row) for row in rows]


def write(cursor: DuckDBPyConnection, reading: str, steps: Sequence[Step]) -> None:
    """Note steps in their order, in the caller's transaction; what is noted already stays once."""
    for mark, reach in steps:
        cursor.execute(
            "DELETE FROM store.log_reaches WHERE reading = $1 AND mark IN ($2, $3)",
            [reading, mark, reach.mark],
        )
        values = [reach.mark, reading, *(getattr(reach, name) for name in _SAID)]
        cursor.execute(
            f"INSERT INTO store.log_reaches (mark, reading, {', '.join(_SAID)}) "
            f"VALUES ({', '.join('?' * len(values))})",
            values,
        )


def write_reaches(cursor: DuckDBPyConnection, pieces: Iterable[LogPiece]) -> None:
    """How far files, and batch systems, are read with these pieces, in their rows' transaction."""
    for piece in pieces:
        if piece.reach:
            write(cursor, piece.reading, [(piece.replaces, piece.reach)])
        if piece.collected:
            note_collected(cursor, piece.collected.asked, piece.collected.until)


def collected(cursor: DuckDBPyConnection, asked: str) -> datetime | None:
    """Until when a batch system was asked for its jobs, UTC; None: it never was."""
    query = "SELECT max(until) FROM store.log_collected WHERE asked = ?"
    [(found,)] = cursor.execute(query, [asked]).fetchall()
    return found if isinstance(found, datetime) else None


def note_collected(cursor: DuckDBPyConnection, asked: str, until: datetime) -> None:
    """It was asked until then; what was asked for again changes nothing."""
    latest = max(until, collected(cursor, asked) or until)
    cursor.execute("DELETE FROM store.log_collected WHERE asked = ?", [asked])
    cursor.execute("INSERT INTO store.log_collected VALUES (?, ?)", [asked, latest])
