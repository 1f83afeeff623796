"""What the values of a record mean and what can be wrong with them, as SQL from its declaration.

Every expression is over a record's raw texts by wire name, `"Site"`, and their meanings, `"site
value"`; NULL stands for an absent field.
"""

from appliance.records.benchmarks import CANONICAL, PREFERENCE
from appliance.records.declare import Field, Kind, RecordType, WireForm
from ingest.formats.tokens import TYPE_FIRST

TYPE, LEVEL = "ServiceLevelType", "ServiceLevel"

_OF = {
    Kind.INTEGER: "stage.integer_of({v})",
    Kind.DECIMAL: "stage.decimal_of({v})",
    Kind.TIME: "stage.time_of({v})",
}


def value(kind: RecordType, field: Field, form: WireForm) -> str:
    """What a field's text means; NULL: nothing, or nothing that it may mean."""
    v = f'"{field.wire}"'
    if kind.benchmarks and field.wire == TYPE:
        return _benchmark(form)
    if field.wire in form.arrays:
        return f"stage.decimal_of({_chosen_value()})"
    if field.kind is Kind.TEXT:
        return f"CASE WHEN NOT stage.is_null({v}) THEN {v} END"
    return _OF[field.kind].format(v=v)


def stored(field: Field) -> str:
    """What goes into the column: the meaning, or what stands for null."""
    value = f'"{field.name} value"'
    return value if field.when_null == "NULL" else f"coalesce({value}, {field.when_null})"


def fine(kind: RecordType, field: Field, form: WireForm) -> list[str]:
    """When a field needs no closer look: cheap conditions that hold for nearly all records."""
    value, v = f'"{field.name} value"', f'"{field.wire}"'
    null = "" if field.mandatory else f" OR stage.is_null({v})"
    if kind.benchmarks and field.wire in (TYPE, LEVEL):
        more = [f'"{TYPE}" IS NULL'] if form.arrays and field.wire == TYPE else []
        return more + _fine_benchmark(field, value, form)
    if field.kind is Kind.TEXT:
        short = f"strlen({value}) <= {field.limit}"
        return [short if field.mandatory else f"coalesce({short}, true)"]
    if field.kind is Kind.INTEGER:
        return [f"({value} BETWEEN {field.low} AND {field.high}{null})"]
    least = f"{value} >= {field.low}" if field.kind is Kind.DECIMAL else f"{value} IS NOT NULL"
    return [f"({least}{null})"]


def _fine_benchmark(field: Field, value: str, form: WireForm) -> list[str]:
    if field.wire == TYPE:
        return [f"{value} IS NOT NULL"]
    return [f"{value} >= {field.low}"] + ([f'stage.is_array("{LEVEL}")'] if form.arrays else [])


def faults(kind: RecordType, field: Field, form: WireForm) -> list[str]:
    """What can be wrong with one field: `WHEN … THEN 'CODE Field'` clauses, in order."""
    v = f'"{field.wire}"'
    found = [f"WHEN stage.is_null({v}) THEN 'MAN {field.wire}'"] if field.mandatory else []
    if kind.benchmarks and field.wire == TYPE:
        return _benchmark_faults(kind, form)
    if field.wire in form.arrays:
        return found + _array_faults(field)
    some = f"WHEN NOT stage.is_null({v}) AND"
    return found + [f"{some} {fault}" for fault in _value_faults(field, v)]


def _value_faults(field: Field, v: str) -> list[str]:
    value, name = f'"{field.name} value"', field.wire
    if field.kind is Kind.TEXT:
        return [f"length({v}) > {field.limit} THEN 'DBL {name}'"]
    if field.kind is Kind.TIME:
        return [f"{value} IS NULL THEN 'TIM {name}'"]
    if field.kind is Kind.INTEGER:
        return [
            f"{value} IS NULL AND NOT stage.looks_integer({v}) THEN 'INT {name}'",
            f"({value} IS NULL OR {value} < {field.low} OR {value} > {field.high}) "
            f"THEN 'DBR {name}'",
        ]
    return [
        f"NOT stage.looks_decimal({v}) THEN 'FLT {name}'",
        f"({value} IS NULL OR {value} < {field.low}) THEN 'DBR {name}'",
    ]


