"""PBS accounting: Torque, OpenPBS and PBS Professional, `server_priv/accounting/YYYYMMDD`.

A line is `STAMP;TYPE;JOB;KEY=VALUE KEY=VALUE …`. Times are seconds since the epoch; the stamp has
no zone and is not used. Sources: PBS Professional 2022.1, administrator's guide, accounting log;
Torque 6.1, job accounting; APEL 2.5.0, PBS parser.
"""

from collections.abc import Sequence

from appliance.records.event import EVENT
from appliance.resources import text
from ingest.logs import pbs_keys
from ingest.logs.format import Fault, LogFormat, Settings
from ingest.logs.pbs_keys import Variant

_KEYS = """user group account queue jobname ctime qtime start end exec_host Exit_status
resources_used.walltime resources_used.cput resources_used.mem resources_used.vmem
resources_used.ncpus Resource_List.ncpus Resource_List.nodect Resource_List.ngpus
Resource_List.nodes Resource_List.select""".split()  # noqa: SIM905
"""Keys that mean something."""
_NEAR = (0, 1, -1, 2, -2)
"""How far a key may stand from where the layout has it; farther away it is searched for."""


def _select(settings: Settings) -> str:
    jobs = pbs_keys.of(settings.layout)
    variants = pbs_keys.plain(jobs)
    said = dict.fromkeys(filter(pbs_keys.is_key, jobs[0]))
    return (
        text("ingest", "sql/pbs.sql")
        .replace("{variant}", pbs_keys.variant(variants))
        .replace("{by}", "".join(f", {shift}" for shift in pbs_keys.shifts(variants, _KEYS)))
        .replace("{near}", "".join(f', {_near(jobs[0], key)} AS "at {key}"' for key in said))
        .replace("{read}", " + ".join(["0", *(f'("at {key}" IS NOT NULL)::INT' for key in said)]))
        .replace("{items}", ", ".join(_item(variants, key, key in said) for key in _KEYS))
        .replace("{values}", ", ".join(_value(key) for key in _KEYS))
        .replace("{parallel}", str(settings.parallel))
    )


def _near(keys: Variant, key: str) -> str:
    """A sought key's item near its place in the layout, among those of a message, `g`."""
    places = [keys.index(key) + 1 + by for by in _NEAR]
    near = [f"WHEN starts_with(g[{at}], '{key}=') THEN g[{at}]" for at in places if at > 0]
    return f"CASE WHEN NOT is_sought THEN NULL {' '.join(near)} END"


def _item(variants: Sequence[Variant], key: str, is_said: bool) -> str:
    """A key's item; NULL: it has none. A message whose items are all near is not searched."""
    anywhere = (
        f"CASE WHEN NOT is_read AND contains(message, '{key}=') "
        f"THEN list_filter(g, lambda item: starts_with(item, '{key}='))[1] END"
    )
    sought = f'coalesce("at {key}", {anywhere})' if is_said else anywhere
    return f'CASE WHEN is_sought THEN {sought} ELSE {pbs_keys.item(variants, key)} END AS "{key}"'


def _value(key: str) -> str:
    """A key's value; NULL: it has none. It is cut off only where it is of use, since that costs."""
    value = f'substr("{key}", {len(key) + 2})'
    match key:
        case "Exit_status":  # told with its key
            value = f"nullif(\"{key}\", '{key}=')"
        case "qtime":
            value = f"CASE WHEN coalesce(ctime, 'ctime=') = 'ctime=' THEN nullif({value}, '') END"
        case "Resource_List.nodect":  # where the hosts are not known
            return f'"{key}"'
        case "Resource_List.nodes" | "Resource_List.select":
            value = f"CASE WHEN contains(\"{key}\", 'gpus=') THEN {value} END"
        case _:
            value = f"nullif({value}, '')"
    return f'{value} AS "{key}"'


PBS = LogFormat(
    name="pbs",
    kind=EVENT,
    columns=EVENT.given_by("pbs"),
    layout=pbs_keys.layout,
    select=_select,
    faults=(
        Fault("memory_units", ("pbs_kilobytes_of",)),
        Fault("star_n", ("pbs_cores", "pbs_lone")),
    ),
)
