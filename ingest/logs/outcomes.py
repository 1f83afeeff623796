"""What becomes of a line, as SQL: a record, ignored for a reason, or failed for a reason.

An outcome is text: NULL for a record, `ignored REASON`, or `CODE Field value` of what failed.
"""

from collections.abc import Collection

from appliance.records.declare import RecordType

REASONS = {  # by code
    "COL": "{value} columns are too few",
    "MAN": "{field} is missing",
    "INT": "{field}: {value} is not an integer",
    "NUM": "{field}: {value} is not a number",
    "DUR": "{field}: {value} is not a duration",
    "TIM": "{field}: {value} is not a time",
    "MEM": "{field}: {value} is not an amount of memory",
    "HST": "{field}: {value} is not a list of hosts",
    "RNG": "{field}: {value} cannot be: perhaps a value before it was left out",
    "STA": "{field}: {value} is no state of a job that this program knows",
    "SYN": "the line is not made of groups such as {field}",
    "UTF": "the line is not UTF-8 text",
    "LNG": "the line is longer than any of such a log",
}
_SHOWN = 80
"""Characters of a value that a reason quotes."""

UNREAD = "chr(0)"
"""What stands for a line that is no text, SQL: no text holds it."""


def outcome(kind: RecordType, given: Collection[str]) -> str:
    """The outcome of a line once its format has judged it: over `text`, `outcome` and columns.

    Args:
        kind: What its record is.
        given: The columns that there are.
    """
    bad = [f"WHEN text = {UNREAD} THEN 'UTF'", "WHEN text = '' THEN 'ignored blank'"]
    odd = f"outcome IS NOT NULL OR text = '' OR text = {UNREAD}"
    checks = [f"WHEN {odd} THEN CASE {' '.join(bad)} ELSE outcome END"]
    checks += [
        f"WHEN {f.sql} IS NULL THEN 'MAN {f.wire}'"
        for f in kind.fields
        if f.mandatory and f.name in given and f.name not in ("site", "machine_name", "line")
    ]
    checks += [
        f"WHEN {rule.violated} THEN '{rule.code} {rule.field}'"
        for rule in kind.rules
        if kind.field(rule.field).name in given
    ]
    return f"CASE {' '.join(checks)} END"


def reason(kind: RecordType) -> str:
    """Why a line failed, for people: SQL over `code`, `field` and `value`."""
    ruled = " ".join(
        f"WHEN code = '{r.code}' AND field = '{r.field}' THEN '{r.reason}'" for r in kind.rules
    )
    coded = " ".join(f"WHEN code = '{c}' THEN {_text(words)}" for c, words in REASONS.items())
    return f"CASE {ruled} {coded} ELSE code END"


def _text(words: str) -> str:
    """`{field}: {value} …` as a concatenation."""
    quoted = f"' || chr(39) || substr(value, 1, {_SHOWN}) || chr(39) || '"
    made = words.replace("'", "''").replace("{field}", "' || field || '")
    return f"('{made}')".replace("{value}", quoted)
