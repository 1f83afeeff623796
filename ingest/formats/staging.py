"""The SQL that splits, types and checks text records, generated from their declaration.

A chunk of messages becomes rows of `stage.<type>`: typed columns, and in `problem` the first
thing wrong with the record as `CODE Field`. There are three ways to split: by position where all
records have one layout, by name where they differ (`JSON`, `NAME`), and `WIDE` for texts that were
read record by record. The others only ask whether all is well: a row whose `problem` is `CLOSER`
says that its message has to be read record by record. So the long list of faults burdens no good
message: planning it takes as long as loading 3,000 records.
"""

from functools import cache

from appliance.records.declare import Computed, Field, RecordType, WireForm, all_of
from ingest.formats import checks
from ingest.formats.splitting import By, raw_records, untrimmed
from ingest.formats.text import Layout
from ingest.formats.tokens import DISAGREE

CLOSER = "CLOSER"


def table(kind: RecordType) -> str:
    """The statement that makes the staging table."""
    columns = [f"{c.sql} {c.stored}" for c in kind.columns]
    columns += [f"{all_of(f)} VARCHAR" for f in kind.arrays]
    columns += [f"{kind.parts} VARCHAR"] if kind.parts else []
    return (
        f"CREATE TABLE stage.{kind.name} "
        f"(message BIGINT, record INTEGER, {', '.join(columns)}, problem VARCHAR)"
    )


@cache
def insert(kind: RecordType, form: WireForm, how: Layout | By, *, ascii_: bool) -> str:
    """The statement that stages a chunk of messages.

    Its parameters: $texts, the records' texts (list), $messages, a number each (list), $now.

    Args:
        kind: What the records are.
        form: In which form they were written.
        how: How the records look.
        ascii_: The texts hold nothing else.
    """
    raw = raw_records(kind, form, how, ascii_=ascii_)
    if form.arrays:
        raw = checks.arrays(form, raw, tidy=how is not By.WIDE)
    there = [f for f in kind.fields if not _plainly_absent(f, form, how)]
    values = [f'{checks.value(kind, f, form)} AS "{f.name} value"' for f in there]
    values += [f"{checks.all_levels(f, form)} AS {all_of(f)}" for f in kind.arrays]
    typed = f"SELECT *, {', '.join(values)} FROM ({raw})"
    stored = [
        f"{checks.stored(f) if f in there else f'{checks.absent(f)}::{f.stored}'} AS {f.sql}"
        for f in kind.fields
    ]
    stored += [all_of(f) for f in kind.arrays]
    bare = not untrimmed(how)
    fine = " AND ".join(fine for f in there for fine in checks.fine(kind, f, form, bare=bare))
    if how is not By.WIDE:
        verdict = f"CASE WHEN NOT ragged AND {fine} THEN NULL ELSE '{CLOSER}' END"
    else:
        faults = " ".join(fault for f in kind.fields for fault in checks.faults(kind, f, form))
        agreed = f' AND "{DISAGREE}" IS NULL' if form.arrays else ""
        verdict = f"CASE WHEN {fine}{agreed} THEN NULL {faults} END"
    checked = (
        f"SELECT message, record, {', '.join(stored)}, "
        f"$now::TIMESTAMP AS now, {verdict} AS fault FROM ({typed})"
    )
    for column in kind.computed:
        checked = _computed(kind, column, checked)
    rules = " ".join(f"WHEN {r.violated} THEN '{r.code} {r.field}'" for r in kind.rules)
    problem = f"CASE WHEN fault IS NOT NULL THEN fault {rules} END" if rules else "fault"
    return (
        f"INSERT INTO stage.{kind.name} BY NAME "
        f"SELECT * EXCLUDE (now, fault), {problem} AS problem FROM ({checked})"
    )


def _plainly_absent(field: Field, form: WireForm, how: Layout | By) -> bool:
    """Whether no record has a field that none needs: then it costs nothing."""
    if not isinstance(how, Layout) or field.wire in how.names or field.wire in form.arrays:
        return False
    needed = field.mandatory and not field.absent
    return not needed and not (field.benchmark and form.arrays)


def _computed(kind: RecordType, column: Computed, records: str) -> str:
    if column in kind.further:
        return f"SELECT *, {column.value} AS {column.sql} FROM ({records})"
    return f"SELECT * REPLACE ({column.value} AS {column.sql}) FROM ({records})"
