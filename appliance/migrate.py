"""Bringing a store to this program's form: numbered SQL files, then what declarations say.

All of it is one transaction. A store that a newer program made is refused.
"""

from duckdb import CatalogException, DuckDBPyConnection

from appliance import tables
from appliance.errors import AcctError
from appliance.resources import names, text


def migrate(connection: DuckDBPyConnection) -> None:
    """Apply what is missing; nothing is written to a store that is up to date.

    Raises:
        AcctError: The store is newer than this program.
    """
    files = names("appliance", "migrations", ".sql")
    applied, digest = _state(connection)
    if applied > len(files):
        from appliance.version import VERSION

        raise AcctError(
            f"the store has form {applied}, this program (acct {VERSION}) knows {len(files)}",
            hint="install the newer acct that wrote it",
        )
    if applied == len(files) and digest == tables.digest():
        return
    connection.execute("BEGIN")
    try:
        for name in files[applied:]:
            connection.execute(text("appliance", f"migrations/{name}"))
        for statement in tables.derived():
            connection.execute(statement)
        connection.execute("DELETE FROM store.program")
        connection.execute("INSERT INTO store.program VALUES (?, ?)", [len(files), tables.digest()])
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _state(connection: DuckDBPyConnection) -> tuple[int, str]:
    """How many of the files are applied, and the digest of what was derived."""
    try:
        rows = connection.execute("SELECT applied, digest FROM store.program").fetchall()
    except CatalogException:
        return 0, ""
    return rows[0]
