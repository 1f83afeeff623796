"""Jobs as CAR 1.2, element by element as APEL 2.5.0 writes it."""

from appliance.records.car import CAR
from reports.publish.checks import CUSTOM
from reports.publish.markup import TIME, Texts, concat, element, known

_SCHEMA = "http://www.w3.org/2001/XMLSchema-instance"
HEAD = (
    f'<urf:UsageRecords xmlns:urf="{CAR.namespace}" xmlns:xsi="{_SCHEMA}" '
    f'xsi:schemaLocation="{CAR.namespace} car_v1.2.xsd">\n'
)
FOOT = "</urf:UsageRecords>\n"


def record(text: Texts, attribute: Texts) -> str:
    """A job as an element. Memory, nodes and processors of 0 are not said, nor is `custom`."""
    kind = concat(f"coalesce(nullif({attribute('infrastructure_type')}, 'None'), '')")
    return concat(
        "'<urf:UsageRecord>'",
        _identity(attribute),
        concat("'<urf:JobIdentity>'", _always("LocalJobId", text("local_job_id"))),
        "'</urf:JobIdentity>'",
        _user(text),
        "'<urf:Status>completed</urf:Status>'",
        concat("'<urf:Infrastructure urf:type=\"'", kind, "'\"/>'"),
        element("urf:WallDuration", "'PT' || wall_duration || 'S'"),
        element("urf:CpuDuration", "'PT' || cpu_duration || 'S'", ' urf:usageType="all"'),
        _level(attribute),
        _counted("Memory", "memory_real", ' urf:type="Physical" urf:storageUnit="KB"'),
        _counted("Memory", "memory_virtual", ' urf:type="Shared" urf:storageUnit="KB"'),
        _counted("NodeCount", "node_count"),
        _counted("Processors", "processors"),
        element("urf:EndTime", f"strftime(end_time, {TIME})"),
        element("urf:StartTime", f"strftime(start_time, {TIME})"),
        _always("MachineName", text("machine_name")),
        known("urf:SubmitHost", "submit_host", text("submit_host")),
        _always("Queue", text("queue")),
        _always("Site", text("site")),
        "'</urf:UsageRecord>'",
    )


def _identity(attribute: Texts) -> str:
    return concat(
        "'<urf:RecordIdentity urf:createTime=\"'",
        f"strftime($now::TIMESTAMP, {TIME})",
        "'\" urf:recordId=\"'",
        attribute("machine_name"),
        "' '",
        attribute("local_job_id"),
        "strftime(end_time, ' %Y-%m-%d %H:%M:%S')",
        "'\"/>'",
    )


def _user(text: Texts) -> str:
    name = ' urf:type="opensslCompat"'
    return concat(
        "'<urf:UserIdentity>'",
        known("urf:GlobalUserName", "global_user_name", text("global_user_name"), name),
        _always("Group", text("vo")),
        known("urf:GroupAttribute", "fqan", text("fqan"), ' urf:type="FQAN"'),
        _always("GroupAttribute", text("vo_group"), ' urf:type="vo-group"'),
        _always("GroupAttribute", text("vo_role"), ' urf:type="vo-role"'),
        known("urf:LocalUserId", "local_user_id", text("local_user_id")),
        "'</urf:UserIdentity>'",
    )


def _level(attribute: Texts) -> str:
    tag = concat("'<urf:ServiceLevel urf:type=\"'", attribute("service_level_type"), "'\">'")
    level = concat(tag, "service_level::DOUBLE::VARCHAR", "'</urf:ServiceLevel>'")
    return f"CASE WHEN service_level_type <> '{CUSTOM}' THEN {level} END"


def _always(name: str, value: str, attribute: str = "") -> str:
    return element(f"urf:{name}", f"coalesce({value}, 'None')", attribute)


def _counted(name: str, column: str, attribute: str = "") -> str:
    return f"CASE WHEN {column} > 0 THEN {element(f'urf:{name}', column, attribute)} END"
