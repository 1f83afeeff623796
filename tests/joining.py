"""Events and lines of gatekeepers for tests of joining: a message each, as loading leaves them."""

from datetime import datetime, timedelta
from itertools import count
from typing import Any

from appliance.local import LocalRepository
from appliance.records.declare import RecordType
from appliance.records.event import EVENT
from appliance.records.gatekeeper import GATEKEEPER
from appliance.table import Value
from appliance.tables import columns

END = datetime(2025, 6, 2, 14, 20, 11)
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
CE = "ce1.example.org:9619/ce1-condor"
JUNE = "2025-06"

_EVENT = {
    "site": "S1", "job_name": "4401", "local_user_id": "cms031", "local_user_group": "cms",
    "wall_duration": 6600, "cpu_duration": 52800, "end_time": END,
    "machine_name": "batch1", "processors": 8, "node_count": 1, "line": 1,
}  # fmt: skip
_LINE = {
    "time_stamp": END - timedelta(hours=2), "global_user_name": "/DC=org/CN=one",
    "fqan": "/cms/Role=pilot", "vo": "cms", "vo_group": "/cms", "vo_role": "Role=pilot", "ce": CE,
    "lrms_id": "4401", "site": "S1", "line": 1,
}  # fmt: skip
_numbers = count(1_000_000)  # beyond those of messages that tests load


def event(repository: LocalRepository, kind: str = "", /, **said: Any) -> int:
    """Take in the end of a job, from a log that says such things; the number of its message."""
    kind = kind or next(
        one.name for one in EVENT.logs if said.keys() <= {*columns(EVENT, one.name)}
    )
    start = said.get("start_time", said.get("end_time", END) - timedelta(seconds=6600))
    common = {name: value for name, value in _EVENT.items() if name in columns(EVENT, kind)}
    return _take_in(repository, EVENT, kind, common | {"start_time": start} | said)


def line(repository: LocalRepository, **said: Any) -> int:
    """Take in a line of a gatekeeper; the number of its message."""
    return _take_in(repository, GATEKEEPER, "blah", _LINE | said)


def _take_in(repository: LocalRepository, made: RecordType, kind: str, row: dict[str, Any]) -> int:
    table = made.table_of(kind)
    row = row | {"message_id": (number := next(_numbers))}
    values = {name: value for name, value in row.items() if value is not None}
    named = ", ".join(f"${name} AS {name}" for name in values)
    key = {name: row[name] for name in made.key}
    with repository.store.transaction() as cursor:
        replaced = cursor.execute(
            f"DELETE FROM store.{table} WHERE {' AND '.join(f'{n} = ${n}' for n in key)}", key
        ).fetchall()[0][0]
        cursor.execute(f"INSERT INTO store.{table} BY NAME SELECT {named}", values)
        cursor.execute("INSERT INTO store.logs_due VALUES (?, NULL)", [number])
        cursor.execute(
            "INSERT INTO store.messages BY NAME SELECT $number AS message_id, 'log' AS source, "
            "'a log' AS source_name, now()::TIMESTAMP AS received_at, $kind AS kind, 1 AS records, "
            "1 AS bytes, '' AS sha256, 'accepted' AS state, now()::TIMESTAMP AS loaded_at, "
            "false AS signature_required",
            {"number": number, "kind": kind},
        )
        cursor.execute(
            "INSERT INTO store.log_files VALUES ($number, 1, 1, 1, 0, 0, $replaced, '{}', 'S1', "
            "'batch1', true, 'UTC', '', '')",
            {"number": number, "replaced": replaced},
        )
    return number


def jobs(repository: LocalRepository, *columns: str) -> list[tuple[Value, ...]]:
    """These columns of all jobs, once everything is joined, in order."""
    repository.summarise()
    return repository.query(f"SELECT {', '.join(columns)} FROM jobs ORDER BY ALL").rows
