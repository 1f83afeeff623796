"""XML records, one after the other, in memory for one record: expat, and what it must not do.

Hardened here rather than by a library: an entity can only be declared in a DOCTYPE, and a message
with one is refused where it begins, before anything in it is read. defusedxml refuses it in the
same way, around a tree; making and walking ElementTree's took 50 µs a record, reading here 34
(`xmlalike` spares most records even that).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, NoReturn, TypeAlias
from xml.parsers import expat

from appliance.errors import Problem
from ingest.formats.xmlpieces import LONGEST_TRAIL, Shortcut, pieces

DEEPEST = 64
"""Elements within each other. CAR and StAR need 5."""

Element: TypeAlias = list[Any]
"""Its attributes by qualified name, its own text, its line; quicker to make than an object."""
Elements: TypeAlias = dict[str, list[Element]]
"""Elements by qualified name, each name's in document order."""


class Stop(Exception):
    """The reader has seen enough."""


class _Refused(Stop):
    def __init__(self, problem: Problem) -> None:
        super().__init__()
        self.problem = problem


def qualified(namespace: str, name: str) -> str:
    """A name as expat gives it."""
    return f"{namespace} {name}"


@dataclass(frozen=True, slots=True)
class Root:
    """The root of a document."""

    namespace: str
    line: int


def root_of(text: str) -> Root | Problem:
    """A document's root; nothing behind its start tag is read."""
    root = Root("", 0)

    def start(name: str, _: dict[str, str]) -> None:
        nonlocal root
        root = Root(name.rpartition(" ")[0], parser.CurrentLineNumber)
        raise Stop

    parser = _parser(start)
    return _parse(parser, [text]) or root


def read(  # noqa: C901, PLR0915 # handlers that share variables are the fastest there are
    text: str,
    record: str,
    wanted: frozenset[str],
    take: Callable[[Elements, int], None],
    *,
    lines: bool = False,
    shortcut: Shortcut | None = None,
) -> Problem | None:
    """Hand over the records of a document, each as the elements that are wanted of it.

    Written for speed: a record is some 100 calls from expat. So text is gathered by a method of
    a list, without a call of Python's own, and belongs to the innermost wanted element.

    Args:
        text: The document.
        record: The qualified name of the element that holds a record, at any depth.
        wanted: Qualified names of elements.
        take: Called for every record with its elements and its line. It may raise `Stop`.
        lines: Whether elements have to know their lines.
        shortcut: Takes records past expat; lines and numbers of a problem are wrong then.

    Returns:
        Why the document is refused; None: it is well-formed.
    """
    found: Elements = {}
    open_: list[Element | None] = [None]  # those that are not wanted are None
    texts: list[str] = []
    trail: list[tuple[str, dict[str, str]]] = []
    inside = done = line = 0
    closed = -1

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal inside, line
        if (parent := open_[-1]) is not None:
            parent[1] = parent[1] or []
            parent[1].append("".join(texts))
        texts.clear()
        if len(open_) > DEEPEST:
            refuse(f"more than {DEEPEST} elements within each other")
        if shortcut is not None and len(trail) < LONGEST_TRAIL:
            trail.append((name, attributes))
        if inside and name in wanted:
            element = [attributes, "", parser.CurrentLineNumber if lines else 0]
            if name in found:
                found[name].append(element)
            else:
                found[name] = [element]
            open_.append(element)
            return
        open_.append(None)
        if name == record:
            if inside:
                refuse("a record within a record")
            inside, line = len(open_), parser.CurrentLineNumber
            trail[:] = [(name, attributes)]
        elif shortcut is not None and not inside:
            trail.clear()
            shortcut.forget()

    def end(_: str) -> None:
        nonlocal inside, done, closed
        if (element := open_.pop()) is not None:
            element[1] = texts[0] if len(texts) == 1 and not element[1] else whole(element)
        elif inside > len(open_):
            take(found, line)
            found.clear()
            inside = 0
            done += 1
            closed = parser.CurrentByteIndex
        elif shortcut is not None and not inside:
            shortcut.forget()
        texts.clear()

    def whole(element: Element) -> str:
        """The text of an element that has others within, or none, or a very long one."""
        return "".join([*element[1], *texts])

    def refuse(reason: str) -> NoReturn:
        at = done + 1 if inside else 0
        raise _Refused(Problem("XML", reason, record=at, line=parser.CurrentLineNumber))

    parser = _parser(start)
    parser.EndElementHandler = end
    parser.CharacterDataHandler = texts.append
    parser.buffer_text = True
    if shortcut is None:
        given: Iterable[str] = (text,)
    else:
        given = pieces(text, record.rpartition(" ")[2], lambda: closed, trail, shortcut)
    return _parse(parser, given, lambda: done + 1 if inside else 0)


def _parser(start: Callable[[str, dict[str, str]], None]) -> expat.XMLParserType:
    parser = expat.ParserCreate(namespace_separator=" ")

    def doctype(*_: object) -> NoReturn:
        reason = "a DOCTYPE is refused: it could declare entities, and no record needs one"
        raise _Refused(Problem("XNS", reason, line=parser.CurrentLineNumber))

    parser.StartDoctypeDeclHandler = doctype
    parser.StartElementHandler = start
    return parser


def _parse(
    parser: expat.XMLParserType, pieces: Iterable[str], record: Callable[[], int] = lambda: 0
) -> Problem | None:
    try:
        for piece in pieces:
            parser.Parse(piece, False)
        parser.Parse("", True)
    except _Refused as refused:
        return refused.problem
    except Stop:
        return None
    except expat.ExpatError as error:
        reason = f"not well-formed: {expat.ErrorString(error.code)}, column {error.offset + 1}"
        return Problem("XML", reason, record=record(), line=error.lineno)
    finally:  # handlers and parser hold each other
        parser.StartElementHandler = parser.EndElementHandler = None
        parser.CharacterDataHandler = parser.StartDoctypeDeclHandler = None
    return None
