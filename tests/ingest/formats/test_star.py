"""StAR documents give the storage records and group attributes that the record sheet says."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appliance.errors import UsageError
from appliance.local import LocalRepository
from appliance.records.declare import Kind
from appliance.records.storage import STORAGE
from appliance.repository import Loaded
from tests.documents import EXAMPLE_8_8, STAR_NS, element, share, star

Load = Callable[..., Loaded]
ATTRIBUTES = "SELECT star_record_id, attribute_type, attribute_value FROM storage_group_attributes"


def rows(repository: LocalRepository) -> list[dict[str, Any]]:
    found = repository.query("SELECT * FROM storage_records ORDER BY record_id")
    return [dict(zip(found.columns, values, strict=True)) for values in found.rows]


def attribute(kind: str, text: str) -> str:
    return element("GroupAttribute", text, attributeType=kind)


def test_the_sheets_example_8_8_gives_its_row_and_its_attribute(
    repository: LocalRepository, load: Load
) -> None:
    assert load(EXAMPLE_8_8).problems == ()
    [row] = rows(repository)
    assert list(row.values())[:20] == [
        "se.example/2024-07-01/geo", datetime(2024, 7, 1, 3), "se.example", "EXAMPLE-NORTH",
        "tape-a", "tape", "None", 42, "None", "None", "None", "None", "geo.example", "sim", "None",
        datetime(2024, 6, 30), datetime(2024, 7, 1), 9_000_000_000_000, None, None,
    ]  # fmt: skip
    assert repository.query(ATTRIBUTES).rows == [
        ("se.example/2024-07-01/geo", "authority", "/O=Example/CN=voms.example")
    ]


def test_the_dataset_has_the_sheets_columns_in_its_order(repository: LocalRepository) -> None:
    assert list(repository.query("SELECT * FROM storage_records").columns)[:20] == [
        "record_id", "create_time", "storage_system", "site", "storage_share", "storage_media",
        "storage_class", "file_count", "directory_path", "local_user", "local_group",
        "user_identity", "group", "sub_group", "role", "start_time", "end_time",
        "resource_capacity_used", "logical_capacity_used", "resource_capacity_allocated",
    ]  # fmt: skip


def test_text_that_is_absent_is_none_and_text_that_is_null_is_null(
    repository: LocalRepository, load: Load
) -> None:
    load(star(share(element("Site", ""), element("Group", "NULL"), attribute("role", "none"))))
    [row] = rows(repository)
    assert (row["site"], row["group"], row["role"]) == (None, None, None)
    assert (row["storage_share"], row["sub_group"], row["file_count"]) == ("None", "None", None)


def test_no_order_no_future_and_no_sign_is_checked(repository: LocalRepository, load: Load) -> None:
    odd = share(
        element("FileCount", "-1"),
        element("LogicalCapacityUsed", f"{-(2**63)}"),
        StartTime="2124-01-01",
        EndTime="2024-01-01T00:00:00.9Z",
        ResourceCapacityUsed=f"{2**63 - 1}",
    )
    assert load(star(odd)).problems == ()
    [row] = rows(repository)
    assert row["end_time"] == datetime(2024, 1, 1)
    assert (row["file_count"], row["resource_capacity_used"]) == (-1, 2**63 - 1)


def test_a_record_replaces_one_of_its_name_with_all_its_attributes(
    repository: LocalRepository, load: Load
) -> None:
    load(
        star(share(attribute("a", "1"), attribute("b", "2")), share(attribute("a", "x"), name="r2"))
    )
    load(star(share(attribute("c", "3"), element("Site", "S2"))))
    assert [(row["record_id"], row["site"]) for row in rows(repository)] == [
        ("r1", "S2"),
        ("r2", "None"),
    ]
    assert repository.query(f"{ATTRIBUTES} ORDER BY ALL").rows == [
        ("r1", "c", "3"),
        ("r2", "a", "x"),
    ]


def test_of_two_records_of_one_name_the_last_counts_with_its_attributes(
    repository: LocalRepository, load: Load
) -> None:
    first = star(share(attribute("a", "1")), share(attribute("b", "2")))
    assert load(first, star(share(attribute("c", "3")))).records == 3
    assert repository.query(ATTRIBUTES).rows == [("r1", "c", "3")]
    assert len(rows(repository)) == 1


def test_attribute_types_are_told_apart_by_case_and_the_later_of_two_counts(
    repository: LocalRepository, load: Load
) -> None:
    load(star(share(attribute("Role", "x"), attribute("a", "1"), attribute("a", ""))))
    assert repository.query(f"{ATTRIBUTES} ORDER BY ALL").rows == [
        ("r1", "Role", "x"),
        ("r1", "a", None),
    ]


def test_a_month_of_storage_is_exported_by_the_end_of_its_records(
    repository: LocalRepository, load: Load
) -> None:
    load(star(share(), share(name="r2", EndTime="2024-06-30")))
    july = b"".join(repository.export("storage_records", "csv", (2024, 7)))
    assert [line[:3] for line in july.splitlines()[1:]] == [b"r1,"]
    with pytest.raises(UsageError, match="has no months"):
        repository.export("storage_group_attributes", "csv", (2024, 7))


def test_storage_makes_nothing_due_to_be_summarised(
    repository: LocalRepository, load: Load
) -> None:
    load(star())
    assert repository.summarise() == 0


UNPREFIXED = "<p:RecordIdentity recordId='r' createTime='2024-07-01T03:00:00Z'/>"
BAD = {
    "B32": (share(UNPREFIXED, name=None), "TIM", "RecordIdentity@createTime"),
    "no identity": (share(name=None), "MAN", "RecordIdentity@recordId"),
    "no name": (share(name="none"), "MAN", "RecordIdentity@recordId"),
    "no system": (share(StorageSystem=""), "MAN", "StorageSystem"),
    "no start": (share(StartTime=None), "MAN", "StartTime"),
    "empty start": (share(StartTime=""), "TIM", "StartTime"),
    "null end": (share(EndTime="NULL"), "TIM", "EndTime"),
    "no capacity": (share(ResourceCapacityUsed=None), "MAN", "ResourceCapacityUsed"),
    "capacity": (share(ResourceCapacityUsed="1e9"), "INT", "ResourceCapacityUsed"),
    "too much": (share(ResourceCapacityUsed=f"{2**63}"), "DBR", "ResourceCapacityUsed"),
    "files": (share(element("FileCount", f"{2**31}")), "DBR", "FileCount"),
    "long": (share(element("Site", "s" * 256)), "DBL", "Site"),
    "no type": (share("<p:GroupAttribute attributeType='a'>x</p:GroupAttribute>"), "DBN", "Group"),
    "empty type": (share(attribute("a", "1"), attribute("", "x")), "DBN", "GroupAttribute"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_record_refuses_its_message(
    repository: LocalRepository, load: Load, name: str
) -> None:
    text, code, field = BAD[name]
    [problem] = load(star(share(attribute("a", "1"), name="r0"), text)).problems
    assert f" {code}: record 2, line 3, {field}" in problem
    assert rows(repository) == []
    assert repository.query(ATTRIBUTES).rows == []


TEXTS = st.text(
    st.characters(exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff"), max_size=40
)


@st.composite
def shares(draw: st.DrawFn, name: str) -> dict[str, Any]:
    times = st.datetimes(datetime(2000, 1, 1), datetime(2030, 1, 1))
    values: dict[str, Any] = {"RecordId": name, "StorageSystem": "se"}
    for field in STORAGE.fields:
        if field.kind is Kind.TIME:
            values[field.wire] = draw(times).replace(microsecond=0)
        elif field.kind is Kind.INTEGER and (field.mandatory or draw(st.booleans())):
            values[field.wire] = draw(st.integers(field.low, field.high))
        elif field.absent and draw(st.booleans()):
            values[field.wire] = draw(TEXTS)
    return values


def written(records: list[dict[str, Any]]) -> str:
    """As ElementTree writes it."""

    def q(name: str) -> str:
        return f"{{{STAR_NS}}}{name}"

    top = ET.Element(q("StorageUsageRecords"))
    for record in records:
        held = ET.SubElement(top, q("StorageUsageRecord"))
        identity = {q("recordId"): record["RecordId"], q("createTime"): f"{record['CreateTime']}"}
        ET.SubElement(held, q("RecordIdentity"), identity)
        for name, value in record.items():
            if name in ("SubGroup", "Role"):
                kind = {q("attributeType"): name.lower()}
                ET.SubElement(held, q("GroupAttribute"), kind).text = value
            elif name not in ("RecordId", "CreateTime"):
                ET.SubElement(held, q(name)).text = f"{value}"
    return ET.tostring(top, encoding="unicode")


def meant(record: dict[str, Any]) -> list[Any]:
    """The row that a record gives."""
    row = []
    for field in STORAGE.fields:
        value = record.get(field.wire, "None" if field.absent else None)
        null = isinstance(value, str) and value.lower() in ("", "none", "null")
        row.append(None if null and field.wire in record else value)
    return row


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_what_elementtree_writes_is_what_is_stored(
    repository: LocalRepository, load: Load, data: st.DataObject
) -> None:
    records = [data.draw(shares(f"r{n}")) for n in range(data.draw(st.integers(1, 9)))]
    assert load(written(records)).problems == ()
    found = [list(row.values())[:20] for row in rows(repository)]
    with repository.store.cursor() as cursor:
        for table in ("storage_records", "messages", "raw_texts"):
            cursor.execute(f"DELETE FROM store.{table}")
    assert found == [meant(record) for record in records]
