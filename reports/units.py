"""Benchmark units: which one a record's work is in, and how much it is in another.

Each function gives three columns over `usage`: `benchmark`, the unit, and `wall_score` and
`cpu_score`, the work of its wall and CPU time in benchmark·s, exact to six decimals; NULL where the
record has none in that unit. Jobs and summaries are multiplied by their service level; normalised
summaries say their work themselves, that of si2k divided by 250 already.
"""

from appliance.records.benchmarks import SI2K_PER_HEPSPEC

UNITS = ("HEPscore23", "HEPSPEC", "si2k")
"""What work can be expressed in."""

_PER = f"{1 / SI2K_PER_HEPSPEC:.3f}"  # 0.004: exact as a decimal, where a division is not
_EXACT = "DECIMAL(16, 6)"
_CORES = "greatest(processors, 1)::DECIMAL(10, 0)"


def own_unit() -> str:
    """Each record in the benchmark that it is accounted by; si2k as HEPSPEC, 250 to one."""
    level = (
        "(service_level::DECIMAL(13, 3) * CASE WHEN service_level_type = 'si2k' "
        f"THEN {_PER} ELSE 1.000 END)::{_EXACT}"
    )
    benchmark = "CASE WHEN service_level_type = 'si2k' THEN 'HEPSPEC' ELSE service_level_type END"
    return _columns(benchmark, level, "normalised_wall", "normalised_cpu")


def in_unit(unit: str) -> str:
    """Every record in one benchmark, by its own value of it; NULL where it carries none."""
    level = f"{_level_of(unit)} * 1.000"
    if unit == "HEPSPEC":
        level = f"coalesce({level}, {_level_of('si2k')} * {_PER})"
    if unit == "si2k":
        level = f"coalesce({level}, {_level_of('HEPSPEC')} * {SI2K_PER_HEPSPEC}.000)"
    done = (_done_in(unit, name) for name in ("normalised_wall", "normalised_cpu"))
    return _columns(f"'{unit}'", f"({level})::{_EXACT}", *done)


def as_apel(unit: str) -> str:
    """The reference's own normalised durations: of the benchmark that a record is accounted by,
    without cores; what has no benchmark is of level 1 in any."""
    benchmark = "CASE WHEN service_level_type = 'si2k' THEN 'HEPSPEC' ELSE service_level_type END"
    names = ("wall", "cpu")
    if not unit:
        scores = [f"normalised_{name} AS {name}_score" for name in names]
        return ", ".join([f"{benchmark} AS benchmark", *scores])
    ours = "'HEPSPEC', 'si2k'" if unit in ("HEPSPEC", "si2k") else f"'{unit}'"
    per = SI2K_PER_HEPSPEC if unit == "si2k" else 1
    scores = [
        f"CASE WHEN service_level_type = 'custom' THEN normalised_{name} "
        f"WHEN service_level_type IN ({ours}) THEN normalised_{name} * {per} END AS {name}_score"
        for name in names
    ]
    return ", ".join([f"'{unit}' AS benchmark", *scores])


def _columns(benchmark: str, level: str, wall: str, cpu: str) -> str:
    """TRY_CAST: more than 10^22 core seconds in one record are no work that could be named."""
    return (
        f"{benchmark} AS benchmark, "
        f"coalesce({wall}::DECIMAL(19, 0) * {_CORES}, "
        f"TRY_CAST(core_wall AS DECIMAL(22, 0)) * {level}) AS wall_score, "
        f"coalesce({cpu}::DECIMAL(19, 0), cpu::DECIMAL(19, 0) * {level}) AS cpu_score"
    )


def _level_of(unit: str) -> str:
    own = f"CASE WHEN service_level_type = '{unit}' THEN service_level END"
    also = f"json_extract_string(service_levels, '$.{unit}')::DECIMAL(10, 3)"
    return f"coalesce({own}, {also})::DECIMAL(13, 3)"


def _done_in(unit: str, name: str) -> str:
    """The work that a normalised summary says, in one benchmark."""
    units = ("HEPSPEC", "si2k") if unit in ("HEPSPEC", "si2k") else (unit,)
    known = [f"CASE WHEN service_level_type = '{u}' THEN {name} END" for u in units]
    known += [f"json_extract_string({name}s, '$.{u}')::BIGINT" for u in units]
    return f"(coalesce({', '.join(known)}) * {SI2K_PER_HEPSPEC if unit == 'si2k' else 1})"
