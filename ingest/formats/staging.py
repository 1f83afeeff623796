"""The SQL that splits, types and checks text records, generated from their declaration.

A chunk of messages becomes rows of `stage.<type>`: typed columns, and in `problem` the first
thing wrong with the record as `CODE Field`. Uniform messages are split by position and only asked
whether all is well: a row whose `problem` is `CLOSER` says that its message is not uniform after
all, or not good, and has to be read record by record. So the long list of faults burdens no good
message: planning it takes as long as loading 3,000 records.
"""

from functools import cache

from appliance.records.benchmarks import CANONICAL, PREFERENCE
from appliance.records.declare import Field, Kind, RecordType, WireForm
from ingest.formats.text import ABSENT, TYPE_FIRST, Layout

CLOSER = "CLOSER"
_TYPE, _LEVEL = "ServiceLevelType", "ServiceLevel"


def table(kind: RecordType) -> str:
    """The statement that makes the staging table."""
    columns = ", ".join(f"{f.name} {f.stored}" for f in kind.fields)
    levels = ", service_levels VARCHAR" if kind.benchmarks else ""
    return (
        f"CREATE TABLE stage.{kind.name} "
        f"(message BIGINT, record INTEGER, {columns}{levels}, problem VARCHAR)"
    )


@cache
def insert(kind: RecordType, form: WireForm, layout: Layout | None) -> str:
    """The statement that stages a chunk of messages of one layout.

    Its parameters: $texts, the records' texts (list), $messages, a number each (list), $now.

    Args:
        kind: What the records are.
        form: In which form they were written.
        layout: How the records look; None: the texts are values only, as `wide` makes them.
    """
    split = """
        SELECT message, record, piece, string_split(piece, chr(10)) AS l
        FROM (SELECT message, unnest(pieces) AS piece,
                     generate_subscripts(pieces, 1)::INTEGER AS record
              FROM (SELECT unnest($messages) AS message,
                           string_split(unnest($texts), chr(10) || '%%' || chr(10)) AS pieces))"""
    raw = _raw_by_name(kind, form, layout, split) if layout else _raw_wide(kind, form, split)
    values = ", ".join(f'{_value(kind, f, form)} AS "{f.name} value"' for f in kind.fields)
    levels = f", {_all_levels(form)} AS service_levels" if kind.benchmarks else ""
    typed = f"SELECT *, {values}{levels} FROM ({raw})"
    stored = ", ".join(f"{_stored(f)} AS {f.name}" for f in kind.fields)
    fine = " AND ".join(fine for f in kind.fields for fine in _fine(kind, f, form))
    if layout:
        verdict = f"CASE WHEN ragged OR NOT coalesce({fine}, false) THEN '{CLOSER}' END"
    else:
        faults = " ".join(fault for f in kind.fields for fault in _faults(kind, f, form))
        verdict = f"CASE WHEN {fine} THEN NULL {faults} END"
    checked = (
        f"SELECT message, record, {stored}{', service_levels' if levels else ''}, "
        f"$now::TIMESTAMP AS now, {verdict} AS fault FROM ({typed})"
    )
    rules = " ".join(f"WHEN {r.violated} THEN '{r.code} {r.field}'" for r in kind.rules)
    problem = f"CASE WHEN fault IS NOT NULL THEN fault {rules} END"
    return (
        f"INSERT INTO stage.{kind.name} "
        f"SELECT * EXCLUDE (now, fault), {problem} AS problem FROM ({checked})"
    )


def wide_names(kind: RecordType, form: WireForm) -> list[str]:
    """The values of a record read one by one, in the order in which they are handed on."""
    return [f.wire for f in kind.fields] + ([TYPE_FIRST] if form.arrays else [])


def wide(records: list[dict[str, str]], names: list[str]) -> str:
    """Records read one by one, as text in the one layout that has every field."""
    return "\n%%\n".join("\n".join([r.get(name, ABSENT) for name in names]) for r in records)


def _raw_by_name(kind: RecordType, form: WireForm, layout: Layout, split: str) -> str:
    where = {name: position for position, name in enumerate(layout.names, 1)}
    columns = [
        f'{_cut(f.wire, where[f.wire], layout)} AS "{f.wire}"'
        if f.wire in where
        else f'NULL::VARCHAR AS "{f.wire}"'
        for f in kind.fields
    ]
    if form.arrays:
        first = where.get(_TYPE, 99) < where.get(_LEVEL, 0)
        columns.append(f"""{"'1'" if first else "NULL"} AS "{TYPE_FIRST}" """)
    return (
        f"SELECT message, record, {', '.join(columns)}, {_ragged(layout)} AS ragged FROM ({split})"
    )


def _cut(name: str, position: int, layout: Layout) -> str:
    if layout.exact:
        return f"substr(l[{position}], {len(name) + 3})"
    return f"trim(substr(l[{position}], {len(name) + 2}))"


def _ragged(layout: Layout) -> str:
    colon = ": " if layout.exact else ":"
    uniform = [f"len(l) = {len(layout.names)}"]
    uniform += [f"starts_with(l[{n}], '{name}{colon}')" for n, name in enumerate(layout.names, 1)]
    if layout.exact:
        uniform += ["NOT contains(piece, ':  ')", "NOT contains(piece, ' ' || chr(10))",
                    "NOT ends_with(piece, ' ')"]  # fmt: skip
    return f"NOT ({' AND '.join(uniform)})"


