"""How far log files were read, and until when batch systems were asked: in the store.

See `appliance.repository.Reach`.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields
from datetime import datetime, timedelta

from duckdb import DuckDBPyConnection

from appliance.repository import LogPiece, Reach
from appliance.store import now

Step = tuple[str, Reach]
"""The mark of a reach, and the one that takes its place; no mark: one more."""

FORGOTTEN_AFTER = timedelta(days=90)
"""Since a file grew, or got its name: who brings a log back after that has it read anew."""

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
        values = [reach.mark, reading, now(), *(getattr(reach, name) for name in _SAID)]
        cursor.execute(
            f"INSERT INTO store.log_reaches (mark, reading, noted_at, {', '.join(_SAID)}) "
            f"VALUES ({', '.join('?' * len(values))})",
            values,
        )


def forget(cursor: DuckDBPyConnection, reading: str, is_gone: Callable[[str], bool]) -> int:
    """Forget files that were read long ago and are no more; how many reaches went.

    There is one for every file that ever was: of histories with a file a job, millions a year, all
    of them looked through for each new file. Should such a file come back, it is read anew: its
    records are known by their keys.
    """
    rows = cursor.execute(
        "SELECT mark, path FROM store.log_reaches WHERE reading = $1 AND noted_at < $2",
        [reading, now() - FORGOTTEN_AFTER],
    ).fetchall()
    marks = [mark for mark, path in rows if is_gone(path)]
    if marks:
        cursor.execute(
            "DELETE FROM store.log_reaches WHERE reading = $1 "
            "AND mark IN (SELECT unnest($2::VARCHAR[]))",
            [reading, marks],
        )
    return len(marks)


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
