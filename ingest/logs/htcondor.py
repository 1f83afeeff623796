"""HTCondor's history: APEL's eleven values between bars, or the ads themselves; CE ads too.

Which of them is seen from the content. Evicted jobs are read with the sums over all attempts, of
wall time and of CPU time alike. Sources: HTCondor 24, job ClassAd attributes, condor_history;
APEL 2.5.0, HTCondor parser; gratia-probe 2.8.4.
"""

from collections.abc import Sequence
from functools import partial

from appliance.records.event import EVENT
from appliance.resources import text
from ingest.logs import ads, lines
from ingest.logs.format import ANY_LINE, Boundary, Fault, LogFormat, Settings, after_any_line
from ingest.logs.lines import Lines

_ATTRIBUTES = """GlobalJobId ClusterId ProcId Owner AccountingGroup QDate JobStatus JobUniverse
JobStartDate CompletionDate EnteredCurrentStatus RemoteWallClockTime RemoteUserCpu RemoteSysCpu
CumulativeRemoteUserCpu CumulativeRemoteSysCpu CumulativeSlotTime CpusProvisioned RequestCpus
MachineAttrCpus0 GPUsProvisioned RequestGPUs GPUs_DeviceName ResidentSetSize_RAW ResidentSetSize
MemoryUsage ImageSize_RAW ImageSize MachineAttrApelScaling0 MachineAttrApelSpecs0
x509userproxysubject x509UserProxyFirstFQAN x509UserProxyVOName AuthTokenSubject
orig_AuthTokenSubject AuthTokenGroups orig_AuthTokenGroups RoutedToJobId GridJobId
AuthTokenIssuer orig_AuthTokenIssuer""".split()  # noqa: SIM905
"""Attributes that mean something."""
_PIPE = "pipe"
_IN_PIPE = """job_name local_user_id wall_duration cpu_duration start_time end_time memory_real
memory_virtual processors job_label submit_time cpu_source scale_factor""".split()  # noqa: SIM905
"""Columns that its values give."""
_HEAD_BYTES = 1 << 12


def _layout(head: Sequence[str]) -> str:
    return ads.form(head) or _PIPE


def _form(body: bytes) -> str:
    return _layout(lines.head(body, _HEAD_BYTES))


def _gather(body: bytes, layout: str) -> Lines:
    how = layout or _form(body)
    return lines.read(body) if how == _PIPE else ads.gather(body, how, _ATTRIBUTES)


def _boundary(layout: str) -> Boundary:
    return ANY_LINE if layout == _PIPE else Boundary(partial(_end, layout), is_near=False)


def _end(layout: str, body: bytes) -> int:
    how = layout or _form(body)
    return after_any_line(body) if how == _PIPE else ads.end_of_last(body, how)


def _given(layout: str) -> Sequence[str]:
    return _IN_PIPE if layout == _PIPE else HTCONDOR.columns


def _select(settings: Settings) -> str:
    if settings.layout == _PIPE:
        return text("ingest", "sql/htcondor_pipe.sql")
    values = ", ".join(
        f'stage.defined(f[{at}]) AS "{name}"' for at, name in enumerate(_ATTRIBUTES, 3)
    )
    return text("ingest", "sql/htcondor_ads.sql").replace("{values}", values)


HTCONDOR = LogFormat(
    name="htcondor",
    kind=EVENT,
    columns=EVENT.given_by("htcondor"),
    layout=_layout,
    select=_select,
    given=_given,
    boundary=_boundary,
    gather=_gather,
    is_quick=True,
    faults=(Fault("states", ("condor_counts",)),),
)
