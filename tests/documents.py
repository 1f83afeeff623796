"""XML messages for tests: the record sheet's examples, and documents with fields of one's own."""

from collections.abc import Mapping
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape, quoteattr

CAR_NS = "http://eu-emi.eu/namespaces/2012/11/computerecord"
STAR_NS = "http://eu-emi.eu/namespaces/2011/02/storagerecord"
AUR_NS = "http://eu-emi.eu/namespaces/2012/11/aggregatedcomputerecord"

EXAMPLE_8_9 = """<?xml version="1.0"?>
<UsageRecords xmlns="http://eu-emi.eu/namespaces/2012/11/computerecord" xmlns:urf="http://eu-emi.eu/namespaces/2012/11/computerecord"><UsageRecord>
 <RecordIdentity urf:createTime="2024-06-01T03:00:00Z" urf:recordId="x1"/>
 <JobIdentity><GlobalJobId>https://arc/1</GlobalJobId><LocalJobId>9001</LocalJobId></JobIdentity>
 <UserIdentity><GlobalUserName urf:type="opensslCompat">/CN=Cy Moss</GlobalUserName><Group>bio.example</Group>
  <GroupAttribute urf:type="FQAN">/bio.example/Role=pilot</GroupAttribute><LocalUserId>grid003</LocalUserId></UserIdentity>
 <Status>completed</Status><Infrastructure urf:type="grid" urf:description="arc-slurm"/>
 <WallDuration>PT1H0M2.5S</WallDuration>
 <CpuDuration urf:usageType="user">PT50M</CpuDuration><CpuDuration urf:usageType="all">PT55M3,5S</CpuDuration>
 <Memory urf:type="Physical" urf:storageUnit="KB">2048</Memory><Processors>2</Processors>
 <EndTime>2024-06-01T04:00:02.900+02:00</EndTime><StartTime>2024-06-01T01:00:00</StartTime>
 <MachineName>arc.east.example</MachineName><Queue>q</Queue><Site>EXAMPLE-EAST</Site>
</UsageRecord></UsageRecords>
"""  # noqa: E501

_JOB = {
    "Site": "S1",
    "LocalJobId": "1",
    "WallDuration": "PT60S",
    "CpuDuration": "PT50S",
    "StartTime": "2024-06-01T00:00:00Z",
    "EndTime": "2024-06-01T00:01:00Z",
}


def element(name: str, text: str, **attributes: str) -> str:
    """An element of the prefix `p`, its attributes too."""
    given = "".join(f" p:{key}={quoteattr(value)}" for key, value in attributes.items())
    return f"<p:{name}{given}>{escape(text)}</p:{name}>"


def job(*more: str, **changes: str | None) -> str:
    """A CAR record near the record sheet's base J, without a service level.

    Args:
        more: Elements, as they stand.
        changes: Texts of elements; None leaves one out.
    """
    fields = {**_JOB, **changes}
    texts = [element(name, text) for name, text in fields.items() if text is not None]
    return f"<p:UsageRecord>{''.join(texts)}{''.join(more)}</p:UsageRecord>"


def car(*records: str, namespace: str = CAR_NS) -> str:
    """A CAR message, a record a line from the second on."""
    held = "\n".join(records or (job(),))
    return f'<p:UsageRecords xmlns:p="{namespace}">\n{held}\n</p:UsageRecords>\n'


def written(namespace: str, root: str, record: str, fields: Mapping[str, str]) -> str:
    """A message of one record of plain elements, as ElementTree writes it."""
    top = ET.Element(f"{{{namespace}}}{root}")
    held = ET.SubElement(top, f"{{{namespace}}}{record}")
    for name, text in fields.items():
        ET.SubElement(held, f"{{{namespace}}}{name}").text = text
    return ET.tostring(top, encoding="unicode")
