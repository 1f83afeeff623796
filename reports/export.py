"""Exports: a whole dataset as a file, written by the database and handed on in pieces."""

import uuid
from collections.abc import Iterator

from appliance.errors import UsageError
from appliance.store import Store
from appliance.tables import datasets
from reports import apel

_PIECE = 1 << 18
_TIMES = "'%Y-%m-%dT%H:%M:%SZ'"
_OPTIONS = {
    "csv": f"FORMAT csv, HEADER, TIMESTAMPFORMAT {_TIMES}",
    "json": f"FORMAT json, ARRAY true, TIMESTAMPFORMAT {_TIMES}",
    "parquet": "FORMAT parquet, COMPRESSION zstd",
}

_ORDER = {"jobs": "", "events": "", "gatekeeper_records": "", "messages": " ORDER BY message_id"}
"""Summaries are sorted, so that two exports can be compared; jobs may be too many to sort."""

# The columns by which a dataset's rows belong to a month: its time, or its year and month.
_TIME_OF = {
    "jobs": "end_time",
    "messages": "received_at",
    "cloud_records": "measurement_time",
    "storage_records": "end_time",
    "events": "end_time",
    "gatekeeper_records": "time_stamp",
    "log_files": "received_at",
}
_TIMELESS = frozenset({
    "storage_group_attributes", "rejected_lines", "benchmarks", "benchmark_settings",
})  # fmt: skip


def export(
    store: Store,
    dataset: str,
    form: str,
    month: tuple[int, int] | None,
    *,
    as_apel: bool = False,
) -> Iterator[bytes]:
    """A dataset, or its rows of one (year, month), as the bytes of a file.

    Times are ISO with Z in CSV and JSON. `as_apel`: what the reference would hold. The checks are
    made before the first piece is asked for.

    Raises:
        UsageError: There is no such dataset or form, or it has no months.
    """
    if dataset not in datasets():
        raise UsageError(f"there is no dataset {dataset}", hint=f"one of {', '.join(datasets())}")
    if form not in _OPTIONS:
        raise UsageError(f"there is no format {form}", hint=f"one of {', '.join(_OPTIONS)}")
    order = _ORDER.get(dataset, " ORDER BY ALL")
    source = f"({apel.dataset(dataset)})" if as_apel and apel.dataset(dataset) else dataset
    return _pieces(store, f"SELECT * FROM {source}{_in_month(dataset, month)}{order}", form)


def _in_month(dataset: str, month: tuple[int, int] | None) -> str:
    if month is None:
        return ""
    if dataset in _TIMELESS:
        raise UsageError(f"{dataset} has no months", hint="leave --month out")
    year, number = int(month[0]), int(month[1])
    if column := _TIME_OF.get(dataset):
        first = f"make_timestamp({year}, {number}, 1, 0, 0, 0)"
        return f" WHERE {column} >= {first} AND {column} < {first} + INTERVAL 1 MONTH"
    return f" WHERE year = {year} AND month = {number}"


def _pieces(store: Store, select: str, form: str) -> Iterator[bytes]:
    file = store.config.work / f"export-{uuid.uuid4().hex}"
    try:
        with store.cursor() as cursor:
            cursor.execute(f"COPY ({select}) TO '{_quoted(file)}' ({_OPTIONS[form]})")
        with file.open("rb") as source:
            while piece := source.read(_PIECE):
                yield piece
    finally:
        file.unlink(missing_ok=True)


def _quoted(file: object) -> str:
    return str(file).replace("'", "''")
