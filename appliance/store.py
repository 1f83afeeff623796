"""The store: one DuckDB file, opened by one process for writing or by several for reading.

What runs inside it can reach no other file: the database is closed to the outside but for
`work/`, where exports are written and logs are staged, before the first question is asked.
"""

import contextlib
import os
import re
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

import duckdb
from duckdb import DuckDBPyConnection

from appliance import tables
from appliance.config import Config
from appliance.errors import AcctError, UsageError, first_line
from appliance.migrate import migrate
from appliance.resources import names, text

OURS = (
    duckdb.IOException,
    duckdb.OutOfMemoryException,
    duckdb.FatalException,
    duckdb.InternalException,
    duckdb.InterruptException,
    duckdb.ConnectionException,
)
"""Faults of the machine or the file, not of what was asked or sent."""

_FAREWELL_S = 10.0
"""How long questions under way may take to notice that they are stopped."""

_TIDIED_AT_ONCE = 2
"""Times that a checkpoint, in each table, makes whole row groups of some that are not full, or have
rows that are gone. Each takes up to half a second, for which whoever commits waits. After 1 M lines
of Grid Engine in two transactions, the library's 100 took 0.4 s of 3.7, and left a larger file."""
_SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "preserve_insertion_order": False,
    "max_vacuum_tasks": _TIDIED_AT_ONCE,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
    "python_enable_replacements": False,
}
_OF_BULK: dict[str, str | int] = {"max_vacuum_tasks": 0, "checkpoint_threshold": "16KB"}
"""Where much is brought in. A transaction larger than the threshold goes to the file at once, not
through the log: of 1 M lines whose texts are 24 MB that takes 0.07 s less. By the library's
estimate, which does not look into texts, these are but some hundred kB."""


class InUseError(AcctError):
    """Another process has the file open."""


class TooLargeError(AcctError):
    """Too much was wanted at once."""


class Store:
    """The open database. Threads share it: each call takes a cursor of its own.

    Writers hold `writing` for the length of their transaction; readers need nothing.
    """

    def __init__(self, connection: DuckDBPyConnection, config: Config, *, read_only: bool) -> None:
        self._connection = connection
        self.config = config
        self.read_only = read_only
        self.writing = threading.RLock()
        self.broken = ""
        """Why the file has to be opened again before anything works; empty: it works."""
        self._open: set[DuckDBPyConnection] = set()
        self._changed = threading.Condition()

    @classmethod
    def open(cls, config: Config, *, read_only: bool = False, bulk: bool = False) -> Self:
        """Open the file of this configuration; made if it is not there.

        Args:
            config: Says where it is.
            read_only: Several processes may.
            bulk: Much is brought in: the file is tidied by whoever opens it next.

        Raises:
            UsageError: There is no data directory.
            InUseError: Another process has it open.
            AcctError: The file is damaged, or newer than this program.
        """
        if not config.data.is_dir():
            raise UsageError(f"no directory {config.data}", hint="acct init makes it")
        read_only = read_only and config.store.exists()
        if not read_only:
            os.umask(os.umask(0o027) | 0o027)  # what we keep says who did what
        connection = _connect(config, read_only=read_only, bulk=bulk)
        try:
            if not read_only:
                migrate(connection)
                _empty(config.work)
            elif not _current(connection):
                connection.close()
                return cls.open(config)  # this program's form first, which takes writing
            if not read_only:
                _stage(connection)
            _lock_down(connection, config.work)
        except BaseException:
            connection.close()
            raise
        return cls(connection, config, read_only=read_only)

    @contextmanager
    def cursor(self) -> Iterator[DuckDBPyConnection]:
        """A connection of the caller's own; a transaction left open ends with it.

        Raises:
            AcctError: The machine or the file failed. What was asked wrongly stays DuckDB's error.
        """
        cursor = self._connection.cursor()
        with self._changed:
            self._open.add(cursor)
        try:
            yield cursor
        except OURS as error:
            raise self._fault(error) from error
        finally:
            cursor.close()
            with self._changed:
                self._open.discard(cursor)
                self._changed.notify_all()

    def _fault(self, error: duckdb.Error) -> AcctError:
        reason = first_line(error)
        if isinstance(error, duckdb.OutOfMemoryException):
            return TooLargeError(f"too large for the memory: {reason}",
                                hint="service.memory_limit allows more")  # fmt: skip
        if isinstance(error, duckdb.FatalException | duckdb.InternalException):
            self.broken = reason
        hint = "see that its disk has room; what came in stays where it is"
        return AcctError(f"the store {self.config.store} failed: {reason}", hint=hint)

    @contextmanager
    def transaction(self) -> Iterator[DuckDBPyConnection]:
        """A cursor inside a write transaction: all of it is committed, or none.

        Raises:
            AcctError: It cannot be committed, such as on a full disk.
        """
        with self.writing, self.cursor() as cursor:
            cursor.execute("BEGIN")
            try:
                yield cursor
            except BaseException:
                with contextlib.suppress(duckdb.Error):  # the first error is the one to tell
                    cursor.execute("ROLLBACK")
                raise
            try:
                cursor.execute("COMMIT")
            except duckdb.Error as error:  # nothing of it is in the file
                raise self._fault(error) from error

    def interrupt(self) -> None:
        """Stop all that is being asked or written now: nothing of it stays half done."""
        with self._changed:
            for cursor in self._open:
                cursor.interrupt()

    def close(self) -> None:
        """Stop what is being asked, write all to the file and let go of it."""
        until = time.monotonic() + _FAREWELL_S
        while self._open and time.monotonic() < until:
            self.interrupt()
            with self._changed:
                self._changed.wait(0.05)
        self._connection.close()


