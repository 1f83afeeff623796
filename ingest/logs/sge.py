"""The accounting file of the Grid Engine family: SGE, OGE, SoGE, Univa and Altair.

Colons part the columns, and nothing keeps a colon out of a job's name or its options: where numbers
stand tells. Rows of a parallel job's tasks add their CPU time to the job's, whichever comes first.
Sources: accounting(5) of SGE 6.2 and of Univa 8.5; APEL 2.5.0, SGE parser.
"""

from collections.abc import Sequence

from appliance.records.event import EVENT
from appliance.resources import text
from ingest.logs.format import Fault, LogFormat, Settings

_WIDTHS = (43, 45, 52)
"""Columns before advance reservations, with them, and of Univa."""
_MOST_COLONS = 9
"""That a job's name may hold."""


def _select(settings: Settings) -> str:
    shown = "processors" if settings.parallel else "0 AS processors"
    return (
        text("ingest", "sql/sge.sql")
        .replace("{shift}", _shift())
        .replace("{late}", _late())
        .replace("{processors}", shown)
    )


def _shift() -> str:
    """How many colons the job's name holds: its number and its three times follow it."""
    return f"CASE WHEN len(f) IN {_WIDTHS} THEN 0 ELSE {_first((6, 9, 10, 11), 'extra')} END"


def _late() -> str:
    """The same and those of the category, which the memory and the reservation follow."""
    found = _first((43, 44, 45), "extra + shift")
    return f"CASE WHEN len(f) IN {_WIDTHS} THEN shift ELSE shift + {found} END"


def _first(places: Sequence[int], further: str) -> str:
    """The least `extra` with numbers in all these places when they lie that much further on.

    0: there is none. Few lines are asked; of those most have none, so that 0 is tried first.
    """
    found = f"list_filter(range(1, {_MOST_COLONS + 1}), lambda extra: {_numbers(places, further)})"
    here = _numbers(places, further.replace("extra", "0"))
    return f"CASE WHEN {here} THEN 0 ELSE coalesce({found}[1], 0) END"


def _numbers(places: Sequence[int], further: str) -> str:
    """Whether numbers stand in these fields. No field has a colon in it."""
    texts = " || ':' || ".join(f"f[{at} + {further}]" for at in places)
    pattern = ":".join(["[0-9]+([.][0-9]+)?"] * len(places))
    return f"coalesce(regexp_full_match({texts}, '{pattern}'), false)"


SGE = LogFormat(
    name="sge",
    kind=EVENT,
    columns=EVENT.given_by("sge"),
    select=_select,
    fold="sge_fold",
    complete="sge_complete",
    keeps="log_tasks",
    faults=(Fault("memory_units", ("engine_memory", "engine_virtual")),),
)
