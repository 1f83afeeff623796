"""Reading ARC's accounting database while ARC may be writing it: nothing of it is changed."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

from appliance.errors import AcctError, UsageError
from appliance.resources import text

_MAIN_FQAN = (
    "(SELECT max(AttrValue) FROM AuthTokenAttributes t "
    "WHERE t.RecordID = a.RecordID AND AttrKey = 'mainfqan')"
)
_BENCHMARK = (
    "(SELECT max(InfoValue) FROM JobExtraInfo i "
    "WHERE i.RecordID = a.RecordID AND InfoKey = 'benchmark')"
)
_PATIENCE_S = 30.0
_ESCAPED = re.compile(r"%(25|27|23|0[8AD]|00)", re.IGNORECASE)
"""A-REX writes these characters of a text, and the percent sign, by their number."""

Row = dict[str, Any]


class ArcDatabase:
    """An `accounting.db`, open for reading, seen as it was when it was opened."""

    def __init__(self, file: Path) -> None:
        """Open the file.

        Raises:
            UsageError: It is not there, or is no accounting database of ARC.
            AcctError: It cannot be read now.
        """
        self.file = file
        if not file.is_file():
            raise UsageError(f"no file {file}", hint="ARC has it in CONTROLDIR/accounting/")
        self._connection = _connect(file)
        columns = {name for _, name, *_ in self._rows("PRAGMA table_info(AAR)")}
        if not {"StatusID", "UsedWalltime"} <= columns:
            self._connection.close()
            raise UsageError(f"{file} is no accounting database of ARC 6.4 or later")
        self._second_form = "BenchmarkID" in columns

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def unfinished(self) -> int:
        """How many jobs are neither completed nor failed."""
        sql = (
            "SELECT count(*) FROM AAR WHERE StatusID NOT IN "
            "(SELECT ID FROM Status WHERE lower(Name) IN ('completed', 'failed'))"
        )
        [[number]] = self._rows(sql)
        return int(number)

    def finished(self, at_once: int) -> Iterator[list[Row]]:
        """The jobs that ended, the earliest first, in lists of at most so many."""
        with closing(self._connection.cursor()) as cursor, _said(self.file):
            cursor.execute(self._statement())
            names = [name for name, *_ in cursor.description]
            while rows := cursor.fetchmany(at_once):
                yield [
                    {name: _plain(value) for name, value in zip(names, row, strict=True)}
                    for row in rows
                ]

    def _statement(self) -> str:
        if not self._second_form:
            given = {"fqan": _MAIN_FQAN, "benchmark": _BENCHMARK, "joins": ""}
        else:
            given = {
                "fqan": f"coalesce(nullif(f.Name, ''), {_MAIN_FQAN})",
                "benchmark": f"coalesce(nullif(b.Name, ''), {_BENCHMARK})",
                "joins": "LEFT JOIN FQANs f ON f.ID = a.FQANID "
                "LEFT JOIN Benchmarks b ON b.ID = a.BenchmarkID",
            }
        return text("ingest", "arc/jobs.sql").format(**given)

    def _rows(self, sql: str) -> list[tuple[Any, ...]]:
        with _said(self.file):
            return self._connection.execute(sql).fetchall()


class _said:  # noqa: N801 # a context manager
    """SQLite's errors as ours."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, sqlite3.OperationalError) and "no such" not in str(error):
            raise AcctError(
                f"cannot read {self._file}: {error}",
                hint="run it as a user that may write beside it, or on a copy with its -wal",
            ) from None
        if isinstance(error, sqlite3.Error):
            raise UsageError(
                f"{self._file} is no accounting database that is known: {error}"
            ) from None


def _connect(file: Path) -> sqlite3.Connection:
    """Read-only; where SQLite's own files cannot be made beside it and none is needed, without."""
    name = f"file:{quote(str(file.absolute()))}?mode=ro"
    with _said(file):
        connection = _opened(name)
        try:
            connection.execute("SELECT count(*) FROM sqlite_master")
        except sqlite3.OperationalError:
            connection.close()
            log = file.with_name(f"{file.name}-wal")
            if log.exists() and log.stat().st_size:
                raise
            connection = _opened(f"{name}&immutable=1")
            connection.execute("SELECT count(*) FROM sqlite_master")
    return connection


def _opened(name: str) -> sqlite3.Connection:
    connection = sqlite3.connect(name, uri=True, timeout=_PATIENCE_S, isolation_level=None)
    connection.text_factory = lambda content: content.decode(errors="backslashreplace")
    return connection


def _plain(value: object) -> object:
    if not isinstance(value, str) or "%" not in value:
        return value
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), value)
