"""The words in which a record type is declared."""

import re
from dataclasses import dataclass
from enum import StrEnum

INT32 = 2**31 - 1
INT64 = 2**63 - 1
LEAST32, LEAST64 = -(2**31), -(2**63)


_RESERVED = frozenset({"group"})
"""Names of columns that are words of SQL."""


class Kind(StrEnum):
    """How a field's text is understood, and of which type it is in the dataset."""

    TEXT = "VARCHAR"
    INTEGER = "BIGINT"
    DECIMAL = "DECIMAL(10,3)"
    FLOAT = "DOUBLE"
    TIME = "TIMESTAMP"


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a record: its wire name, what it may hold, and what null becomes."""

    wire: str
    kind: Kind = Kind.TEXT
    doc: str = ""
    mandatory: bool = False
    missing: str = "MAN"
    """The reason code of a record that lacks it, if it is mandatory."""
    limit: int = 255
    """The longest text, in characters."""
    low: int = 0
    high: int = INT32
    """The smallest number, and the largest integer."""
    below: str = "DBR"
    above: str = "DBR"
    """The reason codes beyond these."""
    null: str = ""
    """The SQL literal stored for null or absent; empty: `'None'` for text, else NULL."""
    absent: str = ""
    """The SQL literal stored for absent, where it is another than that for null. Of a mandatory
    field, only a null that is written is refused."""
    benchmark: bool = False
    """The name of a benchmark: known ones are stored in their canonical spelling."""
    allowed: tuple[str, ...] = ()
    """The only benchmarks that it may name; empty: any text."""
    unit: str = ""
    written: bool = True
    """Whether messages that we write carry it."""
    on_demand: bool = False
    """They do only if that is asked for."""
    whole: bool = False
    """A decimal that they carry cut to a whole number, what is less than one as one, unless
    decimals are asked for."""
    column: str = ""
    """Empty: the wire name in snake case."""
    compression: str = ""
    """How its column is stored; empty: as the database chooses, which takes longer to find out."""

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
class Computed:
    """A column that follows from others of its record."""

    name: str
    """A field's own column: what it holds is what is computed."""
    kind: Kind
    value: str
    """SQL over the record's columns, and over those computed before it."""
    doc: str = ""

    @property
    def sql(self) -> str:
        """The column's name as SQL has to write it."""
        return self.name

    @property
    def stored(self) -> str:
        """The type of the table's column."""
        return "TIMESTAMP_S" if self.kind is Kind.TIME else self.kind.value


@dataclass(frozen=True, slots=True)
class WireForm:
    """One text form of a record type: the header that announces it and what differs in it."""

    header: str
    """The type's name on the header line, case-sensitive."""
    version: re.Pattern[str]
    """What the version text must match in full; forms are tried in order."""
    writes: str
    """The version that we write."""
    arrays: frozenset[str] = frozenset()
    """Fields written as associative arrays of benchmarks."""
    ignored: frozenset[str] = frozenset()
    """Names that may stand there with any value."""


@dataclass(frozen=True, slots=True)
class Log:
    """What logs of one format give of a record type."""

    name: str
    """The format's."""
    columns: tuple[str, ...]
    """Others are null."""
    infrastructure: str
    """What all of its records say of where they come from."""


@dataclass(frozen=True, slots=True)
class RecordType:
    """A kind of record: what it is called, its fields, its replace key, its rules."""

    name: str
    """Also what `messages.kind` says."""
    dataset: str
    """The dataset, and its table unless `table` is given."""
    doc: str
    fields: tuple[Field, ...]
    key: tuple[str, ...]
    """Columns: a record with an equal key replaces the earlier one whole."""
    forms: tuple[WireForm, ...]
    rules: tuple[Rule, ...] = ()
    computed: tuple[Computed, ...] = ()
    month: str = ""
    """SQL over columns: the first day of the month of its site that it makes due to be summarised
    again; empty: none."""
    series: str = ""
    """The column whose records follow one another, counters growing from one to the next."""
    fqan: str = ""
    """The column that, if not null, decides vo, vo_group and vo_role."""
    fqan_alone: bool = False
    """Nothing else decides them: they are `None` where it is null."""
    hidden: tuple[str, ...] = ()
    """Columns that the dataset does not show."""
    table: str = ""
    """Where the records are, if the dataset shows more than them."""
    parts: str = ""
    """A table that takes what a record has beyond fields, and the staged column that holds it:
    `ingest/sql/<parts>.sql` says how."""
    joined: bool = False
    """Such records are also made here, from batch logs: `joined_at` says when, and is null of
    those that were received."""
    provenance: tuple[str, ...] = ("publisher_dn", "message_id", "update_time")
    """What the dataset says of where a record came from: who signed its message, which that was,
    when it was loaded. A log has no signer, and its messages say when they came."""

    logs: tuple[Log, ...] = ()
    """Formats of logs that bring it. Each has a table of its own with no more columns than it
    gives: to write a million nulls takes 0.03 s."""

    @property
    def stored_in(self) -> str:
        """The table of the records, or the view over those of its logs."""
        return self.table or self.dataset

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables of the records."""
        return tuple(self.table_of(log.name) for log in self.logs) or (self.stored_in,)

    def table_of(self, log: str) -> str:
        """The table of the records that come in logs of this format."""
        return f"{self.stored_in}_{log}" if self.logs else self.stored_in

    def given_by(self, log: str) -> tuple[str, ...]:
        """The columns that logs of this format give."""
        return next(one.columns for one in self.logs if one.name == log)

    @property
    def benchmark(self) -> Field | None:
        """The field that names the benchmark of a record, if it has one."""
        return next((f for f in self.fields if f.benchmark), None)

    @property
    def arrays(self) -> tuple[Field, ...]:
        """The fields that one of the forms writes as arrays: all that an array holds is kept."""
        named = frozenset[str]().union(*(form.arrays for form in self.forms))
        return tuple(f for f in self.fields if f.wire in named)

    @property
    def columns(self) -> tuple[Field | Computed, ...]:
        """The fields, then the columns beyond them."""
        return (*self.fields, *self.further)

    @property
    def further(self) -> tuple[Computed, ...]:
        """The columns beyond the fields."""
        own = {f.name for f in self.fields}
        return tuple(c for c in self.computed if c.name not in own)

    def field(self, wire: str) -> Field:
        """The field of that wire name."""
        return next(f for f in self.fields if f.wire == wire)


def all_of(field: Field) -> str:
    """The column that keeps the whole array of a field, as JSON."""
    return f"{field.name}s"


def snake(wire: str) -> str:
    """A wire name as a column: `GlobalUserName` is `global_user_name`, `FQAN` is `fqan`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", wire).lower()
