"""What is wrong with a row that is to be written, as SQL from its record type's declaration.

A receiver refuses a message for one bad record, so such rows stay at home and are named.
"""

from appliance.publishing import PublishRequest
from appliance.records.benchmarks import PREFERENCE
from appliance.records.declare import INT64, Field, Kind
from reports.publish.forms import Form

DEFAULT_BENCHMARK = "HEPSPEC"
"""Of an array whose benchmark is not known. Source: APEL 2.5.0."""
CUSTOM = "custom"
"""The type of a job that came without a service level, in XML."""

_BROKEN = r"%%|[\n\r\x{b}\x{c}\x{1c}-\x{1e}\x{85}\x{2028}\x{2029}]"
"""Text messages are cut there."""
_FORBIDDEN = r"[^\x{9}\x{a}\x{d}\x{20}-\x{d7ff}\x{e000}-\x{fffd}\x{10000}-\x{10ffff}]"
"""XML has no way to write these."""
_WHITE = r"[\s\x{b}\x{1c}-\x{1f}\x{85}\pZ]*"
_NOTHING = f"{_WHITE}((?i)none|null)?{_WHITE}"
"""What a receiver of text takes for null."""

_REASONS = {
    "MAN": "it is mandatory, and missing",
    "DBN": "it is mandatory, and missing",
    "BEN": "no such benchmark can be sent so",
    "DCT": "an array cannot name this benchmark",
    "DBL": "it is longer than receivers take",
    "DBR": "it is beyond what receivers take",
    "NEG": "it is negative",
    "MON": "there is no such month",
    "SYN": "it holds a line's end or %%, which text messages are cut at",
    "XML": "it holds a character that XML cannot carry",
}


def reason(form: Form, fault: str) -> str:
    """A fault, `CODE Field`, for people."""
    code, _, name = fault.partition(" ")
    rules = {f"{rule.code} {rule.field}": rule.reason for rule in form.kind.rules}
    return f"{code}: {name}: {rules.get(fault) or _REASONS[code]}"


def benchmark_of(field: Field) -> str:
    """The name that an array gives to a benchmark column."""
    unknown = f"coalesce({field.sql}, '') IN ('', 'None')"
    return f"CASE WHEN {unknown} THEN '{DEFAULT_BENCHMARK}' ELSE {field.sql} END"


def problem(form: Form, request: PublishRequest) -> str:
    """The first thing wrong with a row: `CODE Field`, or NULL. Over its columns and `now`."""
    fields = [f for f in form.fields() if not f.on_demand or request.infrastructure_description]
    whens = [_unwritable(form, [f for f in fields if f.kind is Kind.TEXT])]
    whens += [fault for f in fields for fault in _faults(form, f)]
    if (benchmark := form.kind.benchmark) and form.arrays:
        known = ", ".join(f"'{name.lower()}'" for name in PREFERENCE)
        code = "BEN" if benchmark.allowed else "DCT"
        whens.append(
            f"WHEN lower({benchmark_of(benchmark)}) NOT IN ({known}) THEN '{code} {benchmark.wire}'"
        )
    whens += [f"WHEN {r.violated} THEN '{r.code} {r.field}'" for r in form.kind.rules]
    return f"CASE {' '.join(whens)} END"


def _unwritable(form: Form, texts: list[Field]) -> str:
    """All texts are looked at in one go, and one by one only where something is found."""
    code, pattern = ("SYN", _BROKEN) if form.wire else ("XML", _FORBIDDEN)
    together = f"concat_ws(' ', {', '.join(f.sql for f in texts)})"
    found = " ".join(f"WHEN regexp_matches({f.sql}, '{pattern}') THEN '{f.wire}'" for f in texts)
    return f"WHEN regexp_matches({together}, '{pattern}') THEN '{code} ' || CASE {found} END"


def _faults(form: Form, field: Field) -> list[str]:
    """`WHEN … THEN 'CODE Field'` clauses."""
    column, name = field.sql, field.wire
    found = []
    if field.mandatory:
        nothing = f"{column} IS NULL"
        if field.kind is Kind.TEXT and form.wire:
            nothing += f" OR regexp_full_match({column}, '{_NOTHING}')"
        found.append(f"WHEN {nothing} THEN '{field.missing} {name}'")
    if field.kind is Kind.TEXT and field.limit < INT64:
        found.append(
            f"WHEN strlen({column}) > {field.limit} AND length({column}) > {field.limit} "
            f"THEN 'DBL {name}'"
        )
    if field.allowed:
        allowed = [*field.allowed, CUSTOM] if form.xml else field.allowed
        listed = ", ".join(f"'{b.lower()}'" for b in allowed)
        found.append(f"WHEN lower({column}) NOT IN ({listed}) THEN 'BEN {name}'")
    if field.kind in (Kind.INTEGER, Kind.DECIMAL):
        found.append(f"WHEN {column} < {field.low} THEN '{field.below} {name}'")
    if field.kind is Kind.INTEGER:
        high = f"{column} > {field.high}"
        if name in form.arrays:  # receivers read it as a float
            high = f"{column}::DOUBLE >= {float(INT64)}"
        found.append(f"WHEN {high} THEN '{field.above} {name}'")
    return found
