"""PBS accounting: Torque, OpenPBS and PBS Professional, `server_priv/accounting/YYYYMMDD`.

A line is `STAMP;TYPE;JOB;KEY=VALUE KEY=VALUE …`. Times are seconds since the epoch; the stamp has
no zone and is not used. Sources: PBS Professional 2022.1, administrator's guide, accounting log;
Torque 6.1, job accounting; APEL 2.5.0, PBS parser.
"""

import re
from collections import Counter
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
_MOST_VARIANTS = 3
"""Of jobs in a layout: each costs the lines that are of none some time."""
_NAME = re.compile(r"[A-Za-z][\w.]{0,60}", re.ASCII)
"""Keys that are kept in a layout, which becomes SQL."""
_COLUMNS = """job_name local_user_id wall_duration cpu_duration start_time end_time memory_real
memory_virtual processors node_count local_user_group queue state user_job_name
submit_time gpu_count cpu_source account""".split()  # noqa: SIM905 # as the others


def _layout(head: Sequence[str]) -> str:
    """The keys of the first job that ended, and those of others: most have one of these lists.

    Blanks stand between keys, semicolons between lists.
    """
    seen = Counter(_keys(line) for line in head)
    del seen[""]
    first = next(iter(seen), "")
    others = [keys for keys, _ in seen.most_common() if keys != first]
    return ";".join([first, *others[: _MOST_VARIANTS - 1]])


def _keys(line: str) -> str:
    """Those of a job that ended; empty: it is another line."""
    parts = line.split(";", 3)
    if len(parts) < 4 or parts[1] != "E":  # noqa: PLR2004 # as the grammar has it
        return ""
    keys = [item.partition("=")[0] for item in parts[3].split(" ")]
    return " ".join(key if _NAME.fullmatch(key) else "-" for key in keys[:_MOST_KEYS])


def _select(settings: Settings) -> str:
    jobs = [keys.split(" ") for keys in settings.layout.split(";")]
    keys, variants = jobs[0], _variants(jobs)
    said = dict.fromkeys(key for key in keys if _NAME.fullmatch(key))
    places = [_places(variants, key) for key in _KEYS]
    shifts = dict.fromkeys(shift for first, shift in places if first > 1)
    return (
        text("ingest", "sql/pbs.sql")
        .replace("{variant}", _variant(variants))
        .replace("{by}", "".join(f", {_by(shift)}" for shift in shifts))
        .replace("{near}", "".join(f', {_near(keys, key)} AS "at {key}"' for key in said))
        .replace("{read}", " + ".join(["0", *(f'("at {key}" IS NOT NULL)::INT' for key in said)]))
        .replace("{items}", ", ".join(_item(variants, key, key in said) for key in _KEYS))
        .replace("{values}", ", ".join(_value(key) for key in _KEYS))
        .replace("{parallel}", str(settings.parallel))
    )


def _variants(jobs: Sequence[Sequence[str]]) -> list[Sequence[str]]:
    """Those jobs of a layout whose keys say by their places alone what a line has."""
    return [
        keys
        for keys in jobs
        if len(set(keys)) == len(keys)
        and all(_NAME.fullmatch(key) for key in keys)
        and keys[0] == jobs[0][0]
    ]


def _variant(variants: Sequence[Sequence[str]]) -> str:
    """Which of them a line is, from 1; NULL: none, or it has quotes."""
    cases = [f"WHEN {_test(keys)} THEN {number}" for number, keys in enumerate(variants, 1)]
    if not cases:
        return "NULL::INT"
    one = f"CASE {' '.join(cases)} END"
    return f"CASE WHEN is_plain AND NOT is_quoted AND head[2] IN ('E', 'R') THEN {one} END"


def _test(keys: Sequence[str]) -> str:
    items = ["head[4]", *(f"f[{at}]" for at in range(3, len(keys) + 2))]
    tests = [f"starts_with({item}, '{key}=')" for item, key in zip(items, keys, strict=True)]
    return " AND ".join([f"len(f) = {len(keys) + 1}", *tests])


_Shift = tuple[int | None, ...]
"""How far behind its first place a key stands in each variant; None: there it is not."""


def _places(variants: Sequence[Sequence[str]], key: str) -> tuple[int, _Shift]:
    """A key's first place among the items, from 1, and its shift; 0: it is in no variant."""
    places = [keys.index(key) + 1 if key in keys else None for keys in variants]
    first = next((place for place in places if place), 0)
    return first, tuple(place and place - first for place in places)


def _by(shift: _Shift) -> str:
    """A line's shift, of a kind that several keys share; NULL: it is of no variant."""
    cases = [f"WHEN {n} THEN {by}" for n, by in enumerate(shift, 1) if by is not None]
    return f"CASE variant {' '.join(cases)} END AS {_name(shift)}"


def _name(shift: _Shift) -> str:
    return f'"by {" ".join(map(str, shift))}"'


def _near(keys: Sequence[str], key: str) -> str:
    """A sought key's item near its place in the layout, among those of a message, `g`."""
    places = [keys.index(key) + 1 + by for by in _NEAR]
    near = [f"WHEN starts_with(g[{at}], '{key}=') THEN g[{at}]" for at in places if at > 0]
    return f"CASE WHEN NOT is_sought THEN NULL {' '.join(near)} END"


def _item(variants: Sequence[Sequence[str]], key: str, is_said: bool) -> str:
    """A key's item; NULL: it has none. A message whose items are all near is not searched."""
    anywhere = (
        f"CASE WHEN NOT is_read AND contains(message, '{key}=') "
        f"THEN list_filter(g, lambda item: starts_with(item, '{key}='))[1] END"
    )
    sought = f'coalesce("at {key}", {anywhere})' if is_said else anywhere
    first, shift = _places(variants, key)
    placed = f"f[{first + 1} + {_name(shift)}]" if first > 1 else "NULL"
    if first == 1:  # before it stands the line's head
        placed = "CASE WHEN variant IS NOT NULL THEN head[4] END"
    return f'CASE WHEN is_sought THEN {sought} ELSE {placed} END AS "{key}"'


def _value(key: str) -> str:
    """A key's value; NULL: it has none. Cut off only where it is of use, since that costs."""
    value = f'substr("{key}", {len(key) + 2})'
    if key == "Exit_status":  # told with its key
        return f'nullif("{key}", \'{key}=\') AS "{key}"'
    if key in ("Resource_List.nodes", "Resource_List.select"):
        return f'CASE WHEN contains("{key}", \'gpus=\') THEN {value} END AS "{key}"'
    return f"nullif({value}, '') AS \"{key}\""


PBS = LogFormat(
    name="pbs",
    kind=EVENT,
    infrastructure="APEL-CREAM-PBS",
    columns=tuple(_COLUMNS),
    layout=_layout,
    select=_select,
    faults=(
        Fault("memory_units", ("pbs_kilobytes_of",)),
        Fault("star_n", ("pbs_cores", "pbs_lone")),
    ),
)
