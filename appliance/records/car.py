"""CAR, the compute accounting record of EMI, as a job record. Source: CAR 1.2; APEL 2.5.0.

Beyond the reference, which reads none of these: the spellings `vo-group` and `vo-role`, which its
own writer uses, and memory.
"""

from appliance.records.job import JOB
from appliance.records.xml import Meaning, Pick, Source, XmlForm


def _group(*types: str) -> Source:
    return Source("GroupAttribute", only=("type", frozenset(types)))


def _memory(*types: str) -> Source:
    kinds = "type", frozenset(types)
    return Source("Memory", Meaning.MEMORY, only=kinds, prefer=("metric", "max"))


CAR = XmlForm(
    name="CAR",
    kind=JOB,
    namespace="http://eu-emi.eu/namespaces/2012/11/computerecord",
    record="UsageRecord",
    fields={
        "Site": Source("Site"),
        "SubmitHost": Source("SubmitHost"),
        "MachineName": Source("MachineName"),
        "Queue": Source("Queue"),
        "LocalJobId": Source("LocalJobId"),
        "LocalUserId": Source("LocalUserId"),
        "GlobalUserName": Source("GlobalUserName"),
        "FQAN": _group("FQAN"),
        "VO": Source("Group"),
        "VOGroup": _group("group", "vo-group"),
        "VORole": _group("role", "vo-role"),
        "WallDuration": Source("WallDuration", Meaning.DURATION),
        "CpuDuration": Source(
            "CpuDuration", Meaning.DURATION, pick=Pick.ONLY, prefer=("usageType", "all")
        ),
        "Processors": Source("Processors", Meaning.INTEGER),
        "NodeCount": Source("NodeCount", Meaning.INTEGER),
        "StartTime": Source("StartTime", Meaning.INSTANT),
        "EndTime": Source("EndTime", Meaning.INSTANT),
        "InfrastructureDescription": Source("Infrastructure", attribute="description"),
        "InfrastructureType": Source("Infrastructure", attribute="type"),
        "MemoryReal": _memory("Physical"),
        "MemoryVirtual": _memory("Shared", "Virtual"),  # APEL and ARC write virtual as `Shared`
        "ServiceLevelType": Source("ServiceLevel", attribute="type", pick=Pick.BENCHMARK),
        "ServiceLevel": Source("ServiceLevel", Meaning.DECIMAL, pick=Pick.BENCHMARK),
    },
)
