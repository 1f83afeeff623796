"""The SQL that types and checks XML records, generated from their declaration.

Like the text format's (`staging`), with what XML has of its own: timestamps are lenient and keep
their fractions until the order of start and end is checked, an element that is there and holds no
timestamp is no missing one, and a job need not have a service level.
"""

import re
from dataclasses import replace
from functools import cache

from appliance.records.benchmarks import PREFERENCE
from appliance.records.declare import Field, Kind, RecordType, WireForm
from appliance.records.xml import XmlForm
from ingest.formats import checks
from ingest.formats.xmlfields import ABSENT, OTHERS, PAIR, RECORD, TYPE_END, VALUE
from ingest.formats.xmlrecords import names

_PLAIN = WireForm("", re.compile(""), "")
"""No arrays: values are those of the text format's plainest form."""

_INSTANT = r"\d{4}-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{6})?Z"
"""What `xmlvalues.instant` writes."""

TYPE, LEVEL = "ServiceLevelType", "ServiceLevel"
_NO_LEVEL = f'"{TYPE}" IS NULL AND "{LEVEL}" IS NULL'


@cache
def insert(form: XmlForm) -> str:
    """The statement that stages a chunk of messages.

    Its parameters: $texts, the records' texts (list), $messages, a number each (list), $now.
    """
    kind = form.kind
    values = ", ".join(f'{_value(kind, f)} AS "{f.name} value"' for f in kind.fields)
    stored = ", ".join(f"{checks.stored(f)} AS {f.sql}" for f in kind.fields)
    levels = f", {_all_levels()} AS service_levels" if kind.benchmark else ""
    levels += f', "{OTHERS}" AS {kind.parts}' if kind.parts else ""
    found = [fault for f in kind.fields for fault in _faults(kind, f)]
    found.sort(key=lambda fault: "THEN 'TIM" not in fault)  # the reference reads times first
    faults = " ".join(found)
    faults += _others_fault(form)
    checked = (
        f"SELECT message, record, {stored}{levels}, $now::TIMESTAMP AS now, CASE {faults} END AS "
        f"fault FROM (SELECT *, {values} FROM ({_raw(form)}))"
    )
    rules = " ".join(f"WHEN {r.violated} THEN '{r.code} {r.field}'" for r in kind.rules)
    problem = f"CASE WHEN fault IS NOT NULL THEN fault {rules} END" if rules else "fault"
    whole = ", ".join(
        f"date_trunc('second', {f.sql}) AS {f.sql}" for f in kind.fields if f.kind is Kind.TIME
    )
    return (
        f"INSERT INTO stage.{kind.name} BY NAME SELECT * EXCLUDE (now, fault) REPLACE ({whole}), "
        f"{problem} AS problem FROM ({checked})"
    )


def _raw(form: XmlForm) -> str:
    columns = ", ".join(
        f'CASE WHEN l[{n}] <> chr({ord(ABSENT)}) THEN l[{n}] END AS "{name}"'
        for n, name in enumerate(names(form), 2)
    )
    return (
        f"SELECT message, l[1]::INTEGER AS record, {columns} "
        f"FROM (SELECT message, string_split(piece, chr({ord(VALUE)})) AS l "
        f"FROM (SELECT message, unnest(string_split(text, chr({ord(RECORD)}))) AS piece "
        "FROM (SELECT unnest($messages) AS message, unnest($texts) AS text)))"
    )


def _value(kind: RecordType, field: Field) -> str:
    v = f'"{field.wire}"'
    plain = checks.value(kind, field, _PLAIN)
    if field.kind is Kind.TIME:
        return (
            f"CASE WHEN regexp_full_match({v}, '{_INSTANT}') AND {v} >= '0001' "
            f"THEN TRY_CAST({v}[:-2] AS TIMESTAMP) END"
        )
    if kind.benchmark and field.wire == TYPE:
        return f"CASE WHEN {_NO_LEVEL} THEN 'custom' ELSE {plain} END"
    if kind.benchmark and field.wire == LEVEL:
        return f"CASE WHEN {_NO_LEVEL} THEN 1 ELSE {plain} END"
    return plain


def _others_fault(form: XmlForm) -> str:
    """A pair without a type."""
    if not form.others:
        return ""
    pairs = f'string_split("{OTHERS}", chr({ord(PAIR)}))'
    types = f"list_transform({pairs}, lambda p: string_split(p, chr({ord(TYPE_END)}))[1])"
    bad = f"len(list_filter({types}, lambda t: stage.is_null(t))) > 0"
    return f" WHEN {bad} THEN 'DBN {OTHERS}'"


def _faults(kind: RecordType, field: Field) -> list[str]:
    v = f'"{field.wire}"'
    if field.kind is Kind.TIME:
        missing = [f"WHEN {v} IS NULL THEN 'MAN {field.wire}'"] if field.mandatory else []
        wrong = f"""WHEN {v} IS NOT NULL AND "{field.name} value" IS NULL"""
        return [*missing, f"{wrong} THEN 'TIM {field.wire}'"]
    if kind.benchmark and field.wire == TYPE:
        return [
            f"""WHEN "{field.name} value" IS NULL THEN 'BEN {TYPE}'""",
            f"WHEN NOT ({_NO_LEVEL}) AND stage.is_null(\"{LEVEL}\") THEN 'BEN {LEVEL}'",
            *(
                f'WHEN "{name}" IS NOT NULL AND stage.decimal_of("{name}") IS NULL '
                f"THEN 'FLT {LEVEL}'"
                for name in PREFERENCE
            ),
        ]
    if kind.benchmark and field.wire == LEVEL:  # a missing one has been looked at
        field = replace(field, mandatory=False)
    return checks.faults(kind, field, _PLAIN)


def _all_levels() -> str:
    """Every benchmark of a record as a JSON object; NULL where there is just one."""
    given = ", ".join(f'"{name}"' for name in PREFERENCE)
    pairs = ", ".join(f"""'"{name}": ' || stage.decimal_of("{name}")""" for name in PREFERENCE)
    return (
        f"CASE WHEN coalesce({given}) IS NOT NULL THEN '{{' || concat_ws(', ', {pairs}) || '}}' END"
    )
