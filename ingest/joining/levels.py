"""Benchmarks of jobs as columns: a job has all that hold, and is accounted by the preferred one."""

from collections.abc import Mapping

from appliance.records.benchmarks import PREFERENCE
from appliance.resources import text

_FACTOR = "CASE WHEN scaled.counts THEN e.scale_factor END"
_WALL, _CPU = f"coalesce({_FACTOR}, speed.wall)", f"coalesce({_FACTOR}, speed.cpu)"
"""Where the configuration has some of execution hosts: of each duration one of its own."""
_SPEEDS = """LEFT JOIN stage.join_speeds AS speed
  ON speed.message_id = e.message_id AND speed.line = e.line"""
_LEVEL = "DECIMAL(10, 3)"


def spans() -> str:
    """The statement that stages the benchmarks of hosts by time."""
    held = [
        f"max(b.service_level) FILTER (b.service_level_type = '{b}') AS \"{b}\"" for b in PREFERENCE
    ]
    return text("ingest", "sql/join_levels.sql").replace("{levels}", ", ".join(held))


def jobs(scale_by: str, *, speeds: bool) -> str:
    """The SELECT of the jobs.

    Args:
        scale_by: What factors for the speed of hosts multiply: `level` or `durations`. A level is
            that of the wall time: a CPU time of another factor is multiplied by their ratio, so
            that its work is the same.
        speeds: The configuration has factors of execution hosts.
    """
    wall, cpu = (_WALL, _CPU) if speeds else (_FACTOR, _FACTOR)
    by_level = scale_by == "level"
    values = _levels(wall if by_level else "")
    values["wall_duration"] = _duration("wall_duration", "" if by_level else wall)
    ratio = f"{cpu} / {wall}" if speeds else ""
    values["cpu_duration"] = _duration("cpu_duration", ratio if by_level else cpu)
    values["speeds"] = _SPEEDS if speeds else ""
    made = text("ingest", "sql/join_jobs.sql")
    for name, value in values.items():
        made = made.replace(f"{{{name}}}", value)
    return made


def _levels(factor: str) -> dict[str, str]:
    own = {b: _scaled(f'l."{b}"', factor) if factor else f'l."{b}"' for b in PREFERENCE}
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


def _scaled(value: str, factor: str) -> str:
    """Times the host's factor; unchanged where there is none, or where the product cannot be."""
    product = f"TRY_CAST(round({value} * {factor}, 3) AS {_LEVEL})"
    return f"coalesce(nullif({product}, 0), {value})"


def _duration(name: str, factor: str) -> str:
    value = f"e.{name}"
    if not factor:
        return value
    product = f"TRY_CAST(round({value} * ({factor})) AS BIGINT)"
    return f"coalesce(CASE WHEN {product} <= 100000000000 THEN {product} END, {value})"
