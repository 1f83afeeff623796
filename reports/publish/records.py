"""Records as their messages hold them: SQL that gives a text a row, and what stands around them."""

from appliance.publishing import PublishRequest
from appliance.records.declare import Kind
from appliance.records.xml import XmlForm
from reports.publish import car, star, text
from reports.publish.choice import Choice
from reports.publish.forms import Form
from reports.publish.markup import SPECIAL, in_attribute, in_element, plain

_XML_HEAD = '<?xml version="1.0" ?>\n'


def records(form: Form, request: PublishRequest, rows: Choice) -> Choice:
    """One column, a text a row; in no order."""
    if form.xml is None:
        return Choice(f"SELECT {text.record(form, request)} FROM ({rows.sql})", rows.given)
    sql = star.rows(rows.sql) if form.kind.parts else rows.sql
    return Choice(f"SELECT {_element(form, form.xml)} FROM ({sql})", rows.given)


def frame(form: Form) -> tuple[str, str]:
    """What stands before and after the records of a message."""
    if form.xml is None:
        return f"{form.name}\n", ""
    module = star if form.kind.parts else car
    return _XML_HEAD + module.HEAD, module.FOOT


def _element(form: Form, xml: XmlForm) -> str:
    """An element and a line feed. Few texts need escaping: the others are spared it."""
    module = star if form.kind.parts else car
    texts = ", ".join(f.sql for f in xml.kind.fields if f.kind is Kind.TEXT)
    special = f"regexp_matches(concat_ws(' ', {texts}), '{SPECIAL}')"
    return (
        f"CASE WHEN {special} THEN {module.record(in_element, in_attribute)} "
        f"ELSE {module.record(plain, plain)} END || chr(10)"
    )
