"""From the elements of an XML record to the values of its fields, as its form declares them."""

from collections.abc import Callable
from functools import cache
from typing import TypeAlias

from appliance.errors import Problem
from appliance.records.benchmarks import CANONICAL, PREFERENCE
from appliance.records.xml import Meaning, Others, Pick, Source, XmlForm
from ingest.formats import xmlvalues
from ingest.formats.xmlmessage import XmlMessage
from ingest.formats.xmlreader import Element, Elements, qualified, read

VALUE, RECORD = "\x1f", "\x1e"
"""Between values and between records. XML has no way to write these characters."""
ABSENT = "\x1d"
"""Stands for what a record does not have."""
PAIR, TYPE_END = "\x1c", "\x1b"
"""Between pairs of a type and a text, and within each."""
OTHERS = "Others"
"""What the value is called that holds such pairs."""

_SEVERAL = 2

Chooser: TypeAlias = Callable[[Elements], Element | None]
"""From a record's elements to the one that says a field."""

_READ: dict[Meaning, Callable[[str], str | None]] = {
    Meaning.INTEGER: xmlvalues.integer,
    Meaning.DECIMAL: xmlvalues.decimal,
    Meaning.INSTANT: xmlvalues.instant,
    Meaning.DURATION: xmlvalues.duration,
}


def wide(message: XmlMessage) -> str | Problem:
    """The records of a message in the one layout that has every field: `names` says in what order.

    Each begins with its number in the message.
    """
    form = message.form
    plain, others = _readings(form)
    found: list[str] = []

    def take(elements: Elements, _: int) -> None:
        values = [elements[n][0][1] if n in elements else ABSENT for n in plain]
        values += [reading(elements) for reading in others]
        found.append(f"{len(found) + 1}{VALUE}{VALUE.join(values)}")

    problem = read(message.text, qualified(form.namespace, form.record), wanted(form), take)
    if problem is None and not found:
        reason = f"the document has no {form.record} element of the namespace of {form.name}"
        return Problem("XNR", reason)
    return problem or RECORD.join(found)


def names(form: XmlForm) -> list[str]:
    """What the values of a record are, after its number."""
    plain = [name for name, source in form.fields.items() if _is_plain(source)]
    others = [name for name in form.fields if name not in plain]
    further = [*(PREFERENCE if form.kind.benchmark else ()), *([OTHERS] if form.others else [])]
    return plain + others + further


@cache
def wanted(form: XmlForm) -> frozenset[str]:
    """The elements that say something, as expat names them."""
    elements = {source.element for source in form.fields.values()}
    elements |= {form.others.element} if form.others else set()
    return frozenset(qualified(form.namespace, element) for element in elements)


def raw(source: Source, namespace: str, element: Element) -> str:
    """What an element says, as it was written."""
    text: str = element[1]
    if source.attribute:
        text = element[0].get(qualified(namespace, source.attribute), "")
    return text


@cache
def chooser(source: Source, namespace: str) -> Chooser:
    """How the element is found that says a field."""
    name = qualified(namespace, source.element)
    attribute, values = source.only or ("", frozenset())
    only = attribute and qualified(namespace, attribute)
    attribute, preferred = source.prefer or ("", "")
    prefer = qualified(namespace, attribute)

    def choose(elements: Elements) -> Element | None:
        found = elements.get(name)
        if not found:
            return None
        if only:
            found = [element for element in found if element[0].get(only) in values]
        if len(found) < _SEVERAL:
            return found[0] if found else None
        if source.pick is Pick.BENCHMARK:
            by_type = _by_type(namespace, found)
            return next((by_type[b] for b in PREFERENCE if b in by_type), found[0])
        best = [element for element in found if element[0].get(prefer) == preferred]
        if len(best) > 1 and source.pick is Pick.ONLY:
            return None
        return (best or found)[0]

    return choose


def _by_type(namespace: str, elements: list[Element]) -> dict[str, Element]:
    """The elements of known benchmarks by their canonical names; of two of one, the first."""
    name = qualified(namespace, "type")
    found: dict[str, Element] = {}
    for element in elements:
        if known := CANONICAL.get(element[0].get(name, "").lower()):
            found.setdefault(known, element)
    return found


def _is_plain(source: Source) -> bool:
    """Whether the value is the first such element's text, whatever it says."""
    return source == Source(source.element)


@cache
def _readings(form: XmlForm) -> tuple[list[str], list[Callable[[Elements], str]]]:
    """The elements of plain fields, and how the others are read; in the order of `names`."""
    sources, space = form.fields.values(), form.namespace
    plain = [qualified(space, source.element) for source in sources if _is_plain(source)]
    others = [_reading(source, space) for source in sources if not _is_plain(source)]
    if form.kind.benchmark:
        others.append(_levels(form))
    if form.others:
        others.append(_pairs(form.others, space))
    return plain, others


def _reading(source: Source, namespace: str) -> Callable[[Elements], str]:
    choose = chooser(source, namespace)
    meant = _READ.get(source.meaning, str)
    unit = qualified(namespace, "storageUnit")
    attribute = source.attribute and qualified(namespace, source.attribute)

    def reading(elements: Elements) -> str:
        if (element := choose(elements)) is None:
            return ABSENT
        text = element[0].get(attribute, "") if attribute else element[1]
        if source.meaning is Meaning.MEMORY:
            return xmlvalues.memory(text, element[0].get(unit, ""))
        value = meant(text)
        return ABSENT if value is None else value

    return reading


def _levels(form: XmlForm) -> Callable[[Elements], str]:
    """How every benchmark of a record is read: absent, all, where it has just one."""
    source = next(s for s in form.fields.values() if s.pick is Pick.BENCHMARK and not s.attribute)
    name = qualified(form.namespace, source.element)
    none = VALUE.join([ABSENT] * len(PREFERENCE))

    def levels(elements: Elements) -> str:
        if len(found := elements.get(name, ())) < _SEVERAL:
            return none
        by_type = _by_type(form.namespace, list(found))
        if len(by_type) < _SEVERAL:
            return none
        texts = {b: raw(source, form.namespace, element) for b, element in by_type.items()}
        return VALUE.join(xmlvalues.decimal(texts[b]) if b in texts else ABSENT for b in PREFERENCE)

    return levels


def _pairs(others: Others, namespace: str) -> Callable[[Elements], str]:
    name, attribute = qualified(namespace, others.element), qualified(namespace, others.attribute)

    def pairs(elements: Elements) -> str:
        if not (found := elements.get(name)):
            return ABSENT
        texts = {element[0].get(attribute, ""): element[1] for element in found}
        held = [f"{t}{TYPE_END}{text}" for t, text in texts.items() if t not in others.besides]
        return PAIR.join(held) or ABSENT

    return pairs
