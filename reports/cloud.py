"""Virtual machines: who used how many for how long, by month.

Memory and disk are known of records alone: a summary adds them up over machines that ran for
different times, so that nothing says for how long each was held.
"""

from dataclasses import replace

from appliance.errors import UsageError
from appliance.repository import Question
from appliance.resources import text
from reports.apel import with_tables
from reports.subject import Metric, Source, Subject
from reports.times import whole_months


def source(question: Question) -> Source:
    """What machines used, by month and by all that reports may ask for.

    Raises:
        UsageError: The times begin or end within a month: counters are not known there.
    """
    return _from(question, text("reports", "sql/cloud_used.sql"))


def source_as_apel(question: Question) -> Source:
    """The same of what the reference would hold. Raises as `source`."""
    return _from(question, with_tables("SELECT * FROM apel_cloud_used"))


def _from(question: Question, used: str) -> Source:
    if not whole_months(question):
        raise UsageError("machines are known by month, not by day", hint="--from 2026-05")
    told_apart = "month" in {*question.by, *(name for name, _ in question.where)}
    times = {"since": question.since, "until": question.until, "by_month": told_apart}
    rows = text("reports", "sql/cloud_usage.sql").replace("FROM used", f"FROM ({used})")
    return Source(rows, times)


CLOUD = Subject(
    dimensions={
        "site": "The site's name.",
        "service": "The service within the site.",
        "vo": "The virtual organisation.",
        "vo_group": "The group within the VO.",
        "vo_role": "The role within the group.",
        "user": "The user's DN or token subject.",
        "month": "YYYY-MM of the measurement, UTC; 0000-00: nobody knows.",
        "year": "The year of the measurement, UTC.",
        "status": "started, suspended or completed, by custom, at the last record of the month.",
        "image": "The image that it began from.",
        "cloud_type": "The middleware.",
        "benchmark": "The benchmark's name, as it was sent.",
        "cores": "Cores of one machine; 0: not said.",
    },
    metrics={
        "vms": Metric("sum(vms)", "Machines, each once a month.", leads=False),
        "wall_hours": Metric("sum(wall) / 3600", "Hours run."),
        "core_hours": Metric("sum(core_wall) / 3600", "Hours run × cores; one where nobody says."),
        "cpu_hours": Metric("sum(cpu) / 3600", "CPU hours of all cores."),
        "efficiency": Metric(
            "sum(cpu) / nullif(sum(core_wall), 0)", "CPU hours by core hours.", leads=False
        ),
        "memory_gb_hours": Metric(
            "sum(memory_mb_s) / 1024 / 3600",
            "Hours run × memory, 1024 MB to the GB: of machines with records.",
            needs="no_memory_hours",
        ),
        "no_memory_hours": Metric(
            "sum(no_memory) / 3600",
            "Hours run of machines whose memory is not known.",
            leads=False,
        ),
        "disk_gb_hours": Metric(
            "sum(disk_gb_s) / 3600",
            "Hours run × disk: of machines with records.",
            needs="no_disk_hours",
        ),
        "no_disk_hours": Metric(
            "sum(no_disk) / 3600", "Hours run of machines whose disk is not known.", leads=False
        ),
        "network_gb": Metric("sum(network)", "Received and sent."),
        "network_in_gb": Metric("sum(network_in)", "Received."),
        "network_out_gb": Metric("sum(network_out)", "Sent."),
        "fallen_vms": Metric(
            "sum(fallen)", "Machines whose counters fell: their hours are negative.", leads=False
        ),
        "undated_vms": Metric(
            "sum(CASE WHEN counts THEN 0 ELSE undated END)",
            "Machines of no known month: no other figure has them, unless by month.",
            leads=False,
        ),
        "summaries_left_out": Metric(
            "sum(summaries_left_out)",
            "Received summaries of services and months that there are records of.",
            leads=False,
        ),
    },
    standard=("vms", "wall_hours", "core_hours", "cpu_hours", "efficiency"),
    source=source,
    remarks={
        "undated_vms": "{n} machines of no known month are left out; --by month shows them",
        "fallen_vms": "{n} machines have counters that fell: their hours are negative",
        "summaries_left_out": "{n} received cloud summaries are left out: there are records of the "
        "same service and month",
    },
)

CLOUD_AS_APEL = replace(CLOUD, source=source_as_apel)
