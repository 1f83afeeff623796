"""What rows amount to: by month of a site what can be written, and by fault what cannot."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from duckdb import DuckDBPyConnection

from appliance.publishing import Skipped
from appliance.records.declare import Kind
from reports.publish.checks import DEFAULT_BENCHMARK, reason
from reports.publish.choice import Choice
from reports.publish.forms import Form
from reports.publish.marks import Place

GOOD = "problem IS NULL"
Totals = dict[Place, tuple[int, ...]]
"""By month of a site, the figures that `figures` names, in its order."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What rows amount to."""

    totals: Totals
    skipped: tuple[Skipped, ...]
    notes: tuple[str, ...]

    @property
    def records(self) -> int:
        """How many can be written."""
        return sum(figures[0] for figures in self.totals.values())


def figures(form: Form) -> dict[str, str]:
    """What is counted of each month: aggregates by name."""
    return {"records": "count(*)", **form.source.figures}


def count(
    cursor: DuckDBPyConnection, form: Form, rows: Choice, *, for_ssm: bool = False
) -> Counted:
    """Look at all rows, in one pass.

    `for_ssm`: note what SSM cannot read. Source: transport sheet, 1.3.
    """
    benchmark = form.kind.benchmark
    unnamed = f"coalesce({benchmark.sql}, '') IN ('', 'None')" if benchmark else "false"
    foreign = _beyond_ascii(form) if for_ssm else "false"
    example = f"min(CASE WHEN NOT ({GOOD}) THEN concat_ws(' ', {', '.join(form.kind.key)}) END)"
    found = cursor.execute(
        f"SELECT of_site, of_year, of_month, problem, {example}, count(*) FILTER ({unnamed}), "
        f"count(*) FILTER ({foreign}), {_sums(form)} FROM ({rows.sql}) GROUP BY ALL",
        rows.given,
    ).fetchall()
    good = [row for row in found if row[3] is None]
    return Counted(
        totals={(row[0], row[1], row[2]): row[7:] for row in good},
        skipped=_skipped(form, ((row[3], row[7], row[4]) for row in found if row[3])),
        notes=_notes(
            nameless=sum(row[5] for row in good) if form.arrays else 0,
            foreign=sum(row[6] for row in good),
        ),
    )


def totals(cursor: DuckDBPyConnection, form: Form, rows: Choice, places: Sequence[Place]) -> Totals:
    """What all good rows of some months amount to."""
    found = cursor.execute(
        f"SELECT of_site, of_year, of_month, {_sums(form)} FROM ({rows.sql}) WHERE {GOOD} "
        "AND (of_site, of_year, of_month) IN (SELECT unnest($sites::VARCHAR[]), "
        "unnest($years::BIGINT[]), unnest($months::BIGINT[])) GROUP BY ALL",
        {**rows.given, **listed(places)},
    ).fetchall()
    return {(site, year, month): tuple(row) for site, year, month, *row in found}


def listed(places: Sequence[Place]) -> dict[str, list[object]]:
    """Months of sites as parameters: `sites`, `years`, `months`."""
    sites, years, months = zip(*places, strict=True) if places else ((), (), ())
    return {"sites": list(sites), "years": list(years), "months": list(months)}


def _notes(*, nameless: int, foreign: int) -> tuple[str, ...]:
    told = {
        f"{nameless} records name no benchmark: {DEFAULT_BENCHMARK} is written": nameless,
        f"{foreign} records are not plain ASCII: senders up to SSM 4.0 die of them": foreign,
    }
    return tuple(note for note, records in told.items() if records)


def _beyond_ascii(form: Form) -> str:
    texts = ", ".join(f.sql for f in form.fields() if f.kind is Kind.TEXT)
    return f"strlen(concat({texts})) <> length(concat({texts}))"


def _sums(form: Form) -> str:
    return ", ".join(f"coalesce({sum_}, 0)::HUGEINT" for sum_ in figures(form).values())


def _skipped(form: Form, found: Iterable[tuple[str, int, str]]) -> tuple[Skipped, ...]:
    """By fault: how many, and the first of the examples."""
    faults: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for fault, records, example in found:
        faults[fault].append((records, example))
    return tuple(
        Skipped(reason(form, fault), sum(n for n, _ in bad), min(text for _, text in bad))
        for fault, bad in sorted(faults.items())
    )