def _raw_wide(kind: RecordType, form: WireForm, split: str) -> str:
    columns = ", ".join(
        f"CASE WHEN l[{n}] <> '{ABSENT}' THEN trim(l[{n}]) END AS \"{name}\""
        for n, name in enumerate(wide_names(kind, form), 1)
    )
    return f"SELECT message, record, {columns}, false AS ragged FROM ({split})"


_OF = {
    Kind.INTEGER: "stage.integer_of({v})",
    Kind.DECIMAL: "stage.decimal_of({v})",
    Kind.TIME: "stage.time_of({v})",
}


def _value(kind: RecordType, field: Field, form: WireForm) -> str:
    """What a field's text means; NULL: nothing, or nothing that it may mean."""
    v = f'"{field.wire}"'
    if kind.benchmarks and field.wire == _TYPE:
        return _benchmark(form)
    if field.wire in form.arrays:
        return f"stage.decimal_of({_chosen_value()})"
    if field.kind is Kind.TEXT:
        return f"CASE WHEN NOT stage.is_null({v}) THEN {v} END"
    return _OF[field.kind].format(v=v)


def _stored(field: Field) -> str:
    value = f'"{field.name} value"'
    return value if field.when_null == "NULL" else f"coalesce({value}, {field.when_null})"


def _fine(kind: RecordType, field: Field, form: WireForm) -> list[str]:
    """When a field needs no closer look: cheap conditions that hold for nearly all records."""
    value, v = f'"{field.name} value"', f'"{field.wire}"'
    null = "" if field.mandatory else f" OR stage.is_null({v})"
    if kind.benchmarks and field.wire in (_TYPE, _LEVEL):
        more = [f'"{_TYPE}" IS NULL'] if form.arrays and field.wire == _TYPE else []
        return more + _fine_benchmark(field, value, form)
    if field.kind is Kind.TEXT:
        short = f"strlen({value}) <= {field.limit}"
        return [short if field.mandatory else f"coalesce({short}, true)"]
    if field.kind is Kind.INTEGER:
        return [f"({value} BETWEEN {field.low} AND {field.high}{null})"]
    least = f"{value} >= {field.low}" if field.kind is Kind.DECIMAL else f"{value} IS NOT NULL"
    return [f"({least}{null})"]


def _fine_benchmark(field: Field, value: str, form: WireForm) -> list[str]:
    if field.wire == _TYPE:
        return [f"{value} IS NOT NULL"]
    return [f"{value} >= {field.low}"] + ([f'stage.is_array("{_LEVEL}")'] if form.arrays else [])


def _faults(kind: RecordType, field: Field, form: WireForm) -> list[str]:
    """What can be wrong with one field: `WHEN … THEN 'CODE Field'` clauses, in order."""
    v = f'"{field.wire}"'
    found = [f"WHEN stage.is_null({v}) THEN 'MAN {field.wire}'"] if field.mandatory else []
    if kind.benchmarks and field.wire == _TYPE:
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
        return _canonical(f'"{_TYPE}"')
    return f"""coalesce({_canonical(f'"{_TYPE}"')}, {_canonical(_chosen())})"""


def _chosen() -> str:
    """The preferred benchmark of an array, in lower case."""
    types = f'list_transform(stage.array_types("{_LEVEL}"), lambda t: lower(t))'
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
    return f"""coalesce({value(_LEVEL, f'lower("{_TYPE}")')}, {value(_LEVEL, _chosen())})"""


def _all_levels(form: WireForm) -> str:
    """Every known benchmark of an array as a JSON object; NULL where there is just one."""
    if not form.arrays:
        return "NULL"
    value = "stage.decimal_of(stage.array_value(\"{0}\", '{1}'))".format
    pairs = ", ".join(
        f"""CASE WHEN {value(_LEVEL, low)} IS NOT NULL
            THEN '"{name}": ' || {value(_LEVEL, low)} END"""
        for low, name in CANONICAL.items()
    )
    known = f"list_filter([{pairs}], lambda pair: pair IS NOT NULL)"
    joined = f"list_aggregate({known}, 'string_agg', ', ')"
    return f"CASE WHEN len({known}) > 1 THEN '{{' || {joined} || '}}' END"


def _benchmark_faults(kind: RecordType, form: WireForm) -> list[str]:
    allowed = ", ".join(f"'{name.lower()}'" for name in sorted(kind.benchmarks))
    unknown = f"""coalesce(lower("{_TYPE}"), '') NOT IN ({allowed})"""
    if not form.arrays:
        return [
            f'WHEN stage.is_null("{_TYPE}") AND stage.is_null("{_LEVEL}") THEN \'BEN {_LEVEL}\'',
            f"WHEN {unknown} THEN 'BEN {_TYPE}'",
            f"WHEN stage.is_null(\"{_LEVEL}\") THEN 'BEN {_LEVEL}'",
        ]
    return [
        f"WHEN \"{_LEVEL}\" IS NULL THEN 'BEN {_LEVEL}'",
        f'WHEN "{TYPE_FIRST}" IS NOT NULL AND "{_TYPE}" <> {_chosen()} THEN \'MIX {_TYPE}\'',
        f"WHEN \"{_TYPE}\" IS NOT NULL AND {unknown} THEN 'BEN {_TYPE}'",
    ]


def _array_faults(field: Field) -> list[str]:
    v, value = f'"{field.wire}"', f'"{field.name} value"'
    return [
        f"WHEN {v} IS NOT NULL AND (stage.is_null({v}) OR NOT stage.is_array({v}) "
        f"OR {_chosen()} IS NULL) THEN 'DCT {field.wire}'",
        f"WHEN {value} IS NULL OR {value} < {field.low} THEN 'DBR {field.wire}'",
    ]
