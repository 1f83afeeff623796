"""Gatekeeper logs, as BLAH, CREAM, ARC and HTCondor-CE write them: `"key=value"` groups.

One line a job that passed. Keys come in any order; of a repeated one the first counts. A quote in
a value may be escaped or not: a group ends at a quote that another group follows. Sources: APEL
2.5.0, BLAH parser; ARC 7, arc-blahp-logger; HTCondor-CE 25, APEL converter.
"""

import re
from collections.abc import Sequence
from itertools import groupby

from appliance.records.gatekeeper import GATEKEEPER
from appliance.resources import text
from ingest.logs.format import LogFormat, Settings

_KEYS = ("timestamp", "userDN", "userFQAN", "ceID", "jobID", "lrmsID", "localUser", "clientID")
"""Keys that mean something."""
_REPEATED = "userFQAN"
"""As often as the credential has FQANs; the first is the primary one."""
_COLUMNS = """time_stamp global_user_name fqan vo vo_group vo_role ce global_job_id lrms_id
valid_from valid_until local_user client_id""".split()  # noqa: SIM905 # as the others


def _layout(head: Sequence[str]) -> str:
    """The keys of the first line that is as simple as nearly all are; none: no line is."""
    for line in head:
        keys = re.findall(r'(?:^|")"?(\w+)=', line)
        simple = [key for key, _ in groupby(keys)]
        if _KEYS[0] in simple and len(simple) == len(set(simple)):
            return ",".join(simple)
    return ""


def _select(settings: Settings) -> str:
    keys = re.findall(r"\w+", settings.layout)
    found = ", ".join(f'{_value(keys, key)} AS "{key}"' for key in _KEYS)
    return (
        text("ingest", "sql/blah.sql")
        .replace("{regular}", _regular(keys))
        .replace("{values}", found)
    )


def _regular(keys: Sequence[str]) -> str:
    """Whether a line has these keys and no other, in this order, and no quote in a value: SQL."""
    if not keys:
        return "false"
    named = [f"starts_with(f[{_place(keys, key)}], '{key}=')" for key in keys]
    repeated = f"len(f) = {2 * len(keys) + 1}"
    if _REPEATED in keys:
        group = f'"{_REPEATED}='
        often = f"(strlen(text) - strlen(replace(text, '{group}', ''))) // {len(group)}"
        repeated = f"({repeated} OR len(f) // 2 - {len(keys) - 1} = {often})"
    return " AND ".join([*named, repeated])


def _value(keys: Sequence[str], key: str) -> str:
    """The value of a key, SQL: where it stands in a regular line, else wherever it is."""
    sought = f"stage.blah_value(tidy, '{key}')"
    if key not in keys:
        return f"CASE WHEN NOT regular THEN {sought} END"
    at = f"substr(f[{_place(keys, key)}], {len(key) + 2})"
    return f"CASE WHEN regular THEN {at} ELSE {sought} END"


def _place(keys: Sequence[str], key: str) -> int:
    """Where a key's group stands among the pieces between quotes: after the FQANs, from the end."""
    at = keys.index(key)
    if _REPEATED in keys and at > keys.index(_REPEATED):
        return -2 * (len(keys) - at)
    return 2 * (at + 1)


BLAH = LogFormat(
    name="blah",
    kind=GATEKEEPER,
    columns=tuple(_COLUMNS),
    layout=_layout,
    select=_select,
)
