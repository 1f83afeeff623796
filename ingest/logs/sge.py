"""The accounting file of the Grid Engine family: SGE, OGE, SoGE, Univa and Altair.

Colons part the columns, and nothing keeps a colon out of a job's name or its options: where numbers
stand tells. Rows of a parallel job's tasks add their CPU time to the job's, whichever comes first.
Sources: accounting(5) of SGE 6.2 and of Univa 8.5; APEL 2.5.0, SGE parser.
"""

from appliance.records.event import EVENT
from appliance.resources import text
from ingest.logs.format import Fault, LogFormat, Settings


def _select(settings: Settings) -> str:
    shown = "processors" if settings.parallel else "0 AS processors"
    return text("ingest", "sql/sge.sql").replace("{processors}", shown)


SGE = LogFormat(
    name="sge",
    kind=EVENT,
    columns=EVENT.given_by("sge"),
    select=_select,
    fold="sge_fold",
    complete="sge_complete",
    keeps="log_tasks",
    is_quick=True,
    faults=(Fault("memory_units", ("engine_memory", "engine_virtual")),),
)
