"""LSF's `lsb.acct`: texts in quotes, an inner quote twice, and bare numbers, by position.

What follows the hosts stands as much farther back as there are hosts. Durations are kept as they
were; the host factor stands beside them. Sources: LSF 10.1, lsb.acct reference; APEL 2.5.0, LSF
parser.
"""

from appliance.records.event import EVENT
from appliance.resources import text
from ingest.logs.format import Fault, LogFormat, Settings

_COLUMNS = """job_name local_user_id wall_duration cpu_duration start_time end_time memory_real
memory_virtual processors node_count queue state user_job_name submit_time cpu_source
scale_factor account join_id""".split()  # noqa: SIM905 # as the others


def _select(settings: Settings) -> str:
    return text("ingest", "sql/lsf.sql").replace("{parallel}", str(settings.parallel))


LSF = LogFormat(
    name="lsf",
    kind=EVENT,
    infrastructure="APEL-CREAM-LSF",
    columns=tuple(_COLUMNS),
    select=_select,
    faults=(Fault("star_n", ("lsf_slots", "lsf_host")),),
)
