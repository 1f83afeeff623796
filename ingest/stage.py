"""Staging: the records of a batch, split, typed and checked in the database's memory."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from duckdb import DuckDBPyConnection, InvalidInputException

from appliance.errors import Problem
from appliance.records.catalogue import MESSAGE_TYPES
from appliance.records.declare import RecordType, WireForm
from appliance.records.xml import XmlForm
from ingest import fqan
from ingest.formats import splitting, staging, xmlrecords, xmlstaging
from ingest.formats.explain import explain
from ingest.formats.splitting import By
from ingest.formats.text import Layout, TextMessage
from ingest.formats.tokens import tokenise
from ingest.formats.xmlexplain import explain_xml
from ingest.formats.xmlmessage import XmlMessage
from ingest.grouping import grouped, text_messages
from ingest.item import Item


def prepare(cursor: DuckDBPyConnection) -> None:
    """Make the staging tables; once a process."""
    for kind in MESSAGE_TYPES:
        cursor.execute(staging.table(kind))
    cursor.execute(fqan.table("stage.fqans"))


def clear(cursor: DuckDBPyConnection, items: Iterable[Item]) -> None:
    """Forget the batch; the memory is used again."""
    for table in [kind.name for kind in kinds(items)] + ["fqans"]:
        cursor.execute(f"TRUNCATE stage.{table}")


def kinds(items: Iterable[Item]) -> list[RecordType]:
    """What record types a batch has: no other table is asked."""
    named = {item.message.kind.name for item in items if item.message}
    return [kind for kind in MESSAGE_TYPES if kind.name in named]


def stage(cursor: DuckDBPyConnection, items: Iterable[Item], now: datetime) -> None:
    """Put the records of opened messages into `stage.<type>`; what cannot be read is refused."""
    good = [item for item in items if item.problem is None]
    for (_, _, how), group in grouped(good).items():
        if how is By.WIDE:
            stage_closely(cursor, group, now)
        else:
            _stage_alike(cursor, group, how, now)
    documents: dict[XmlForm, list[Item]] = defaultdict(list)
    for item in good:
        if isinstance(item.message, XmlMessage):
            documents[item.message.form].append(item)
    for form, group in documents.items():
        _stage_xml(cursor, form, group, now)


def _stage_alike(
    cursor: DuckDBPyConnection, items: list[Item], how: Layout | By, now: datetime
) -> None:
    """Messages that seem to be split in one way; all that looked simple by name if one is not."""
    texts = [message.records for message in text_messages(items)]
    try:
        _insert(cursor, items, how, texts, now)
    except (InvalidInputException, UnicodeDecodeError):  # what it quotes may end within a character
        if how is not By.JSON:
            raise
        _insert(cursor, items, By.NAME, texts, now)


def _stage_xml(
    cursor: DuckDBPyConnection, form: XmlForm, items: Iterable[Item], now: datetime
) -> None:
    found: dict[int, str] = {}
    for item in items:
        if isinstance(message := item.message, XmlMessage):
            records = xmlrecords.wide(message)
            if isinstance(records, Problem):
                item.refuse(records)
            else:
                found[item.number] = records
    if found:
        given = {"texts": list(found.values()), "messages": list(found), "now": now}
        cursor.execute(xmlstaging.insert(form), given)


def stage_closely(cursor: DuckDBPyConnection, items: Iterable[Item], now: datetime) -> None:
    """The same, record by record: for messages that hold odd white space, or are not all well."""
    groups: dict[tuple[str, WireForm], list[tuple[Item, str]]] = defaultdict(list)
    for item in items:
        if not isinstance(message := item.message, TextMessage):
            continue
        records = tokenise(message)
        if isinstance(records, Problem):
            item.refuse(records)
        elif records:
            names = splitting.wide_names(message.kind, message.form)
            key = message.kind.name, message.form
            groups[key].append((item, splitting.wide(records, names)))
    for group in groups.values():
        _insert(cursor, [item for item, _ in group], By.WIDE, [text for _, text in group], now)


def to_read_closely(cursor: DuckDBPyConnection, items: Sequence[Item]) -> list[Item]:
    """The messages that were staged by position and are not all well; their rows are removed."""
    fault = [staging.CLOSER]
    numbers: set[int] = set()
    for kind in kinds(items):
        where = f"FROM stage.{kind.name} WHERE problem = ?"
        numbers |= {
            n for (n,) in cursor.execute(f"SELECT DISTINCT message {where}", fault).fetchall()
        }
    found = [item for item in items if item.number in numbers]
    remove(cursor, found)
    return found


def judge(cursor: DuckDBPyConnection, items: Sequence[Item]) -> None:
    """Refuse the messages with bad records; what is left in the staging tables may be loaded."""
    by_number = {item.number: item for item in items}
    for kind in kinds(items):
        counted = f"SELECT message, count(*) FROM stage.{kind.name} GROUP BY message"
        for number, records in cursor.execute(counted).fetchall():
            by_number[number].records = records
        for number, record, fault, bad in cursor.execute(_FAULTS.format(kind.name)).fetchall():
            item = by_number[number]
            if item.message:
                item.refuse(_explain(item.message, record, fault), bad - 1)
    remove(cursor, [item for item in items if item.problem])
    _read_fqans(cursor, [kind for kind in kinds(items) if kind.fqan])


_FAULTS = """
SELECT message, min(record), arg_min(problem, record), count(*)
FROM stage.{} WHERE problem IS NOT NULL GROUP BY message"""


def _explain(message: TextMessage | XmlMessage, record: int, fault: str) -> Problem:
    if isinstance(message, XmlMessage):
        return explain_xml(message, record, fault)
    return explain(message, record, fault)


def remove(cursor: DuckDBPyConnection, items: Sequence[Item]) -> None:
    """Take the records of these messages out of the staging tables."""
    if numbers := [item.number for item in items if item.message]:
        for kind in kinds(items):
            cursor.execute(
                f"DELETE FROM stage.{kind.name} WHERE message IN (SELECT unnest($1))", [numbers]
            )


def _read_fqans(cursor: DuckDBPyConnection, kinds: Sequence[RecordType]) -> None:
    if kinds:
        each = [f"SELECT DISTINCT {kind.fqan} FROM stage.{kind.name}" for kind in kinds]
        fqan.take_apart(cursor, " UNION ".join(each), "stage.fqans")


def _insert(
    cursor: DuckDBPyConnection,
    items: Sequence[Item],
    how: Layout | By,
    texts: list[str],
    now: datetime,
) -> None:
    message = items[0].message
    assert isinstance(message, TextMessage)  # noqa: S101 # only such were grouped
    cursor.execute(
        staging.insert(message.kind, message.form, how, ascii_=all(map(str.isascii, texts))),
        {"texts": texts, "messages": [item.number for item in items], "now": now},
    )
