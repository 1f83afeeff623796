"""Questions in SQL: one statement that reads datasets and nothing else.

Three fences stand behind each other: only a SELECT over the datasets is let through, it runs in a
read-only transaction, and the database itself can reach no file and change no setting.
"""

import json
import threading
from collections.abc import Iterator, Mapping
from typing import Any

import duckdb
from duckdb import DuckDBPyConnection

from appliance.errors import UsageError
from appliance.store import OURS, Store
from appliance.table import Table, Value
from appliance.tables import datasets

MOST_ROWS = 1_000_000
"""More would fill the memory of whoever asked; `acct export` has no such limit."""

MOST_CHARACTERS = 64 * 1024 * 1024
_PIECE = 10_000

_TABLE_FUNCTIONS = frozenset({"range", "generate_series", "unnest"})
_REFUSED_FUNCTIONS = frozenset({
    "current_setting", "getvariable", "getenv", "nextval", "currval", "write_log", "query",
    "query_table", "current_query", "json_execute_serialized_sql", "json_serialize_plan", "sleep",
    "sleep_ms", "pg_sleep",
})  # fmt: skip


def query(store: Store, sql: str, values: Mapping[str, object] | None = None) -> Table:
    """The rows that one SELECT over the datasets gives; `$name` in it stands for a value.

    Raises:
        UsageError: It is not one SELECT, reads what is no dataset, fails, takes too long or
            answers with more than `MOST_ROWS` rows.
    """
    with store.cursor() as cursor:
        limit = store.config.service.query_timeout_s
        stop = threading.Timer(limit, cursor.interrupt)
        stop.start()
        try:
            check(cursor, sql)
            cursor.execute("BEGIN TRANSACTION READ ONLY")
            cursor.execute(sql, dict(values or {}))
            columns = tuple(_names(cursor))
            rows = _fetched(cursor)
        except duckdb.Error as error:
            if _interrupted(error):
                raise _stopped(limit, in_time=stop.is_alive()) from None
            if isinstance(error, OURS):
                raise
            raise UsageError(_first_lines(str(error))) from None
        except UnicodeDecodeError as error:  # what the database quotes ends within a character
            raise UsageError(_first_lines(error.object.decode(errors="replace"))) from None
        finally:
            stop.cancel()
    return Table(columns, rows)


def _interrupted(error: duckdb.Error) -> bool:
    return "INTERRUPT" in str(error)  # DuckDB raises it as several of its classes


def _stopped(limit: float, *, in_time: bool) -> UsageError:
    if in_time:
        return UsageError("stopped: the service ends", hint="ask again later")
    return UsageError(f"stopped after {limit:g} s", hint="service.query_timeout_s allows more")


def _names(cursor: DuckDBPyConnection) -> Iterator[str]:
    """The columns of an answer, if all of it can be told."""
    for name, kind, *_ in cursor.description or ():
        if "WITH TIME ZONE" in str(kind):
            raise UsageError(f"{name} is a time with a zone", hint="all is UTC: add ::TIMESTAMP")
        yield name


def _fetched(cursor: DuckDBPyConnection) -> list[tuple[Value, ...]]:
    rows: list[tuple[Value, ...]] = []
    size = 0
    while piece := cursor.fetchmany(_PIECE):
        rows += piece
        size += sum(len(value) for row in piece for value in row if isinstance(value, str))
        if len(rows) > MOST_ROWS or size > MOST_CHARACTERS:
            raise UsageError(
                f"more than {MOST_ROWS} rows, or {MOST_CHARACTERS} characters",
                hint="acct export gives whole datasets",
            )
    return rows


def check(cursor: DuckDBPyConnection, sql: str) -> None:
    """Let through one SELECT over the datasets.

    Raises:
        UsageError: Anything else.
    """
    try:
        statements = cursor.extract_statements(sql)
        [[text]] = cursor.execute("SELECT json_serialize_sql($1::VARCHAR)", [sql]).fetchall()
    except duckdb.Error as error:
        if _interrupted(error):
            raise
        raise UsageError(_first_lines(str(error))) from None
    if len(statements) != 1:
        raise UsageError(f"{len(statements)} statements", hint="ask one at a time")
    tree = json.loads(text)
    if tree.get("error"):
        reason = tree["error_message"]
        raise UsageError(
            "only SELECT is answered" if "Only SELECT" in reason else f"not SQL: {reason}",
            hint=f"datasets: {', '.join(datasets())}",
        )
    nodes = list(_nodes(tree))
    own = {entry["key"].lower() for node in nodes for entry in _ctes(node)}
    _check_names(cursor, own)
    for node in nodes:
        _check_node(node, own)


def _check_node(node: dict[str, Any], own: set[str]) -> None:
    kind = node.get("type")
    if kind == "BASE_TABLE":
        path = [part for part in node["qualified_name"]["path"] if part]
        name = path[-1].lower()
        if len(path) == 1 and name in own:
            return
        if name not in datasets() or path[:-1] not in ([], ["main"]):
            raise UsageError(
                f"there is no dataset {'.'.join(path)}", hint=f"one of {', '.join(datasets())}"
            )
    elif kind == "TABLE_FUNCTION":
        name = str(node["function"].get("function_name", "")).lower()
        if name not in _TABLE_FUNCTIONS:
            raise UsageError(f"{name} reads more than datasets", hint="it is not answered")
    elif kind == "SHOW_REF" and not node.get("query"):
        raise UsageError("only datasets are shown", hint=f"describe {datasets()[0]}")
    elif str(node.get("function_name", "")).lower() in _REFUSED_FUNCTIONS:
        raise UsageError(f"{node['function_name']} is not answered")


def _check_names(cursor: DuckDBPyConnection, own: set[str]) -> None:
    """A name that a statement gives is let through everywhere in it: it must hide nothing."""
    for name in own:
        if not name.isidentifier():  # a path, say
            raise UsageError(f"{name} is no name for a part of a statement", hint="choose another")
    if own:
        internal = "SELECT DISTINCT lower(view_name) FROM duckdb_views() WHERE internal"
        for (name,) in cursor.execute(internal).fetchall():
            if name in own:
                raise UsageError(f"{name} is a name of the database's own", hint="choose another")


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:
    """Every object of a parsed statement."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            yield node
            waiting.extend(node.values())
        elif isinstance(node, list):
            waiting.extend(node)


def _ctes(node: dict[str, Any]) -> list[dict[str, Any]]:
    found = node.get("cte_map")
    return found["map"] if isinstance(found, dict) else []


def _first_lines(complaint: str) -> str:
    """What DuckDB says, without the picture of the statement; a line in any case."""
    told = " ".join(complaint.split("\n\nLINE", maxsplit=1)[0].split("\n")[:2]).strip()
    return told or "the database refuses it and does not say why"
