"""Benchmark units: which one a record's work is in, and its level in another.

Each function gives two columns over `usage`: `benchmark`, the unit, and `level`, the benchmark's
value in it, exact to six decimals; NULL where the record has none.
"""

from appliance.records.benchmarks import SI2K_PER_HEPSPEC

_PER = f"{1 / SI2K_PER_HEPSPEC:.3f}"  # 0.004: exact as a decimal, where a division is not
_EXACT = "DECIMAL(16, 6)"


def own_unit() -> str:
    """Each record in the benchmark that it is accounted by; si2k as HEPSPEC, 250 to one."""
    return (
        "CASE WHEN service_level_type = 'si2k' THEN 'HEPSPEC' ELSE service_level_type END "
        f"AS benchmark, (service_level::DECIMAL(13, 3) * CASE WHEN service_level_type = 'si2k' "
        f"THEN {_PER} ELSE 1.000 END)::{_EXACT} AS level"
    )


def in_unit(unit: str) -> str:
    """Every record in one benchmark, by its own value of it; NULL where it carries none."""
    level = f"{_level_of(unit)} * 1.000"
    if unit == "HEPSPEC":
        level = f"coalesce({level}, {_level_of('si2k')} * {_PER})"
    if unit == "si2k":
        level = f"coalesce({level}, {_level_of('HEPSPEC')} * {SI2K_PER_HEPSPEC}.000)"
    return f"'{unit}' AS benchmark, ({level})::{_EXACT} AS level"


def _level_of(unit: str) -> str:
    own = f"CASE WHEN service_level_type = '{unit}' THEN service_level END"
    also = f"json_extract_string(service_levels, '$.{unit}')::DECIMAL(10, 3)"
    return f"coalesce({own}, {also})::DECIMAL(13, 3)"
