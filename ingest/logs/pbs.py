"""PBS accounting: Torque, OpenPBS and PBS Professional, `server_priv/accounting/YYYYMMDD`.

A line is `STAMP;TYPE;JOB;KEY=VALUE KEY=VALUE …`. Times are seconds since the epoch; the stamp has
no zone and is not used. Sources: PBS Professional 2022.1, administrator's guide, accounting log;
Torque 6.1, job accounting; APEL 2.5.0, PBS parser.
"""

from collections.abc import Sequence

from appliance.records.event import EVENT
from appliance.resources import text
from ingest.logs.format import Fault, LogFormat, Settings

_KEYS = """user group account queue jobname ctime qtime start end exec_host Exit_status
resources_used.walltime resources_used.cput resources_used.mem resources_used.vmem
resources_used.ncpus Resource_List.ncpus Resource_List.nodect Resource_List.ngpus
Resource_List.nodes Resource_List.select""".split()  # noqa: SIM905
"""Keys that mean something."""
_NEAR = (0, 1, -1, 2, -2)
"""How far a key may stand from where the layout has it; farther away it is searched for."""
_COLUMNS = """job_name local_user_id wall_duration cpu_duration start_time end_time memory_real
memory_virtual processors node_count local_user_group queue state user_job_name
submit_time gpu_count cpu_source account""".split()  # noqa: SIM905 # as the others


def _layout(head: Sequence[str]) -> str:
    """The keys of the first job that ended: others have nearly the same, in the same order."""
    for line in head:
        parts = line.split(";", 3)
        if len(parts) == 4 and parts[1] == "E":  # noqa: PLR2004 # as the grammar has it
            keys = [item.partition("=")[0] for item in parts[3].split(" ")]
            return " ".join(key if key in _KEYS else "-" for key in keys).rstrip(" -")
    return ""


def _select(settings: Settings) -> str:
    keys = settings.layout.split(" ")
    items = ", ".join(f'{_item(keys, key)} AS "{key}"' for key in _KEYS)
    values = ", ".join(_value(key) for key in _KEYS)
    return (
        text("ingest", "sql/pbs.sql")
        .replace("{items}", items)
        .replace("{values}", values)
        .replace("{parallel}", str(settings.parallel))
    )


def _item(keys: Sequence[str], key: str) -> str:
    """A key's item among those of a message, `f`; NULL: it has none."""
    begins = f"starts_with({{}}, '{key}=')"
    places = [keys.index(key) + 1 + by for by in _NEAR] if key in keys else []
    near = [f"WHEN {begins.format(f'f[{at}]')} THEN f[{at}]" for at in places if at > 0]
    anywhere = f"list_filter(f, lambda item: {begins.format('item')})[1]"
    return f"CASE {' '.join(near)} WHEN contains(message, '{key}=') THEN {anywhere} END"


def _value(key: str) -> str:
    return f'stage.unquoted(substr("{key}", {len(key) + 2}), is_quoted) AS "{key}"'


PBS = LogFormat(
    name="pbs",
    kind=EVENT,
    infrastructure="APEL-CREAM-PBS",
    columns=tuple(_COLUMNS),
    layout=_layout,
    select=_select,
    faults=(
        Fault("memory_units", ("pbs_kilobytes_of",)),
        Fault("star_n", ("pbs_cores",)),
    ),
)
