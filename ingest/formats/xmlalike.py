"""XML records that look alike, read without a parser: they differ in their values alone.

A sender writes record after record with the same markup. So a record that expat has read becomes a
pattern: its markup to the letter, with gaps for texts and attributes. Text right behind a record,
in the same place of the document, that fits is a record as well-formed as the first, with the same
elements in the same namespaces. Whatever a gap would have to interpret (references, comments,
CDATA, carriage returns, white space in attributes, characters that XML does not have) fits no
pattern, and expat reads that record. A record of 1.3 kB takes 9 µs so, 45 with calls from expat.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import TypeAlias

from ingest.formats.xmlpieces import Trail
from ingest.formats.xmlreader import Element, Elements

Row: TypeAlias = Callable[[tuple[str, ...]], list[str]]
"""From what fills the gaps to the values of a record."""
Planner: TypeAlias = Callable[[Elements], Row]
"""From a record's elements, whose texts are `Gap`s, to how its values are read."""

_TEXT = r"[^<>&\x00-\x08\x0b-\x1f\ufffe\uffff]*+"
_ATTRIBUTE = r"[^<&{quote}\x00-\x1f\ufffe\uffff]*+"
_TAG = re.compile(
    rf"({_TEXT})<(/?)([^\s<>/\"'=]+)"
    r"((?:\s+[^\s<>/\"'=]+\s*=\s*(?:\"[^\"<]*\"|'[^'<]*'))*)\s*(/?)>"
)
_PAIR = re.compile(r"(\s+([^\s<>/\"'=]+)\s*=\s*)([\"'])(.*?)\3", re.DOTALL)

_FREE, _RECORDS_EACH, _AT_ONCE = 4, 50, 8
"""Patterns to learn at first, records that each further one must have saved on average, and how
many are tried: a document whose records are all different is not to pay for it."""


class Gap(str):
    """Stands for a value that differs from record to record."""

    __slots__ = ("number",)
    number: int

    @classmethod
    def numbered(cls, number: int) -> "Gap":
        """The gap of that number, from 0."""
        gap = cls()
        gap.number = number
        return gap


class Alike:
    """The patterns of the records within one element of a document.

    Args:
        wanted: Qualified names of the elements that say something.
        read: Qualified names of attributes by the wanted element: their values are gaps.
        plan: Makes a `Row`.
        take: Called with the values of every record.
    """

    def __init__(
        self,
        wanted: frozenset[str],
        read: dict[str, frozenset[str]],
        plan: Planner,
        take: Callable[[list[str]], object],
    ) -> None:
        self._wanted, self._read, self._plan, self._take = wanted, read, plan, take
        self._known: list[tuple[re.Pattern[str], Row]] = []
        self._learned = self._fitted = 0
        self._last: list[str] = []

    def take(self, values: list[str]) -> None:
        """The values of a record that expat has read."""
        self._last = values
        self._take(values)

    def forget(self) -> None:
        """Another place of the document: the same markup may mean something else."""
        self._known.clear()

    def skip(self, text: str, at: int) -> int:
        """Take the records from here on that fit; where the first begins that does not."""
        while True:
            begun = at
            for pattern, row in self._known:
                while match := pattern.match(text, at):
                    self._take(row(match.groups()))
                    self._fitted += 1
                    at = match.end()
            if at == begun:
                return at

    def learn(self, record: str, trail: Trail) -> None:
        """Have further records fit that are like this one, if it is plain enough.

        A pattern that reads from it anything but what expat did is not used.
        """
        if self._learned >= _FREE + self._fitted // _RECORDS_EACH:
            return
        self._learned += 1
        if (made := _Markup(self._wanted, self._read).of(record, trail)) is None:
            return
        pattern, elements = made
        if (compiled := _sighted(pattern).again()) is None:
            return
        row = self._plan(elements)
        if (match := compiled.match(record)) and row(match.groups()) == self._last:
            self._known.insert(0, (compiled, row))
            del self._known[_AT_ONCE:]


class _Sighted:
    """A pattern, and whether it came twice: to compile it takes as long as reading 60 records."""

    def __init__(self, pattern: str) -> None:
        self._pattern, self._once = pattern, False
        self._compiled: re.Pattern[str] | None = None

    def again(self) -> re.Pattern[str] | None:
        """The pattern compiled; None: this is the first time."""
        if self._once and self._compiled is None:
            self._compiled = re.compile(self._pattern)
        self._once = True
        return self._compiled


@lru_cache(maxsize=64)
def _sighted(pattern: str) -> _Sighted:
    """Senders write the same in message after message."""
    return _Sighted(pattern)


class _Markup:
    """Turns a record into a pattern and its elements with gaps for values."""

    def __init__(self, wanted: frozenset[str], read: dict[str, frozenset[str]]) -> None:
        self._wanted, self._read = wanted, read
        self._pieces: list[str] = [r"[ \t\n]*+"]
        self._elements: Elements = {}
        self._gaps = 0

    def of(self, record: str, trail: Trail) -> tuple[str, Elements] | None:
        """The pattern; None: there is more in it than tags and texts."""
        tags, starts, at = [*_TAG.finditer(record)], iter(trail), 0
        open_: list[Element | None] = []
        for tag in tags:
            if tag.start() != at:
                return None
            at = tag.end()
            text, closing, name, attributes, empty = tag.groups()
            ours = open_[-1] if open_ else None
            if ours is not None and not closing:
                return None  # an element that says something has others within
            if tag is not tags[0]:
                self._text(ours)
            if closing:
                self._pieces.append(re.escape(tag[0][len(text) :]))
                open_.pop()
                continue
            self._pieces.append("<" + re.escape(name))
            open_.append(self._start(attributes, *next(starts, ("", {}))))
            self._pieces.append(re.escape(tag[0][tag.end(4) - tag.start() :]))
            if empty:
                open_.pop()
        whole = at == len(record) and not open_ and next(starts, None) is None
        return ("".join(self._pieces), self._elements) if whole else None

    def _text(self, ours: Element | None) -> None:
        if ours is None:
            self._pieces.append(_TEXT)
        else:
            ours[1] = self._gap()
            self._pieces.append(f"({_TEXT})")

    def _start(self, attributes: str, name: str, given: dict[str, str]) -> Element | None:
        ours: Element | None = [{}, "", 0] if name in self._wanted else None
        values = iter(given.items())
        for before, short, quote, value in _PAIR.findall(attributes):
            self._pieces.append(re.escape(before) + quote)
            if short == "xmlns" or short.startswith("xmlns:"):
                self._pieces.append(re.escape(value))
            else:
                self._attribute(name, next(values, ("", "")), quote, value, ours)
            self._pieces.append(quote)
        if ours is not None:
            self._elements.setdefault(name, []).append(ours)
        return ours

    def _attribute(
        self, name: str, given: tuple[str, str], quote: str, value: str, ours: Element | None
    ) -> None:
        attribute, meant = given
        gap = _ATTRIBUTE.format(quote=quote)
        if ours is None:
            self._pieces.append(gap)
        elif attribute in self._read.get(name, ()):
            ours[0][attribute] = self._gap()
            self._pieces.append(f"({gap})")
        else:  # it may say which of several elements is meant
            ours[0][attribute] = meant
            self._pieces.append(re.escape(value))

    def _gap(self) -> Gap:
        self._gaps += 1
        return Gap.numbered(self._gaps - 1)
