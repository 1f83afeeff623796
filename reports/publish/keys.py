"""Rows that would have one key at the receiver, which keeps the last of them: one here already."""

from appliance.publishing import PublishRequest
from appliance.records.declare import Field, Kind
from reports.publish.checks import benchmark_of
from reports.publish.forms import Form


def one_a_key(form: Form, request: PublishRequest, rows: str) -> str:
    """The rows of a dataset, SQL, with no key twice; as APEL has them if that is asked for."""
    if form.source.summed and not request.as_apel:
        return _summed(form, rows)
    return _last_of_each(form, rows) if form.source.several else rows


def _summed(form: Form, rows: str) -> str:
    """Rows that have one key on the wire as one: of two, the receiver would keep the last.

    An empty text is not written, which is the same as none there.
    """
    columns, keys = list[str](), list[str]()
    for declared in form.kind.fields:
        name = declared.sql
        if declared.name not in form.kind.key:
            columns.append(f"{_sum(declared)} AS {name}")
        else:
            columns.append(f"min({name}) AS {name}")
            keys += _on_the_wire(form, declared)
    columns.append("max(update_time) AS update_time")
    return f"SELECT {', '.join(columns)} FROM ({rows}) GROUP BY {', '.join(keys)}"


def _on_the_wire(form: Form, declared: Field) -> list[str]:
    """What a receiver sees of a column of the key: one expression, or none."""
    if declared.benchmark and form.arrays:
        return [benchmark_of(declared)]
    if declared not in form.fields():
        return []
    if declared.kind is Kind.TEXT:
        return [f"coalesce(nullif({declared.sql}, ''), 'None')"]
    return [declared.sql]


def _sum(declared: Field) -> str:
    """What two rows of one key have together; a sum of what is not known is not known."""
    name = declared.sql
    if declared.kind is Kind.INTEGER:
        return f"CASE WHEN count({name}) = count(*) THEN sum({name}) END"
    return f"max({name})" if declared.name.startswith("latest") else f"min({name})"


def _last_of_each(form: Form, rows: str) -> str:
    """Of what was derived and what was received with an equal key, what came last."""
    key = ", ".join(form.kind.key)
    order = "update_time DESC, message_id DESC NULLS LAST"
    return f"{rows} QUALIFY row_number() OVER (PARTITION BY {key} ORDER BY {order}) = 1"
