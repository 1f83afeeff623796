"""Storage as StAR 1.2, element by element as APEL 2.5.0 writes it.

Beyond it, a record keeps the time at which it was made, and every attribute of its group.
"""

from appliance.records.storage import STAR, STORAGE
from reports.publish.markup import TIME, Texts, concat, element, in_attribute, in_element, known

HEAD = f'<sr:StorageUsageRecords xmlns:sr="{STAR.namespace}">\n'
FOOT = "</sr:StorageUsageRecords>\n"


def record(text: Texts, attribute: Texts) -> str:
    """A row with `others` (see `rows`) as an element: what is null or None is not said."""

    def said(name: str, column: str, attribute: str = "") -> str:
        return known(f"sr:{name}", column, text(column), attribute)

    subject = concat(
        said("LocalUser", "local_user"),
        said("LocalGroup", "local_group"),
        said("UserIdentity", "user_identity"),
        said("Group", '"group"'),
        said("GroupAttribute", "sub_group", ' sr:attributeType="subgroup"'),
        said("GroupAttribute", "role", ' sr:attributeType="role"'),
        "others",
    )
    return concat(
        "'<sr:StorageUsageRecord><sr:RecordIdentity sr:createTime=\"'",
        f"strftime(create_time, {TIME})",
        "'\" sr:recordId=\"'",
        attribute("record_id"),
        "'\"/>'",
        said("StorageSystem", "storage_system"),
        said("Site", "site"),
        said("StorageShare", "storage_share"),
        said("StorageMedia", "storage_media"),
        said("StorageClass", "storage_class"),
        _number("FileCount", "file_count"),
        said("DirectoryPath", "directory_path"),
        f"coalesce('<sr:SubjectIdentity>' || nullif({subject}, '') || '</sr:SubjectIdentity>', "
        "'<sr:SubjectIdentity/>')",
        element("sr:StartTime", f"strftime(start_time, {TIME})"),
        element("sr:EndTime", f"strftime(end_time, {TIME})"),
        _number("ResourceCapacityUsed", "resource_capacity_used"),
        _number("LogicalCapacityUsed", "logical_capacity_used"),
        _number("ResourceCapacityAllocated", "resource_capacity_allocated"),
        "'</sr:StorageUsageRecord>'",
    )


def rows(records: str) -> str:
    """The rows with the other attributes of their groups, as elements."""
    pair = concat(
        "'<sr:GroupAttribute sr:attributeType=\"'",
        in_attribute("attribute_type"),
        "'\">'",
        in_element("attribute_value"),
        "'</sr:GroupAttribute>'",
    )
    return (
        f"SELECT * FROM ({records}) LEFT JOIN (SELECT star_record_id AS record_id, "
        f"string_agg({pair}, '' ORDER BY attribute_type) AS others "
        f"FROM {STORAGE.parts} GROUP BY star_record_id) USING (record_id)"
    )


def _number(name: str, column: str) -> str:
    return f"CASE WHEN {column} IS NOT NULL THEN {element(f'sr:{name}', column)} END"
