"""XML records as rows of values, in the one layout that has every field of their form."""

from collections.abc import Callable
from functools import cache, partial
from operator import itemgetter

from appliance.errors import Problem
from appliance.records.benchmarks import PREFERENCE
from appliance.records.xml import Pick, XmlForm
from ingest.formats.xmlalike import Alike, Gap, Row
from ingest.formats.xmlfields import ABSENT, OTHERS, RECORD, VALUE, Several, readings
from ingest.formats.xmlmessage import XmlMessage
from ingest.formats.xmlreader import Element, Elements, qualified, read


def wide(message: XmlMessage) -> str | Problem:
    """The records of a message in the one layout that has every field: `names` says in what order.

    Each begins with its number in the message.
    """
    form = message.form
    record = qualified(form.namespace, form.record)
    found: list[str] = []

    def add(values: list[str]) -> None:
        found.append(f"{len(found) + 1}{VALUE}{VALUE.join(values)}")

    alike = Alike(wanted(form), _gaps(form), partial(_plan, form), add)

    def take(elements: Elements, _: int) -> None:
        alike.take([reading(elements) for reading in readings(form)])

    problem = read(message.text, record, wanted(form), take, shortcut=alike)
    if problem is not None:  # once more: the lines of those that took the shortcut count as well
        return read(message.text, record, wanted(form), lambda *_: None) or problem
    if not found:
        reason = f"the document has no {form.record} element of the namespace of {form.name}"
        return Problem("XNR", reason)
    return RECORD.join(found)


def names(form: XmlForm) -> list[str]:
    """What the values of a record are, after its number."""
    further = [*(PREFERENCE if form.kind.benchmark else ()), *([OTHERS] if form.others else [])]
    return [*form.fields, *further]


@cache
def wanted(form: XmlForm) -> frozenset[str]:
    """The elements that say something, as expat names them."""
    elements = {source.element for source in form.fields.values()}
    elements |= {form.others.element} if form.others else set()
    return frozenset(qualified(form.namespace, element) for element in elements)


@cache
def _gaps(form: XmlForm) -> dict[str, frozenset[str]]:
    """The attributes that are values and choose nothing, by element; qualified names."""
    choosing = {(form.others.element, form.others.attribute)} if form.others else set()
    for source in form.fields.values():
        chosen = [given[0] for given in (source.only, source.prefer) if given]
        chosen += ["type"] if source.pick is Pick.BENCHMARK else []
        choosing |= {(source.element, attribute) for attribute in chosen}
    found: dict[str, frozenset[str]] = {}
    for source in form.fields.values():
        if source.attribute and (source.element, source.attribute) not in choosing:
            name = qualified(form.namespace, source.element)
            attribute = qualified(form.namespace, source.attribute)
            found[name] = found.get(name, frozenset()) | {attribute}
    return found


def _plan(form: XmlForm, elements: Elements) -> Row:
    """How the values are read of records that have these elements, with gaps for their texts.

    Which element says what is settled here, once: a gap never chooses.
    """
    constants: list[str] = []
    at: list[int] = []
    meanings: list[tuple[int, Callable[[str], str | None]]] = []
    several: list[tuple[int, Several, list[Element]]] = []
    for number, reading in enumerate(readings(form)):
        text = ABSENT
        if isinstance(reading, Several):
            several.append((number, reading, elements.get(reading.name, [])))
        elif element := reading.choose(elements):
            text, meant = reading.text(element), reading.meant(element)
            meanings += [(number, meant)] if meant is not str else []
        if not isinstance(text, Gap):
            constants.append(text)
        at.append(text.number if isinstance(text, Gap) else -len(constants))
    pick, further = itemgetter(*at), tuple(reversed(constants))

    def row(groups: tuple[str, ...]) -> list[str]:
        values = list(pick(groups + further))
        for number, meant in meanings:
            value = meant(values[number])
            values[number] = ABSENT if value is None else value
        for number, reading, held in several:
            values[number] = reading.read([[a, _filled(text, groups), 0] for a, text, _ in held])
        return values

    return row


def _filled(text: str, groups: tuple[str, ...]) -> str:
    return groups[text.number] if isinstance(text, Gap) else text
