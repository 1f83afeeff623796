"""The reference of the record types, for people: `docs/records.md` is made from it."""

from collections.abc import Iterator

from appliance.records.catalogue import RECORD_TYPES, XML_FORMS
from appliance.records.declare import INT64, Field, Kind, RecordType, WireForm

_HEAD = """\
# Records

Made from the declarations in `appliance/records/` by `make docs`; do not edit.

Text longer than its limit, integers out of range and levels outside 0 to 9,999,999.999 are
refused. Known benchmarks are stored in one spelling: `HEPscore23`, `HEPSPEC`, `si2k`.
A field that is null (empty, `none` or `null`, in any case) or absent is stored as shown.
"""
_KINDS = {Kind.TEXT: "text", Kind.INTEGER: "integer", Kind.DECIMAL: "decimal", Kind.FLOAT: "number",
          Kind.TIME: "time"}  # fmt: skip


def reference() -> str:
    """All record types as Markdown."""
    return "\n".join([_HEAD, *(line for kind in RECORD_TYPES for line in _record(kind))])


def _record(kind: RecordType) -> Iterator[str]:
    headers = ", ".join(_header(form) for form in kind.forms)
    forms = [f"Header: {headers}."] if headers else []
    forms += [f"XML: {f.name}, `{f.namespace}`." for f in XML_FORMS if f.kind is kind]
    yield f"## {kind.name}\n\n{kind.doc} {' '.join(forms)} Dataset: `{kind.dataset}`."
    yield f"A record replaces an earlier one with the same {', '.join(kind.key)}.\n"
    yield "| field | column | kind | unit | null becomes | what it is |"
    yield "|---|---|---|---|---|---|"
    yield from (_row(field) for field in kind.fields)
    yield ""
    yield from (
        f"- `{column.name}` follows from the others: {column.doc}" for column in kind.further
    )
    yield from (f"- {rule.code}: {rule.reason} (`{rule.field}`)." for rule in kind.rules)
    yield ""


def _header(form: WireForm) -> str:
    version = form.version.pattern.replace("\\", "")
    return f"`{form.header}`, any version" if version == ".*" else f"`{form.header}: {version}`"


def _row(field: Field) -> str:
    limit = f" {field.limit}" if field.kind is Kind.TEXT and field.limit < INT64 else ""
    null = f"refused ({field.missing})" if field.mandatory else field.when_null.strip("'")
    if absent := field.absent.strip("'"):
        null = f"{absent}; {null} where it is written"
    cells = (field.wire, field.name, _KINDS[field.kind] + limit, field.unit, null, field.doc)
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    print(reference(), end="")
