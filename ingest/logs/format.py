"""What there is to know of one format of logs."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from appliance.records.declare import RecordType
from appliance.repository import LogPiece
from appliance.tables import columns
from ingest.logs import lines
from ingest.logs.lines import Lines


@dataclass(frozen=True, slots=True)
class Settings:
    """How the lines of a piece are read: pieces with equal settings share a statement."""

    parallel: bool
    timezone: str
    layout: str
    as_apel: str = ""
    """See `faults`."""

    @classmethod
    def of(cls, piece: LogPiece) -> "Settings":
        """Those of a piece."""
        return cls(piece.parallel, piece.timezone, piece.layout, piece.as_apel)


def _no_layout(_: Sequence[str]) -> str:
    return ""


def after_any_line(body: bytes) -> int:
    """Where the last whole line ends; 0: there is none."""
    return body.rfind(b"\n") + 1


@dataclass(frozen=True, slots=True)
class Boundary:
    """Where pieces of a log may end."""

    end: Callable[[bytes], int]
    """How many bytes of what was read so far make a piece; 0: more is needed."""
    is_near: bool = True
    """Whether the last of them tell as well as all: then no others need to be shown."""


ANY_LINE = Boundary(after_any_line)


@dataclass(frozen=True, slots=True)
class Fault:
    """One of the reference's that can be repeated: see `faults`."""

    name: str
    macros: tuple[str, ...]
    """Those that have a twin, `…_as_apel`."""


@dataclass(frozen=True, slots=True)
class LogFormat:
    """One format: see the package for what its parts may do."""

    name: str
    kind: RecordType
    columns: tuple[str, ...]
    """Columns of the record type that its lines give: no others are staged."""
    select: Callable[[Settings], str]
    """The SELECT over `lines` that gives these columns and outcomes."""
    given: Callable[[str], Collection[str]] | None = None
    """From a layout, the columns that this SELECT gives; None: all of them, whatever the layout."""
    layout: Callable[[Sequence[str]], str] = _no_layout
    """From the first lines of a file."""
    boundary: Callable[[str], Boundary] = lambda _: ANY_LINE
    """From a layout, where a piece may end."""
    gather: Callable[[bytes, str], Lines] = lambda body, _: lines.read(body)
    """A piece's lines as `select` gets them, from its bytes and layout: where one record has
    several lines, it becomes one here, and `select` gives the number of its first as `line`."""
    fold: str = ""
    """A file of `ingest/sql`: what lines of one batch say together, if any is `ignored step`."""
    complete: str = ""
    """A file of `ingest/sql`: what such lines say of records of earlier batches. With `fold`."""
    is_quick: bool = False
    """Whether its lines may go the short way: see `direct`. PBS takes 1.1 times as long that way,
    LSF 1.25 times."""
    faults: tuple[Fault, ...] = ()
    """Of the reference's parser, to be repeated on request."""
    keeps: str = ""
    """The table that holds such lines for records yet to come; empty: none. With `complete`."""

    def gives(self, layout: str) -> frozenset[str]:
        """The columns that lines of this layout give."""
        return frozenset(self.given(layout) if self.given else self.columns)

    @property
    def table(self) -> str:
        """The table of its records."""
        return self.kind.table_of(self.name)

    @property
    def held(self) -> list[str]:
        """Its columns, without the message's number."""
        return columns(self.kind, self.name)
