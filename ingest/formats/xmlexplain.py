"""Why an XML record was refused, in words: the message is read again up to that record."""

from appliance.errors import Problem
from appliance.records.xml import Meaning, Source
from ingest.formats.explain import REASONS, quoted
from ingest.formats.xmlfields import OTHERS, chooser, raw
from ingest.formats.xmlmessage import XmlMessage
from ingest.formats.xmlreader import Elements, Stop, qualified, read
from ingest.formats.xmlrecords import wanted

_TIME = "{value} is not a timestamp like 2024-06-01T02:00:00Z"
_DURATION = "{value} is not a duration like PT1H30M, and {field} is mandatory"
_LEVEL = "a ServiceLevel needs a type attribute, with the prefix of its namespace, and a value"


def explain_xml(message: XmlMessage, number: int, fault: str) -> Problem:
    """The problem of a staged record.

    Args:
        message: The message that holds it.
        number: The record, from 1.
        fault: What the check said: `CODE Field`.
    """
    code, _, name = fault.partition(" ")
    form = message.form
    elements, line = _record(message, number)
    if name == OTHERS and form.others:
        reason = f"{form.others.element} needs an attribute {form.others.attribute}, with a prefix"
        return Problem(code, reason, record=number, line=line, field=form.others.element)
    source = form.fields[name]
    element = chooser(source, form.namespace)(elements)
    value = raw(source, form.namespace, element) if element else ""
    return Problem(
        code,
        _reason(message, code, name, value),
        record=number,
        line=element[2] if element else line,
        field=_written(source),
    )


def _record(message: XmlMessage, number: int) -> tuple[Elements, int]:
    found: tuple[Elements, int] = {}, 0
    passed = 0

    def take(elements: Elements, line: int) -> None:
        nonlocal found, passed
        passed += 1
        if passed == number:
            found = dict(elements), line
            raise Stop

    form = message.form
    read(message.text, qualified(form.namespace, form.record), wanted(form), take, lines=True)
    return found


def _written(source: Source) -> str:
    return f"{source.element}@{source.attribute}" if source.attribute else source.element


def _reason(message: XmlMessage, code: str, name: str, value: str) -> str:
    kind, source = message.kind, message.form.fields[name]
    if rule := next((r for r in kind.rules if (r.code, r.field) == (code, name)), None):
        return f"{rule.reason}: {name} is {value}"
    shown = quoted(value)
    if code == "BEN":
        allowed = ", ".join(sorted(kind.field(name).allowed))
        given = value and source.attribute
        return f"{shown} is not a known benchmark: {allowed}" if given else _LEVEL
    reason = REASONS[code]
    if code == "TIM":
        reason = _TIME
    elif code == "MAN" and source.meaning is Meaning.DURATION and value:
        reason = _DURATION
    limit = kind.field(name).limit
    return reason.format(field=name, value=shown, length=len(value), limit=limit)
