"""LSF's `lsb.acct`: texts in quotes, an inner quote twice, and bare numbers, by position.

What follows the hosts stands as much farther back as there are hosts. Durations are kept as they
were; the host factor stands beside them. Sources: LSF 10.1, lsb.acct reference; APEL 2.5.0, LSF
parser.
"""

from appliance.records.event import EVENT
from appliance.resources import text
from ingest.logs.format import Fault, LogFormat, Settings


def _select(settings: Settings) -> str:
    return text("ingest", "sql/lsf.sql").replace("{parallel}", str(settings.parallel))


LSF = LogFormat(
    name="lsf",
    kind=EVENT,
    columns=EVENT.given_by("lsf"),
    select=_select,
    faults=(Fault("star_n", ("lsf_slots", "lsf_host")),),
)
