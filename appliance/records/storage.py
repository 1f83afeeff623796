"""The storage record: how much a group or user held of a store over a while, and its form StAR.

Source: StAR 1.2; APEL 2.5.0, storage records. Nothing but what is missing, too long or no number
is refused: neither the order of times nor signs are checked.
"""

from appliance.records.declare import INT32, INT64, Field, Kind, RecordType
from appliance.records.xml import Meaning, Others, Source, XmlForm


def _text(wire: str, doc: str) -> Field:
    return Field(wire, doc=doc, null="NULL", absent="'None'")


def _time(wire: str, doc: str) -> Field:
    return Field(wire, Kind.TIME, doc, mandatory=True, unit="UTC")


def _bytes(wire: str, doc: str, *, mandatory: bool = False) -> Field:
    low, high = -INT64 - 1, INT64
    return Field(wire, Kind.INTEGER, doc, mandatory, low=low, high=high, unit="B")


STORAGE = RecordType(
    name="storage",
    dataset="storage_records",
    doc="What was held of a storage system, by whom, and how much of it.",
    fields=(
        Field("RecordId", doc="The record's own name, unique in the world.", mandatory=True),
        _time("CreateTime", "When the record was made."),
        Field("StorageSystem", doc="The storage system's host.", mandatory=True),
        _text("Site", "The site's name in GOCDB."),
        _text("StorageShare", "The part of the system."),
        _text("StorageMedia", "`disk` or `tape`, by custom."),
        _text("StorageClass", "The class of service."),
        Field("FileCount", Kind.INTEGER, "Files.", low=-INT32 - 1),
        _text("DirectoryPath", "The directory."),
        _text("LocalUser", "The account that owns it."),
        _text("LocalGroup", "The group of that account."),
        _text("UserIdentity", "The owner's DN, or token subject."),
        _text("Group", "The virtual organisation."),
        _text("SubGroup", "The group within it."),
        _text("Role", "The role within the group."),
        _time("StartTime", "From when on this was held."),
        _time("EndTime", "Until when."),
        _bytes("ResourceCapacityUsed", "Space taken, copies and all.", mandatory=True),
        _bytes("LogicalCapacityUsed", "Space taken, each file once."),
        _bytes("ResourceCapacityAllocated", "Space set aside."),
    ),
    key=("record_id",),
    forms=(),
    parts="storage_group_attributes",
)

STAR = XmlForm(
    name="StAR",
    kind=STORAGE,
    namespace="http://eu-emi.eu/namespaces/2011/02/storagerecord",
    record="StorageUsageRecord",
    fields={
        "RecordId": Source("RecordIdentity", attribute="recordId"),
        "CreateTime": Source("RecordIdentity", Meaning.INSTANT, attribute="createTime"),
        "StorageSystem": Source("StorageSystem"),
        "Site": Source("Site"),
        "StorageShare": Source("StorageShare"),
        "StorageMedia": Source("StorageMedia"),
        "StorageClass": Source("StorageClass"),
        "FileCount": Source("FileCount", Meaning.INTEGER),
        "DirectoryPath": Source("DirectoryPath"),
        "LocalUser": Source("LocalUser"),
        "LocalGroup": Source("LocalGroup"),
        "UserIdentity": Source("UserIdentity"),
        "Group": Source("Group"),
        "SubGroup": Source("GroupAttribute", only=("attributeType", frozenset({"subgroup"}))),
        "Role": Source("GroupAttribute", only=("attributeType", frozenset({"role"}))),
        "StartTime": Source("StartTime", Meaning.INSTANT),
        "EndTime": Source("EndTime", Meaning.INSTANT),
        "ResourceCapacityUsed": Source("ResourceCapacityUsed", Meaning.INTEGER),
        "LogicalCapacityUsed": Source("LogicalCapacityUsed", Meaning.INTEGER),
        "ResourceCapacityAllocated": Source("ResourceCapacityAllocated", Meaning.INTEGER),
    },
    others=Others("GroupAttribute", "attributeType", besides=frozenset({"subgroup", "role"})),
)
