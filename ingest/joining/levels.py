"""Benchmarks of jobs as columns: a job has all that hold, and is accounted by the preferred one."""

from collections.abc import Mapping

from appliance.records.benchmarks import PREFERENCE
from appliance.resources import text

_FACTOR = "CASE WHEN scaled.counts THEN e.scale_factor END"
_LEVEL = "DECIMAL(10, 3)"


def spans() -> str:
    """The statement that stages the benchmarks of hosts by time."""
    held = [
        f"max(b.service_level) FILTER (b.service_level_type = '{b}') AS \"{b}\"" for b in PREFERENCE
    ]
    return text("ingest", "sql/join_levels.sql").replace("{levels}", ", ".join(held))


def jobs(scale_by: str) -> str:
    """The SELECT of the jobs.

    Args:
        scale_by: What factors for the speed of hosts multiply: `level` or `durations`.
    """
    made = text("ingest", "sql/join_jobs.sql")
    values = _levels(scaled=scale_by == "level")
    for name in ("wall_duration", "cpu_duration"):
        values[name] = _duration(name, scaled=scale_by == "durations")
    for name, value in values.items():
        made = made.replace(f"{{{name}}}", value)
    return made


def _levels(*, scaled: bool) -> dict[str, str]:
    own = {b: _scaled(f'l."{b}"', _LEVEL) if scaled else f'l."{b}"' for b in PREFERENCE}
    several = " + ".join(f"(({value}) IS NOT NULL)::INTEGER" for value in own.values())
    kinds = " ".join(f"WHEN ({value}) IS NOT NULL THEN '{b}'" for b, value in own.items())
    return {
        "service_level_type": f"CASE {kinds} END",
        "service_level": f"coalesce({', '.join(own.values())})",
        "service_levels": f"CASE WHEN {several} > 1 THEN {_object(own)} END",
    }


def _object(values: Mapping[str, str]) -> str:
    """All of them as JSON, in the form in which messages' are kept."""
    pairs = ", ".join(f"""'"{b}": ' || ({value})""" for b, value in values.items())
    return f"'{{' || concat_ws(', ', {pairs}) || '}}'"


def _scaled(value: str, kind: str) -> str:
    """Times the host's factor; unchanged where there is none, or where the product cannot be."""
    product = f"TRY_CAST(round({value} * {_FACTOR}, 3) AS {kind})"
    return f"coalesce(nullif({product}, 0), {value})"


def _duration(name: str, *, scaled: bool) -> str:
    value = f"e.{name}"
    if not scaled:
        return value
    product = f"TRY_CAST(round({value} * {_FACTOR}) AS BIGINT)"
    return f"coalesce(CASE WHEN {product} <= 100000000000 THEN {product} END, {value})"
