"""What the values of a record mean and what can be wrong with them, as SQL from its declaration.

Every expression is over a record's raw texts by wire name, `"Site"`, and their meanings, `"site
value"`; NULL stands for an absent field. Of an array, `"ServiceLevel hepspec"` is the text of its
number of that benchmark, and `"ServiceLevel good"` whether it is well-formed (`arrays`).
"""

from appliance.records.benchmarks import CANONICAL, PREFERENCE
from appliance.records.declare import Field, Kind, RecordType, WireForm
from ingest.formats.tokens import DISAGREE

_OF = {
    Kind.INTEGER: "stage.integer_of({v})",
    Kind.DECIMAL: "stage.decimal_of({v})",
    Kind.TIME: "stage.time_of({v})",
}
_OF_ARRAY = {Kind.INTEGER: "stage.whole_of({v})", Kind.DECIMAL: "stage.decimal_of({v})"}
_PREFERRED = tuple(name.lower() for name in PREFERENCE)


def arrays(form: WireForm, raw: str, *, tidy: bool) -> str:
    """The raw records with the numbers of their arrays by benchmark.

    Args:
        form: Which fields are arrays.
        raw: The raw records, SQL.
        tidy: Only `{type: number, …}` of known benchmarks, each once, is good: so nearly all are
            written, and it takes a fifth of the time.
    """
    found = []
    for name in sorted(form.arrays):
        if tidy:
            raw = f'SELECT *, stage.tidy_array("{name}") AS "{name} tidy" FROM ({raw})'
            found += [f"stage.tidy_value(\"{name} tidy\", '{b}') AS \"{name} {b}\""
                      for b in _PREFERRED]  # fmt: skip
        else:
            found += [f'stage.array_value("{name}", \'{b}\') AS "{name} {b}"' for b in _PREFERRED]
    raw = f"SELECT *, {', '.join(found)} FROM ({raw})"
    good = [f'{_tidy(name) if tidy else _good(name)} AS "{name} good"' for name in form.arrays]
    return f"SELECT *, {', '.join(good)} FROM ({raw})"


def _tidy(name: str) -> str:
    numbers = [f'"{name} {b}"' for b in _PREFERRED]
    count = " + ".join(f"({n} IS NOT NULL)::INTEGER" for n in numbers)
    sound = " AND ".join(f"({n} IS NULL OR stage.looks_decimal({n}))" for n in numbers)
    return f'(stage.commas("{name} tidy") = {count} AND {sound})'


def _good(name: str) -> str:
    return f'(stage.is_array("{name}") AND {_chosen(name)} IS NOT NULL)'


def value(kind: RecordType, field: Field, form: WireForm) -> str:
    """What a field's text means; NULL: nothing, or nothing that it may mean."""
    v = f'"{field.wire}"'
    if field.wire in form.arrays:
        return _OF_ARRAY[field.kind].format(v=_chosen_value(kind, field))
    if field.kind is not Kind.TEXT:
        return _OF[field.kind].format(v=v)
    meant = f"CASE WHEN NOT stage.is_null({v}) THEN {v} END"
    if not field.benchmark:
        return meant
    known = _canonical(v)
    meant = known if field.allowed else f"coalesce({known}, {meant})"
    if form.arrays:
        return f"coalesce({meant}, {_canonical(_chosen(_first(kind, form)))})"
    return meant


def absent(field: Field) -> str:
    """What goes into the column of a record that does not have the field."""
    return field.absent or field.when_null


def stored(field: Field) -> str:
    """What goes into the column: the meaning, or what stands for null."""
    value = f'"{field.name} value"'
    null = field.when_null
    if field.absent:
        null = f'CASE WHEN "{field.wire}" IS NULL THEN {field.absent} ELSE {null} END'
    return value if null == "NULL" else f"coalesce({value}, {null})"


def fine(kind: RecordType, field: Field, form: WireForm, *, bare: bool) -> list[str]:
    """When a field needs no closer look: cheap conditions that hold for nearly all records.

    Args:
        kind: What the records are.
        field: The field.
        form: In which form they were written.
        bare: Texts have no blanks around them.
    """
    value, v = f'"{field.name} value"', f'"{field.wire}"'
    trim = "" if bare else f" AND {v} >= '!' AND NOT ends_with({v}, ' ')"  # only a blank is less
    null = "" if field.mandatory else f" OR stage.is_null({v})"
    if field.wire in form.arrays:
        null = ""
        agreed = [f"{_chosen(field.wire)} = {_chosen(first)}"
                  for first in [_first(kind, form)] if first != field.wire]  # fmt: skip
        return [f'"{field.wire} good"', *agreed, f"({_in_range(field, value)})"]
    if field.benchmark and form.arrays:
        return [f"{v} IS NULL"]
    if field.kind is Kind.TEXT:
        short = f"strlen({value}) <= {field.limit}{trim}"
        if field.absent and field.mandatory:
            return [f"({v} IS NULL OR {short})"]
        return [short if field.mandatory else f"coalesce({short}, true)"]
    if field.kind is Kind.DECIMAL and trim:
        return [f"({_in_range(field, value)}{trim}{null})"]
    return [f"({_in_range(field, value)}{null})"]


