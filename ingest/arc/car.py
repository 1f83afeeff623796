"""Job records as a CAR 1.2 message: unlike APEL's text, it may leave the benchmark out."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from xml.sax.saxutils import escape, quoteattr

from appliance.printable import printable
from appliance.records.car import CAR
from ingest.arc.jobs import Job

_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    f'<UsageRecords xmlns="{CAR.namespace}" xmlns:urf="{CAR.namespace}">\n'
)
_TAIL = "</UsageRecords>\n"


def car_message(jobs: Iterable[Job], made_at: str) -> str:
    """A document of these jobs, a record a line.

    `made_at`: an ISO time. Content that was taken in before is not taken in again, so one that is
    to replace what came later has to say another.
    """
    records = "".join(f"{''.join(_record(job, made_at))}\n" for job in jobs)
    return f"{_HEAD}{records}{_TAIL}"


def _record(job: Job, made_at: str) -> Iterator[str]:
    plain = job.values
    yield "<UsageRecord>"
    yield _element("RecordIdentity", "", createTime=made_at, recordId=f"arc-{job.job_id}")
    yield "<JobIdentity>"
    yield _element("GlobalJobId", job.job_id) + _element("LocalJobId", plain["LocalJobId"])
    yield "</JobIdentity><UserIdentity>"
    yield _element("GlobalUserName", plain["GlobalUserName"])
    yield _element("LocalUserId", plain["LocalUserId"]) + _element("Group", plain["VO"])
    yield _element("GroupAttribute", plain["FQAN"], type="FQAN") if plain["FQAN"] else ""
    yield "</UserIdentity>"
    yield _element("Status", job.status) + _element("ExitStatus", job.exit_code)
    yield _element("Infrastructure", "", type=plain["InfrastructureType"],
                   description=plain["InfrastructureDescription"])  # fmt: skip
    yield _element("WallDuration", f"PT{plain['WallDuration']}S")
    yield _element("CpuDuration", f"PT{plain['CpuDuration']}S", usageType="all")
    for name in ("StartTime", "EndTime", "MachineName", "SubmitHost", "Queue", "Site",
                 "NodeCount", "Processors"):  # fmt: skip
        yield _element(name, plain[name])
    yield _element("TimeInstant", job.submitted, type="submit")
    for name, kind in (("MemoryReal", "Physical"), ("MemoryVirtual", "Virtual")):
        yield _memory(plain[name], kind)
    for kind, level in job.levels.items():
        yield _element("ServiceLevel", str(level), type=kind)
    yield "</UsageRecord>"


def _memory(kilobytes: object, kind: str) -> str:
    if kilobytes is None:
        return ""
    return _element("Memory", kilobytes, storageUnit="KB", metric="max", type=kind)


def _element(name: str, value: object, **attributes: object) -> str:
    given = "".join(f" urf:{key}={quoteattr(_text(v))}" for key, v in attributes.items())
    return f"<{name}{given}>{escape(_text(value))}</{name}>"


def _text(value: object) -> str:
    if isinstance(value, datetime):
        return f"{value.isoformat(timespec='seconds')}Z"
    return "" if value is None else printable(str(value))
