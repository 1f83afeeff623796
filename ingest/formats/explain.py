"""Why a record was refused, in words: from a code and a field to the value and its line."""

from appliance.errors import Problem
from appliance.records.declare import RecordType
from ingest.formats.text import TextMessage
from ingest.formats.tokens import line_of, pieces

REASONS = {  # by code
    "MAN": "{field} is missing or null, and it is mandatory",
    "INT": "{value} is not an integer",
    "FLT": "{value} is not a number",
    "TIM": "{value} is not a time: seconds since the epoch, or YYYY-MM-DDThh:mm:ssZ",
    "DBN": "missing or null, which an APEL repository refuses",
    "MON": "{value} is no {field} of a calendar",
    "NEG": "{value} is negative",
    "BEN": "missing or null: a job needs a ServiceLevelType and a ServiceLevel",
    "DBL": "{length} characters; at most {limit} are allowed",
    "DBR": "{value} is out of range",
    "DCT": "{value} is not an array like {{HEPscore23: 12.5}} with a known benchmark",
    "MIX": "its benchmark is not the one that was named before",
}
_SHOWN = 60
"""Characters of a value that a reason quotes."""


def explain(message: TextMessage, number: int, fault: str) -> Problem:
    """The problem of a staged record.

    Args:
        message: The message that holds it.
        number: The record, from 1.
        fault: What the check said: `CODE Field`.
    """
    code, _, name = fault.partition(" ")
    piece = list(pieces(message.records))[number - 1][1]
    value = _value(piece, name)
    return Problem(
        code,
        _reason(message.kind, code, name, value),
        record=number,
        line=line_of(message, number, name),
        field=name,
    )


def _value(piece: str, name: str) -> str:
    """The field's last value as it was written; empty where it is absent."""
    for line in reversed(piece.splitlines()):
        key, _, value = line.partition(":")
        if key.strip() == name:
            return value.strip()
    return ""


def _reason(kind: RecordType, code: str, name: str, value: str) -> str:
    if rule := next((r for r in kind.rules if (r.code, r.field) == (code, name)), None):
        return f"{rule.reason}: {name} is {value}"
    shown = quoted(value)
    field = kind.field(name)
    if code == "BEN" and value and field.allowed:
        return f"{shown} is not a known benchmark: {', '.join(sorted(field.allowed))}"
    return REASONS[code].format(field=name, value=shown, length=len(value), limit=field.limit)


def quoted(value: str) -> str:
    """A value as a reason shows it: its beginning, if it is long."""
    return repr(value if len(value) <= _SHOWN else f"{value[:_SHOWN]}…")