def now() -> datetime:
    """The time, UTC, in whole seconds, as the store keeps times: without a zone."""
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)


def _connect(config: Config, *, read_only: bool, bulk: bool) -> DuckDBPyConnection:
    settings = (
        _SETTINGS
        | (_OF_BULK if bulk else {})
        | {
            "memory_limit": config.service.memory_limit,
            "temp_directory": str(config.work / "spill"),
        }
    )
    try:
        return duckdb.connect(str(config.store), read_only=read_only, config=settings)
    except duckdb.Error as error:
        if "lock on file" in str(error):
            raise _in_use(config.store, error) from None
        raise _unusable(config.store, error) from None


def _in_use(file: Path, error: duckdb.Error) -> AcctError:
    holder = re.search(r"PID (\d+)", str(error))
    who = f"process {holder[1]}" if holder else "another process"
    return InUseError(
        f"{file} is in use by {who}",
        hint="wait for it, or start the service (acct run): then many can ask at once",
    )


def _unusable(file: Path, error: duckdb.Error) -> AcctError:
    reason = first_line(error)
    if "memory_limit" in reason or "memory limit" in reason:
        return UsageError(f"service.memory_limit: {reason}", hint="a number and a unit, 512MB")
    return AcctError(
        f"cannot open {file}: {reason}",
        hint="check that it is readable and not damaged; acct restore brings back a copy",
    )


def _current(connection: DuckDBPyConnection) -> bool:
    """Whether a file opened for reading has this program's tables."""
    try:
        rows = connection.execute("SELECT applied, digest FROM store.program").fetchall()
    except duckdb.CatalogException:
        return False
    return rows == [(len(names("appliance", "migrations", ".sql")), tables.digest())]


def _stage(connection: DuckDBPyConnection) -> None:
    """The staging area: in memory, shared by this process's threads."""
    connection.execute("ATTACH ':memory:' AS stage")
    connection.execute(text("ingest", "sql/macros.sql"))


def _lock_down(connection: DuckDBPyConnection, work: Path) -> None:
    folder = str(work).replace("'", "''")
    connection.execute(f"SET allowed_directories = ['{folder}']")
    connection.execute("LOAD icu")  # part of the library; without it there are no time zones
    connection.execute("SET GLOBAL TimeZone = 'UTC'")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


def _empty(work: Path) -> None:
    """A fresh work directory: what a crash left there was only ever a copy."""
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(mode=0o700, exist_ok=True)
    work.chmod(0o700)
