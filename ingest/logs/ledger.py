"""How far log files were read, in the store: see `appliance.repository.Reach`."""

from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import datetime

from duckdb import DuckDBPyConnection

from appliance.repository import LogPiece, Reach

Whose = tuple[str, str, str]
"""Format, site and machine: another one reads the same file anew."""
Step = tuple[str, Reach]
"""The mark of a reach, and the one that takes its place; no mark: one more."""

_SAID = [declared.name for declared in fields(Reach)]
_COLUMNS = ("mark", "format", "site", "machine_name", *_SAID)
_WHOSE = "format = $1 AND site = $2 AND machine_name = $3"


def whose(like: LogPiece) -> Whose:
    """Whose files these are."""
    return like.format, like.site, like.machine_name


def reaches(cursor: DuckDBPyConnection, at: Whose, heads: Iterable[str]) -> list[Reach]:
    """Those of files with any of these heads."""
    rows = cursor.execute(
        f"SELECT {', '.join(_SAID)} FROM store.log_reaches WHERE {_WHOSE} "
        "AND head IN (SELECT unnest($4::VARCHAR[]))",
        [*at, list(heads)],
    ).fetchall()
    return [Reach(*row) for row in rows]


def write(cursor: DuckDBPyConnection, at: Whose, steps: Sequence[Step]) -> None:
    """Note steps in their order, in the caller's transaction; what is noted already stays once."""
    for mark, reach in steps:
        gone = [found for found in (mark, reach.mark) if found]
        cursor.execute(
            f"DELETE FROM store.log_reaches WHERE {_WHOSE} "
            "AND mark IN (SELECT unnest($4::VARCHAR[]))",
            [*at, gone],
        )
        values = [reach.mark, *at, *(getattr(reach, name) for name in _SAID)]
        cursor.execute(
            f"INSERT INTO store.log_reaches ({', '.join(_COLUMNS)}) "
            f"VALUES ({', '.join('?' * len(values))})",
            values,
        )


_ASKED = f"{_WHOSE} AND cluster = $4"


def collected(cursor: DuckDBPyConnection, at: tuple[str, str, str, str]) -> datetime | None:
    """Until when a cluster was asked for its jobs, UTC; None: it never was."""
    asked = f"SELECT max(until) FROM store.log_collected WHERE {_ASKED}"
    [(found,)] = cursor.execute(asked, list(at)).fetchall()
    return found if isinstance(found, datetime) else None


def note_collected(
    cursor: DuckDBPyConnection, at: tuple[str, str, str, str], until: datetime
) -> None:
    """A cluster was asked until then; what was asked for again changes nothing."""
    latest = max(until, collected(cursor, at) or until)
    cursor.execute(f"DELETE FROM store.log_collected WHERE {_ASKED}", list(at))
    cursor.execute("INSERT INTO store.log_collected VALUES (?, ?, ?, ?, ?)", [*at, latest])
