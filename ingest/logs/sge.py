"""The accounting file of the Grid Engine family: SGE, OGE, SoGE, Univa and Altair.

Colons part the columns, and nothing keeps a colon out of a job's name or its options: where numbers
stand tells. Rows of a parallel job's tasks add their CPU time to the job's, whichever comes first.
Sources: accounting(5) of SGE 6.2 and of Univa 8.5; APEL 2.5.0, SGE parser.
"""

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
    whens = " ".join(
        f"WHEN {' AND '.join(_is_number(f'f[{at + extra}]') for at in (6, 9, 10, 11))} THEN {extra}"
        for extra in range(_MOST_COLONS + 1)
    )
    return f"CASE WHEN len(f) IN {_WIDTHS} THEN 0 {whens} ELSE 0 END"


def _late() -> str:
    """The same and those of the category, which the memory and the reservation follow."""
    whens = " ".join(
        f"WHEN {' AND '.join(_is_number(f'f[{at + extra} + shift]') for at in (43, 44, 45))} "
        f"THEN shift + {extra}"
        for extra in range(_MOST_COLONS + 1)
    )
    return f"CASE WHEN len(f) IN {_WIDTHS} THEN shift {whens} ELSE shift END"


def _is_number(value: str) -> str:
    return f"coalesce(regexp_full_match({value}, '[0-9]+([.][0-9]+)?'), false)"


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
