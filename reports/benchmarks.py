"""What a core of each submit host is worth, and since when."""

from duckdb import DuckDBPyConnection

from appliance.table import Table


def benchmarks(cursor: DuckDBPyConnection, host: str) -> Table:
    """The dataset `benchmarks`, of one host or (none named) of all, in order of time."""
    found = cursor.execute(
        "SELECT * FROM benchmarks WHERE $host = '' OR host = $host "
        "ORDER BY site, host, valid_from, service_level_type",
        {"host": host},
    )
    columns = tuple(name for name, *_ in found.description or ())
    return Table(columns, found.fetchall())
