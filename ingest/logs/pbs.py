"""PBS accounting: Torque, OpenPBS and PBS Professional, `server_priv/accounting/YYYYMMDD`.

A line is `STAMP;TYPE;JOB;KEY=VALUE KEY=VALUE …`. Times are seconds since the epoch; the stamp has
no zone and is not used. Sources: PBS Professional 2022.1, administrator's guide, accounting log;
Torque 6.1, job accounting; APEL 2.5.0, PBS parser.
"""

import re
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
_MOST_KEYS = 60
_NAME = re.compile(r"[A-Za-z][\w.]{0,60}", re.ASCII)
"""Keys that are kept in a layout, which becomes SQL."""


def _layout(head: Sequence[str]) -> str:
    """The keys of the first job that ended: others have nearly the same, in the same order."""
    for line in head:
        parts = line.split(";", 3)
        if len(parts) == 4 and parts[1] == "E":  # noqa: PLR2004 # as the grammar has it
            keys = [item.partition("=")[0] for item in parts[3].split(" ")]
            return " ".join(key if _NAME.fullmatch(key) else "-" for key in keys[:_MOST_KEYS])
    return ""


def _select(settings: Settings) -> str:
    keys = settings.layout.split(" ")
    said = dict.fromkeys(key for key in keys if _NAME.fullmatch(key))
    return (
        text("ingest", "sql/pbs.sql")
        .replace("{near}", "".join(f', {_near(keys, key)} AS "at {key}"' for key in said))
        .replace("{read}", " + ".join(["0", *(f'("at {key}" IS NOT NULL)::INT' for key in said)]))
        .replace("{items}", ", ".join(f'{_item(key, key in said)} AS "{key}"' for key in _KEYS))
        .replace("{values}", ", ".join(_value(key) for key in _KEYS))
        .replace("{parallel}", str(settings.parallel))
    )


def _near(keys: Sequence[str], key: str) -> str:
    """A key's item near its place in the layout, among those of a message, `f`; else NULL."""
    places = [keys.index(key) + 1 + by for by in _NEAR]
    near = [f"WHEN starts_with(f[{at}], '{key}=') THEN f[{at}]" for at in places if at > 0]
    return f"CASE {' '.join(near)} END"


def _item(key: str, is_said: bool) -> str:
    """A key's item; NULL: it has none. A message whose items are all near is not searched."""
    anywhere = (
        f"CASE WHEN NOT is_read AND contains(message, '{key}=') "
        f"THEN list_filter(f, lambda item: starts_with(item, '{key}='))[1] END"
    )
    return f'coalesce("at {key}", {anywhere})' if is_said else anywhere


def _value(key: str) -> str:
    return f'nullif(substr("{key}", {len(key) + 2}), \'\') AS "{key}"'


PBS = LogFormat(
    name="pbs",
    kind=EVENT,
    columns=EVENT.given_by("pbs"),
    layout=_layout,
    select=_select,
    faults=(
        Fault("memory_units", ("pbs_kilobytes_of",)),
        Fault("star_n", ("pbs_cores", "pbs_lone")),
    ),
)