def _canonical(v: str) -> str:
    whens = " ".join(f"WHEN '{low}' THEN '{name}'" for low, name in CANONICAL.items())
    return f"CASE lower({v}) {whens} END"


def _benchmark(form: WireForm) -> str:
    """The benchmark that a record is accounted by, in its canonical spelling."""
    if not form.arrays:
        return _canonical(f'"{TYPE}"')
    return f"""coalesce({_canonical(f'"{TYPE}"')}, {_canonical(_chosen())})"""


def _chosen() -> str:
    """The preferred benchmark of an array, in lower case."""
    types = f'list_transform(stage.array_types("{LEVEL}"), lambda t: lower(t))'
    whens = " ".join(
        f"WHEN list_contains({types}, '{name.lower()}') THEN '{name.lower()}'"
        for name in PREFERENCE
    )
    return f"CASE {whens} END"


def _chosen_value() -> str:
    """The text of an array's preferred number, or that of the benchmark named after it.

    The reference labels the preferred number with whatever name follows; ours takes the named
    benchmark's own number if the array has it.
    """
    value = 'stage.array_value("{0}", {1})'.format
    return f"""coalesce({value(LEVEL, f'lower("{TYPE}")')}, {value(LEVEL, _chosen())})"""


def all_levels(form: WireForm) -> str:
    """Every known benchmark of an array as a JSON object; NULL where there is just one."""
    if not form.arrays:
        return "NULL"
    value = "stage.decimal_of(stage.array_value(\"{0}\", '{1}'))".format
    pairs = ", ".join(
        f"""CASE WHEN {value(LEVEL, low)} IS NOT NULL
            THEN '"{name}": ' || {value(LEVEL, low)} END"""
        for low, name in CANONICAL.items()
    )
    known = f"list_filter([{pairs}], lambda pair: pair IS NOT NULL)"
    joined = f"list_aggregate({known}, 'string_agg', ', ')"
    return f"CASE WHEN len({known}) > 1 THEN '{{' || {joined} || '}}' END"


def _benchmark_faults(kind: RecordType, form: WireForm) -> list[str]:
    allowed = ", ".join(f"'{name.lower()}'" for name in sorted(kind.benchmarks))
    unknown = f"""coalesce(lower("{TYPE}"), '') NOT IN ({allowed})"""
    if not form.arrays:
        return [
            f'WHEN stage.is_null("{TYPE}") AND stage.is_null("{LEVEL}") THEN \'BEN {LEVEL}\'',
            f"WHEN {unknown} THEN 'BEN {TYPE}'",
            f"WHEN stage.is_null(\"{LEVEL}\") THEN 'BEN {LEVEL}'",
        ]
    return [
        f"WHEN \"{LEVEL}\" IS NULL THEN 'BEN {LEVEL}'",
        f'WHEN "{TYPE_FIRST}" IS NOT NULL AND "{TYPE}" <> {_chosen()} THEN \'MIX {TYPE}\'',
        f"WHEN \"{TYPE}\" IS NOT NULL AND {unknown} THEN 'BEN {TYPE}'",
    ]


def _array_faults(field: Field) -> list[str]:
    v, value = f'"{field.wire}"', f'"{field.name} value"'
    return [
        f"WHEN {v} IS NOT NULL AND (stage.is_null({v}) OR NOT stage.is_array({v}) "
        f"OR {_chosen()} IS NULL) THEN 'DCT {field.wire}'",
        f"WHEN {value} IS NULL OR {value} < {field.low} THEN 'DBR {field.wire}'",
    ]
