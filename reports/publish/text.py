"""Records as text, byte for byte as APEL 2.5.0 writes them; SQL from their declarations."""

from appliance.publishing import PublishRequest
from appliance.records.declare import Field, Kind
from reports.publish.checks import benchmark_of
from reports.publish.forms import Form

_END = "chr(10)"


def record(form: Form, request: PublishRequest) -> str:
    """The lines of a row with the separator that ends them, as SQL over its columns."""
    fields = [f for f in form.fields() if not f.on_demand or request.infrastructure_description]
    lines = ", ".join(_line(form, f, request) for f in fields)
    return f"concat({lines}, '%%', {_END})"


def _line(form: Form, field: Field, request: PublishRequest) -> str:
    """`Key: value` and a line feed; NULL: no line."""
    column, key = field.sql, f"'{field.wire}: '"
    if field.wire in form.arrays and form.kind.benchmark:
        number = _decimal(field) if field.kind is Kind.DECIMAL else f"{column}::VARCHAR"
        benchmark = benchmark_of(form.kind.benchmark)
        return f"concat({key}, '{{', {benchmark}, ': ', {number}, '}}', {_END})"
    if field.kind is Kind.TIME:
        return f"{key} || epoch({column})::BIGINT || {_END}"
    if field.kind is Kind.TEXT:
        line = f"concat({key}, coalesce({column}, 'None'), {_END})"
        return f"CASE WHEN {column} = '' THEN NULL ELSE {line} END"
    if field.kind is Kind.DECIMAL:
        whole = field.whole and not request.decimal_cpu_count
        number = _whole(field) if whole else _decimal(field)
    else:
        number = column
    return f"concat({key}, coalesce(({number})::VARCHAR, 'None'), {_END})"


def _decimal(field: Field) -> str:
    """The shortest text of the float: with a point, and of three places never with an exponent."""
    return f"{field.sql}::DOUBLE::VARCHAR"


def _whole(field: Field) -> str:
    """Cut, and at least one of what is more than nothing."""
    column = field.sql
    return f"CASE WHEN {column} > 0 AND {column} < 1 THEN 1 ELSE trunc({column})::BIGINT END"
