"""XML messages, byte for byte, and what is made harmless in them."""

import re
from collections.abc import Callable

from tests import documents
from tests.jobs import message, record
from tests.reports.publish.conftest import Sent

Load = Callable[..., object]

CAR = (
    '<?xml version="1.0" ?>\n'
    '<urf:UsageRecords xmlns:urf="http://eu-emi.eu/namespaces/2012/11/computerecord"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    ' xsi:schemaLocation="http://eu-emi.eu/namespaces/2012/11/computerecord car_v1.2.xsd">\n'
    '<urf:UsageRecord><urf:RecordIdentity urf:createTime="NOW"'
    ' urf:recordId="batch 1 2024-06-01 00:01:00"/>'
    "<urf:JobIdentity><urf:LocalJobId>1</urf:LocalJobId></urf:JobIdentity>"
    '<urf:UserIdentity><urf:GlobalUserName urf:type="opensslCompat">/CN=A &amp; B'
    "</urf:GlobalUserName><urf:Group>geo</urf:Group>"
    '<urf:GroupAttribute urf:type="FQAN">/geo/Role=x</urf:GroupAttribute>'
    '<urf:GroupAttribute urf:type="vo-group">/geo</urf:GroupAttribute>'
    '<urf:GroupAttribute urf:type="vo-role">Role=x</urf:GroupAttribute>'
    "<urf:LocalUserId>pilot</urf:LocalUserId></urf:UserIdentity>"
    '<urf:Status>completed</urf:Status><urf:Infrastructure urf:type="grid"/>'
    "<urf:WallDuration>PT60S</urf:WallDuration>"
    '<urf:CpuDuration urf:usageType="all">PT50S</urf:CpuDuration>'
    '<urf:ServiceLevel urf:type="HEPSPEC">10.0</urf:ServiceLevel>'
    '<urf:Memory urf:type="Physical" urf:storageUnit="KB">7</urf:Memory>'
    '<urf:Memory urf:type="Shared" urf:storageUnit="KB">9</urf:Memory>'
    "<urf:NodeCount>2</urf:NodeCount><urf:Processors>4</urf:Processors>"
    "<urf:EndTime>2024-06-01T00:01:00Z</urf:EndTime>"
    "<urf:StartTime>2024-06-01T00:00:00Z</urf:StartTime>"
    "<urf:MachineName>batch</urf:MachineName><urf:SubmitHost>ce</urf:SubmitHost>"
    "<urf:Queue>long</urf:Queue><urf:Site>S1</urf:Site></urf:UsageRecord>\n"
    "</urf:UsageRecords>\n"
)
STAR = (
    '<?xml version="1.0" ?>\n'
    '<sr:StorageUsageRecords xmlns:sr="http://eu-emi.eu/namespaces/2011/02/storagerecord">\n'
    '<sr:StorageUsageRecord><sr:RecordIdentity sr:createTime="2024-07-01T03:00:00Z"'
    ' sr:recordId="se.example/2024-07-01/geo"/>'
    "<sr:StorageSystem>se.example</sr:StorageSystem><sr:Site>EXAMPLE-NORTH</sr:Site>"
    "<sr:StorageShare>tape-a</sr:StorageShare><sr:StorageMedia>tape</sr:StorageMedia>"
    "<sr:FileCount>42</sr:FileCount><sr:SubjectIdentity><sr:Group>geo.example</sr:Group>"
    '<sr:GroupAttribute sr:attributeType="subgroup">sim</sr:GroupAttribute>'
    '<sr:GroupAttribute sr:attributeType="authority">/O=Example/CN=voms.example'
    "</sr:GroupAttribute></sr:SubjectIdentity><sr:StartTime>2024-06-30T00:00:00Z</sr:StartTime>"
    "<sr:EndTime>2024-07-01T00:00:00Z</sr:EndTime>"
    "<sr:ResourceCapacityUsed>9000000000000</sr:ResourceCapacityUsed></sr:StorageUsageRecord>\n"
    "</sr:StorageUsageRecords>\n"
)


def car(sent: Sent) -> str:
    """The only CAR message, without the time at which it was made."""
    [text] = sent("jobs", style="ur")
    made = r'urf:createTime="\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"'
    text, times = re.subn(made, 'urf:createTime="NOW"', text)
    assert times == text.count("<urf:UsageRecord>")
    return text


def test_a_job_as_car(load: Load, sent: Sent) -> None:
    load(
        message(
            record(
                MachineName="batch", SubmitHost="ce", Queue="long", LocalUserId="pilot",
                GlobalUserName="/CN=A & B", FQAN="/geo/Role=x", InfrastructureType="grid",
                InfrastructureDescription="APEL-SLURM", MemoryReal="7", MemoryVirtual="9",
                NodeCount="2", Processors="4",
            )
        )
    )  # fmt: skip
    assert car(sent) == CAR


def test_what_a_job_does_not_say_is_left_out_of_car(load: Load, sent: Sent) -> None:
    load(message(record(MemoryReal="0")))
    text = car(sent)
    left_out = (
        "GlobalUserName",
        "FQAN",
        "LocalUserId",
        "SubmitHost",
        "Memory",
        "NodeCount",
        "Processors",
    )
    assert [name for name in left_out if name in text] == []
    assert 'recordId="None 1 2024-06-01 00:01:00"' in text
    assert "<urf:MachineName>None</urf:MachineName><urf:Queue>None</urf:Queue>" in text
    assert '<urf:Group>None</urf:Group><urf:GroupAttribute urf:type="vo-group">None<' in text
    assert '<urf:Infrastructure urf:type=""/>' in text


def test_a_job_without_a_service_level_is_sent_without_one(load: Load, sent: Sent) -> None:
    load(documents.EXAMPLE_8_9)
    text = car(sent)
    assert "ServiceLevel" not in text
    assert text.count("<urf:UsageRecord>") == 1


def test_a_storage_record_keeps_its_time_and_the_attributes_of_its_group(
    load: Load, sent: Sent
) -> None:
    load(documents.EXAMPLE_8_8)
    assert sent("storage_records") == [STAR]


def test_of_a_storage_record_null_and_none_are_left_out(load: Load, sent: Sent) -> None:
    load(documents.star(documents.share(Site="", Group="NONE")))
    [text] = sent("storage_records")
    assert "<sr:StorageSystem>se.example</sr:StorageSystem><sr:SubjectIdentity/>" in text


def test_marks_of_xml_are_escaped_in_texts_and_attributes(load: Load, sent: Sent) -> None:
    load(message(record(MachineName="a\tb", LocalJobId='<&>"', Queue='<&>"')))
    text = car(sent)
    assert 'urf:recordId="a&#9;b &lt;&amp;&gt;&quot; 2024-06-01 00:01:00"' in text
    assert "<urf:Queue>&lt;&amp;&gt;&quot;</urf:Queue>" in text
    assert "<urf:MachineName>a\tb</urf:MachineName>" in text
