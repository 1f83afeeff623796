"""The gatekeeper record: who a job belongs to. Source: APEL 2.5.0, BlahdRecords."""

from appliance.records.declare import INT64, Field, Kind, RecordType


def _text(wire: str, doc: str, *, mandatory: bool = False, column: str = "") -> Field:
    return Field(wire, Kind.TEXT, doc, mandatory=mandatory, limit=INT64, null="NULL", column=column)


GATEKEEPER = RecordType(
    name="gatekeeper",
    dataset="gatekeeper_records",
    doc="Jobs as they passed a gatekeeper: the grid's name for the user and for the job.",
    fields=(
        Field("TimeStamp", Kind.TIME, "When it passed.", mandatory=True, unit="UTC"),
        _text("GlobalUserName", "The user's DN, or token subject."),
        _text("FQAN", "VO, group and role as the credential says them."),
        _text("VO", "The virtual organisation.", column="vo"),
        _text("VOGroup", "The group within the VO.", column="vo_group"),
        _text("VORole", "The role within the group.", column="vo_role"),
        _text("CE", "The gatekeeper and its queue.", mandatory=True, column="ce"),
        _text("GlobalJobId", "The grid's id of the job."),
        Field("LrmsId", Kind.TEXT, "The batch system's id of the job.", limit=INT64, null="''"),
        _text("Site", "The site's name in GOCDB, from the configuration.", mandatory=True),
        Field("ValidFrom", Kind.TIME, "Jobs that ended from here on may be meant.", unit="UTC"),
        Field("ValidUntil", Kind.TIME, "Jobs that ended before this.", unit="UTC"),
        _text("LocalUser", "The account that the job ran under."),
        _text("ClientId", "The id that the client knows."),
        Field("Line", Kind.INTEGER, "The line of its message that says this.", mandatory=True),
    ),
    key=("time_stamp", "site", "lrms_id", "ce"),
    forms=(),
    fqan="fqan",
    provenance=("message_id",),
)
