"""The words in which a record type is declared."""

import re
from dataclasses import dataclass
from enum import StrEnum

INT32 = 2**31 - 1
INT64 = 2**63 - 1


_RESERVED = frozenset({"group"})
"""Names of columns that are words of SQL."""


class Kind(StrEnum):
    """How a field's text is understood, and of which type it is in the dataset."""

    TEXT = "VARCHAR"
    INTEGER = "BIGINT"
    DECIMAL = "DECIMAL(10,3)"
    TIME = "TIMESTAMP"


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a record: its wire name, what it may hold, and what null becomes."""

    wire: str
    kind: Kind = Kind.TEXT
    doc: str = ""
    mandatory: bool = False
    limit: int = 255
    """The longest text, in characters."""
    low: int = 0
    high: int = INT32
    """The smallest and largest integer."""
    null: str = ""
    """The SQL literal stored for null or absent; empty: `'None'` for text, else NULL."""
    absent: str = ""
    """The SQL literal stored for absent, where it is another than that for null."""
    unit: str = ""
    column: str = ""
    """Empty: the wire name in snake case."""

    @property
    def name(self) -> str:
        """The column's name."""
        return self.column or snake(self.wire)

    @property
    def sql(self) -> str:
        """The column's name as SQL has to write it."""
        return f'"{self.name}"' if self.name in _RESERVED else self.name

    @property
    def stored(self) -> str:
        """The type of the table's column: whole seconds take half of a timestamp's bytes."""
        return "TIMESTAMP_S" if self.kind is Kind.TIME else self.kind.value

    @property
    def when_null(self) -> str:
        """The SQL literal that stands for null."""
        return self.null or ("'None'" if self.kind is Kind.TEXT else "NULL")


@dataclass(frozen=True, slots=True)
class Rule:
    """What must not be: a condition over the columns of one record."""

    code: str
    """A reason code of the record sheet."""
    field: str
    """The wire name of the field to blame."""
    violated: str
    """SQL over the record's columns; `now` is the time of the check, UTC."""
    reason: str


@dataclass(frozen=True, slots=True)
class WireForm:
    """One text form of a record type: the header that announces it and what differs in it."""

    header: str
    """The type's name on the header line, case-sensitive."""
    version: re.Pattern[str]
    """What the version text must match in full; forms are tried in order."""
    arrays: frozenset[str] = frozenset()
    """Fields written as associative arrays of benchmarks."""
    ignored: frozenset[str] = frozenset()
    """Names that may stand there with any value."""


@dataclass(frozen=True, slots=True)
class RecordType:
    """A kind of record: what it is called, its fields, its replace key, its rules."""

    name: str
    """Also what `messages.kind` says."""
    dataset: str
    """The table and dataset."""
    doc: str
    fields: tuple[Field, ...]
    key: tuple[str, ...]
    """Columns: a record with an equal key replaces the earlier one whole."""
    time: str
    """The column whose month, in UTC, a record belongs to and makes due; empty: no summaries."""
    forms: tuple[WireForm, ...]
    rules: tuple[Rule, ...] = ()
    fqan: str = ""
    """The column that, if not null, decides vo, vo_group and vo_role."""
    benchmarks: frozenset[str] = frozenset()
    """Allowed benchmarks, canonical; empty: no service level in this record."""

    parts: str = ""
    """A table that takes what a record has beyond fields, and the staged column that holds it:
    `ingest/sql/<parts>.sql` says how."""

    def field(self, wire: str) -> Field:
        """The field of that wire name."""
        return next(f for f in self.fields if f.wire == wire)


def snake(wire: str) -> str:
    """A wire name as a column: `GlobalUserName` is `global_user_name`, `FQAN` is `fqan`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", wire).lower()