def _in_range(field: Field, value: str) -> str:
    if field.kind is Kind.INTEGER:
        return f"{value} BETWEEN {field.low} AND {field.high}"
    return f"{value} >= {field.low}" if field.kind is Kind.DECIMAL else f"{value} IS NOT NULL"


def faults(kind: RecordType, field: Field, form: WireForm) -> list[str]:
    """What can be wrong with one field: `WHEN … THEN 'CODE Field'` clauses, in order."""
    v, name = f'"{field.wire}"', field.wire
    lacks = f"stage.is_null({v})"
    if field.wire in form.arrays:
        return _array_faults(kind, field, form)
    if field.benchmark and form.arrays:
        lacks = f"{v} IS NOT NULL AND {lacks}"
        found = [
            f"WHEN \"{DISAGREE}\" IS NOT NULL THEN 'MIX {name}'",
            f"WHEN {lacks} THEN '{field.missing if field.mandatory else 'DBN'} {name}'",
        ]
    elif field.absent and field.mandatory:
        found = [f"WHEN {v} IS NOT NULL AND {lacks} THEN '{field.missing} {name}'"]
    else:
        found = [f"WHEN {lacks} THEN '{field.missing} {name}'"] if field.mandatory else []
    some = f"WHEN NOT stage.is_null({v}) AND"
    return found + [f"{some} {fault}" for fault in _value_faults(field, v)]


def _value_faults(field: Field, v: str) -> list[str]:
    value, name = f'"{field.name} value"', field.wire
    if field.allowed:
        allowed = ", ".join(f"'{name.lower()}'" for name in field.allowed)
        return [f"lower({v}) NOT IN ({allowed}) THEN 'BEN {name}'"]
    if field.kind is Kind.TEXT:
        return [f"length({v}) > {field.limit} THEN 'DBL {name}'"]
    if field.kind is Kind.TIME:
        return [f"{value} IS NULL THEN 'TIM {name}'"]
    if field.kind is Kind.INTEGER:
        below = f"({value} < {field.low} OR {value} IS NULL AND starts_with({v}, '-'))"
        return [
            f"{value} IS NULL AND NOT stage.looks_integer({v}) THEN 'INT {name}'",
            f"{below} THEN '{field.below} {name}'",
            f"({value} IS NULL OR {value} > {field.high}) THEN '{field.above} {name}'",
        ]
    return [
        f"NOT stage.looks_decimal({v}) THEN 'FLT {name}'",
        f"({value} IS NULL OR {value} < {field.low}) THEN 'DBR {name}'",
    ]


def _array_faults(kind: RecordType, field: Field, form: WireForm) -> list[str]:
    value, v, name, first = (
        f'"{field.name} value"',
        f'"{field.wire}"',
        field.wire,
        _first(kind, form),
    )
    found = [
        f"WHEN {v} IS NULL THEN '{field.missing} {name}'",
        f"WHEN stage.is_null({v}) OR NOT \"{name} good\" THEN 'DCT {name}'",
    ]
    if first != name and kind.benchmark:  # a type line between them has been looked at
        apart = f'"{kind.benchmark.wire}" IS NULL AND {_chosen(name)} <> {_chosen(first)}'
        found.append(f"WHEN {apart} THEN 'MIX {name}'")
    return [
        *found,
        f"WHEN {value} < {field.low} THEN '{field.below} {name}'",
        f"WHEN {value} IS NULL OR NOT ({_in_range(field, value)}) THEN '{field.above} {name}'",
    ]


def _canonical(v: str) -> str:
    whens = " ".join(f"WHEN '{low}' THEN '{name}'" for low, name in CANONICAL.items())
    return f"CASE lower({v}) {whens} END"


def _first(kind: RecordType, form: WireForm) -> str:
    """The array that the others must agree with."""
    return next(f.wire for f in kind.fields if f.wire in form.arrays)


def _chosen(name: str) -> str:
    """The preferred benchmark of an array, in lower case."""
    whens = " ".join(f"WHEN \"{name} {b}\" IS NOT NULL THEN '{b}'" for b in _PREFERRED)
    return f"CASE {whens} END"


def _chosen_value(kind: RecordType, field: Field) -> str:
    """The text of an array's preferred number, or that of the benchmark that a type line names.

    The reference labels the preferred number with whatever name follows; ours takes the named
    benchmark's own number if the array has it.
    """
    numbers = [f'"{field.wire} {b}"' for b in _PREFERRED]
    if kind.benchmark:
        named = " ".join(f"WHEN '{b}' THEN {n}" for b, n in zip(_PREFERRED, numbers, strict=True))
        numbers.insert(0, f'CASE lower("{kind.benchmark.wire}") {named} END')
    return f"coalesce({', '.join(numbers)})"


def all_levels(field: Field, form: WireForm) -> str:
    """Every known benchmark of an array as a JSON object; NULL where there is just one."""
    if field.wire not in form.arrays:
        return "NULL::VARCHAR"
    numbers = [f'"{field.wire} {b}"' for b in _PREFERRED]
    several = " + ".join(f"({n} IS NOT NULL)::INTEGER" for n in numbers)
    pairs = ", ".join(
        f"""'"{name}": ' || {_OF_ARRAY[field.kind].format(v=number)}"""
        for name, number in zip(PREFERENCE, numbers, strict=True)
    )
    return f"CASE WHEN {several} > 1 THEN '{{' || concat_ws(', ', {pairs}) || '}}' END"
