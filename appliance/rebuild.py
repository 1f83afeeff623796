"""Rebuilding: all that is derived, made again from the kept texts of the messages.

It is made in a store of its own in the work directory, compared, and what differs is put in place
in one transaction. A crash at any moment leaves the store as it was: the work directory is emptied
at the next start. Each of the two databases keeps to `service.memory_limit`.
"""

import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from duckdb import DuckDBPyConnection

from appliance.digests import DERIVED, OTHER, Compared, compare, example
from appliance.errors import AcctError
from appliance.repository import Rebuilt
from appliance.store import Store
from appliance.table import Table

if TYPE_CHECKING:
    from ingest.pipeline import Pipeline
    from ingest.replay import Progress, Refused

COLUMNS = "dataset", "rows", "digest", "rebuilt_rows", "rebuilt_digest", "equal"

_SEEN_IN = {
    "usage": ("super_summaries", "normalised_super_summaries"),
    "cloud_usage": ("cloud_summaries",),
    "storage_group_attributes": ("storage_records",),
}
"""The datasets that show a table; others are shown in the one of their name."""


def rebuild(
    store: Store, pipeline: "Pipeline", progress: "Progress", *, check: bool, reject: bool
) -> Rebuilt:
    """Make everything derived again; nothing may be taken in meanwhile.

    Args:
        store: Its summaries are up to date.
        pipeline: The way into it, paused by the caller.
        progress: Told how many messages are done; what it raises stops the work.
        check: Only compare.
        reject: Messages that this program refuses become rejects. Without it they are told, and
            nothing is changed.

    Raises:
        AcctError: Texts are not kept, or the fault is ours; the store is as it was.
    """
    with _scratch(store) as folder:
        refused = _make(store, pipeline, folder, progress)
        with _attached(store, folder), store.cursor() as cursor:
            compared = [compare(cursor, name) for name in DERIVED]
            differing = [found for found in compared if not found.equal]
            examples = tuple(f"{f.name}: {example(cursor, f.name)}" for f in differing)
            changed = bool(differing or refused) and not check and (reject or not refused)
            if changed:
                _put_in_place(store, [found.name for found in differing], refused)
    told = tuple(f"message {one.number}: {one.error}" for one in refused)
    return Rebuilt(_table(compared), examples, told, changed)


def _table(compared: list[Compared]) -> Table:
    return Table(
        COLUMNS,
        [(f.name, f.rows, f.digest, f.other_rows, f.other_digest, f.equal) for f in compared],
    )


@contextmanager
def _scratch(store: Store) -> Iterator[Path]:
    folder = store.config.work / "rebuild"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _make(
    store: Store, pipeline: "Pipeline", folder: Path, progress: "Progress"
) -> "list[Refused]":
    """Another store with all that is derived; the messages that this program refuses."""
    from ingest.joining.joiner import Joiner
    from ingest.logs.intake import LogIntake
    from ingest.messages import Numbers
    from ingest.pipeline import Pipeline
    from ingest.replay import replay
    from reports.summarise import summarise

    made = Store.open(replace(store.config, data=folder), bulk=True)
    try:
        numbers = Numbers(made)
        with (
            closing(Pipeline(made, pipeline.trust, numbers)) as into,
            closing(LogIntake(made, numbers)) as logs,
        ):
            refused = replay(store, into, logs, progress)
        _set_benchmarks(store, made)
        Joiner(made).join(everything=True)
        summarise(made)
    finally:
        made.close()
    return refused


def _set_benchmarks(store: Store, made: Store) -> None:
    """Nobody sent the benchmarks: they are as they were set."""
    with store.cursor() as cursor:
        rows = cursor.execute("SELECT * FROM store.benchmark_settings").fetchall()
    if rows:
        with made.transaction() as cursor:
            marks = ", ".join("?" * len(rows[0]))
            cursor.executemany(f"INSERT INTO store.benchmark_settings VALUES ({marks})", rows)


@contextmanager
def _attached(store: Store, folder: Path) -> Iterator[None]:
    file = str(replace(store.config, data=folder).store).replace("'", "''")
    with store.cursor() as cursor:
        cursor.execute(f"ATTACH '{file}' AS {OTHER} (READ_ONLY)")
    try:
        yield
    finally:
        with store.cursor() as cursor:
            cursor.execute(f"DETACH {OTHER}")


def _put_in_place(store: Store, differing: list[str], refused: "list[Refused]") -> None:
    """What was rebuilt instead of what was there, all or nothing."""
    with store.transaction() as cursor:
        for name in differing:
            cursor.execute(f"TRUNCATE store.{name}")
            cursor.execute(f"INSERT INTO store.{name} BY NAME FROM {OTHER}.store.{name}")
        for table in ("due", "cloud_due"):
            cursor.execute(f"DELETE FROM store.{table}")
        _reject(cursor, refused)
        _publish_again(cursor, differing)
        for name in differing:
            if not compare(cursor, name).equal:
                raise AcctError(f"what was rebuilt of {name} cannot be put in place",
                                hint="nothing was changed")  # fmt: skip


def _publish_again(cursor: DuckDBPyConnection, differing: list[str]) -> None:
    """Their rows bear the times of their messages: nothing else tells that they are new."""
    datasets = [dataset for name in differing for dataset in _SEEN_IN.get(name, (name,))]
    cursor.execute(
        "UPDATE store.publishings SET sent_until = NULL "
        "WHERE dataset IN (SELECT unnest($1::VARCHAR[]))",
        [datasets],
    )


def _reject(cursor: DuckDBPyConnection, refused: "list[Refused]") -> None:
    cursor.execute(
        "UPDATE store.messages SET state = 'rejected', records = 0, error = r.error "
        "FROM (SELECT unnest($1::BIGINT[]) AS number, unnest($2::VARCHAR[]) AS error) AS r "
        "WHERE message_id = r.number",
        [[one.number for one in refused], [one.error for one in refused]],
    )
