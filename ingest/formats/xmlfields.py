"""From the elements of an XML record to the values of its fields, as its form declares them."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from typing import TypeAlias

from appliance.records.benchmarks import CANONICAL, PREFERENCE
from appliance.records.xml import Meaning, Others, Pick, Source, XmlForm
from ingest.formats import xmlvalues
from ingest.formats.xmlreader import Element, Elements, qualified

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


@dataclass(frozen=True, slots=True)
class Single:
    """How the value of a field is read."""

    choose: Chooser
    attribute: str
    """Its qualified name; empty: the element's own text says it."""
    meaning: Meaning
    unit: str
    """The attribute with the unit of memory."""

    def __call__(self, elements: Elements) -> str:
        if (element := self.choose(elements)) is None:
            return ABSENT
        value = self.meant(element)(self.text(element))
        return ABSENT if value is None else value

    def text(self, element: Element) -> str:
        """What says the value, as it was written."""
        text: str = element[0].get(self.attribute, "") if self.attribute else element[1]
        return text

    def meant(self, element: Element) -> Callable[[str], str | None]:
        """What that text means."""
        if self.meaning is Meaning.MEMORY:
            return partial(xmlvalues.memory, unit=element[0].get(self.unit, ""))
        return _READ.get(self.meaning, str)


@dataclass(frozen=True, slots=True)
class Several:
    """A value that is read from all elements of a name."""

    name: str
    read: Callable[[list[Element]], str]

    def __call__(self, elements: Elements) -> str:
        return self.read(elements.get(self.name, []))


@cache
def readings(form: XmlForm) -> list[Single | Several]:
    """How values are read, in the order of `names`."""
    space = form.namespace
    unit = qualified(space, "storageUnit")
    found: list[Single | Several] = [
        Single(
            chooser(source, space),
            source.attribute and qualified(space, source.attribute),
            source.meaning,
            unit,
        )
        for source in form.fields.values()
    ]
    found += [_levels(form)] if form.kind.benchmark else []
    return found + ([_pairs(form.others, space)] if form.others else [])


def _levels(form: XmlForm) -> Several:
    """How every benchmark of a record is read: absent, all, where it has just one."""
    source = next(s for s in form.fields.values() if s.pick is Pick.BENCHMARK and not s.attribute)
    none = VALUE.join([ABSENT] * len(PREFERENCE))

    def levels(found: list[Element]) -> str:
        if len(found) < _SEVERAL:
            return none
        by_type = _by_type(form.namespace, found)
        if len(by_type) < _SEVERAL:
            return none
        texts = {b: raw(source, form.namespace, element) for b, element in by_type.items()}
        return VALUE.join(xmlvalues.decimal(texts[b]) if b in texts else ABSENT for b in PREFERENCE)

    return Several(qualified(form.namespace, source.element), levels)


def _pairs(others: Others, namespace: str) -> Several:
    attribute = qualified(namespace, others.attribute)

    def pairs(found: list[Element]) -> str:
        texts = {element[0].get(attribute, ""): element[1] for element in found}
        held = [f"{t}{TYPE_END}{text}" for t, text in texts.items() if t not in others.besides]
        return PAIR.join(held) or ABSENT

    return Several(qualified(namespace, others.element), pairs)
