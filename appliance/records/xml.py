"""The words in which an XML form of a record type is declared: which element says which field."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto

from appliance.records.declare import RecordType


class Meaning(Enum):
    """How a text of XML becomes the text that the checks of the record type take."""

    TEXT = auto()
    """As it is, white space and all."""
    INTEGER = auto()
    """White space around it does no harm."""
    DECIMAL = auto()
    """The same."""
    INSTANT = auto()
    """ISO 8601, leniently."""
    DURATION = auto()
    """ISO 8601 (`PT1H30M`), as seconds; one that cannot be read is missing."""
    MEMORY = auto()
    """A number of the element's `storageUnit`, as kB."""


class Pick(Enum):
    """Which of several elements is meant."""

    FIRST = auto()
    """The first, or the first that `prefer` finds."""
    ONLY = auto()
    """The same, and none where `prefer` finds several."""
    BENCHMARK = auto()
    """The one whose `type` stands first in the order of benchmarks."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a field of a record is written. Elements are found at any depth of the record."""

    element: str
    meaning: Meaning = Meaning.TEXT
    attribute: str = ""
    """The value is this attribute's, empty where it is not there; else the element's own text."""
    only: tuple[str, frozenset[str]] | None = None
    """An attribute and its values: elements that say anything else are not meant."""
    pick: Pick = Pick.FIRST
    prefer: tuple[str, str] | None = None
    """An attribute and its value: of several elements, one with it."""


@dataclass(frozen=True, slots=True)
class Others:
    """Elements that are pairs of a type and a text: what no field says, kept beside the record."""

    element: str
    attribute: str
    """Its type. Of two with one type, the later counts."""
    besides: frozenset[str]
    """Types that are fields."""


@dataclass(frozen=True, slots=True)
class XmlForm:
    """One XML form of a record type."""

    name: str
    """What people call it."""
    kind: RecordType
    namespace: str
    """Of its elements, and of the attributes: one without a prefix is not seen."""
    record: str
    """The element that holds a record."""
    fields: Mapping[str, Source] = field(hash=False)
    """By wire name."""
    others: Others | None = None
