"""XML messages for tests: the record sheet's examples, and documents with fields of one's own."""

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

EXAMPLE_8_8 = """<?xml version="1.0" encoding="UTF-8"?>
<sr:StorageUsageRecords xmlns:sr="http://eu-emi.eu/namespaces/2011/02/storagerecord"><sr:StorageUsageRecord>
 <sr:RecordIdentity sr:createTime="2024-07-01T03:00:00Z" sr:recordId="se.example/2024-07-01/geo"/>
 <sr:StorageSystem>se.example</sr:StorageSystem><sr:Site>EXAMPLE-NORTH</sr:Site>
 <sr:StorageShare>tape-a</sr:StorageShare><sr:StorageMedia>tape</sr:StorageMedia><sr:FileCount>42</sr:FileCount>
 <sr:SubjectIdentity><sr:Group>geo.example</sr:Group>
  <sr:GroupAttribute sr:attributeType="subgroup">sim</sr:GroupAttribute>
  <sr:GroupAttribute sr:attributeType="authority">/O=Example/CN=voms.example</sr:GroupAttribute></sr:SubjectIdentity>
 <sr:StartTime>2024-06-30T02:00:00+02:00</sr:StartTime><sr:EndTime>2024-07-01T00:00:00</sr:EndTime>
 <sr:ResourceCapacityUsed>9000000000000</sr:ResourceCapacityUsed>
</sr:StorageUsageRecord></sr:StorageUsageRecords>
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


def share(*more: str, name: str | None = "r1", **changes: str | None) -> str:
    """A StAR record of the name `r1` with what is mandatory.

    Args:
        more: Elements, as they stand.
        name: The record's; None leaves its identity out.
        changes: Texts of elements; None leaves one out.
    """
    fields = {
        "StorageSystem": "se.example",
        "StartTime": "2024-06-30",
        "EndTime": "2024-07-01",
        "ResourceCapacityUsed": "5",
        **changes,
    }
    texts = [element(key, text) for key, text in fields.items() if text is not None]
    if name is not None:
        texts.append(element("RecordIdentity", "", recordId=name, createTime="2024-07-01"))
    return f"<p:StorageUsageRecord>{''.join(texts)}{''.join(more)}</p:StorageUsageRecord>"


def star(*records: str) -> str:
    """A StAR message, a record a line from the second on."""
    held = "\n".join(records or (share(),))
    return f'<p:StorageUsageRecords xmlns:p="{STAR_NS}">\n{held}\n</p:StorageUsageRecords>\n'
