"""Tables for people are aligned and harmless; for programs they are exact."""

import csv
import io
import json
from datetime import datetime
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from appliance.printable import printable
from appliance.table import Table
from reports.render import write

TABLE = Table(
    ("vo", "jobs", "cpu_hours", "efficiency"),
    [("a|b", 12345, 0.25, None), ("日本", 1, 1234.56, 0.5)],
    (None, 12346, 1234.81, 0.5),
)


def rendered(table: Table, form: str) -> str:
    out = io.StringIO()
    write(table, form, out)
    return out.getvalue()


def test_a_table_is_aligned_with_its_totals_below_a_line() -> None:
    assert rendered(TABLE, "table").splitlines() == [
        "vo       jobs  cpu_hours  efficiency",
        "─────  ──────  ─────────  ──────────",
        "a|b    12,345        0.2",
        "日本        1    1,234.6       0.500",
        "─────  ──────  ─────────  ──────────",
        "total  12,346    1,234.8       0.500",
    ]


def test_an_empty_table_shows_its_columns() -> None:
    assert rendered(Table(("vo", "jobs"), []), "table").splitlines()[0] == "vo  jobs"


def test_markdown_escapes_what_would_end_a_cell() -> None:
    assert "| a\\|b | 12,345 |" in rendered(TABLE, "markdown")
    assert "| **total** | **12,346** |" in rendered(TABLE, "markdown")


def test_csv_and_json_keep_every_digit_and_times_say_utc() -> None:
    table = Table(
        ("t", "d", "n"), [(datetime(2024, 6, 1, 2), Decimal("12345678901234567.123"), None)]
    )
    assert rendered(table, "csv") == "t,d,n\n2024-06-01T02:00:00Z,12345678901234567.123,\n"
    wanted = '[{"t": "2024-06-01T02:00:00Z", "d": 12345678901234567.123, "n": null}]\n'
    assert rendered(table, "json") == wanted


@given(
    st.lists(
        st.tuples(st.text(st.characters(exclude_categories=["Cs"])), st.integers()), max_size=5
    )
)
def test_csv_and_json_can_be_read_back(rows: list[tuple[str, int]]) -> None:
    table = Table(("name", "number"), list(rows))
    read = json.loads(rendered(table, "json"))
    assert [(row["name"], row["number"]) for row in read] == rows
    back = list(csv.reader(io.StringIO(rendered(table, "csv"), newline="")))
    assert [(name, int(number)) for name, number in back[1:]] == rows


@given(st.text())
def test_nothing_a_terminal_obeys_passes(text: str) -> None:
    assert printable(text).isprintable()
