"""Tables as text: for a terminal, a spreadsheet, a program or a page.

For people, figures are rounded and text from outside is made harmless; for programs, every digit
is kept and times are ISO with Z.
"""

import csv
import json
import math
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TextIO

from appliance.printable import printable
from appliance.table import Table, Value

_PLACES = {"efficiency": 3, "covered": 3, "service_level": 3}
"""Decimal places of figures that are not rounded to one."""

_CAPACITY = frozenset({"tb", "tib", "pb", "pib"})
"""Units so large that much is less than one of them."""


def write(table: Table, form: str, out: TextIO) -> None:
    """Write a table in one of `FORMATS`."""
    FORMATS[form](table, out)


def write_csv(table: Table, out: TextIO) -> None:
    """CSV with a header; nothing for null; no totals."""
    writer = csv.writer(_LineFeeds(out))
    writer.writerow(table.columns)
    writer.writerows([_exact(value) for value in row] for row in table.rows)


class _LineFeeds:
    """Ends lines with LF. Python's writer quotes a lone CR in a value only if lines end in CRLF."""

    def __init__(self, out: TextIO) -> None:
        self._out = out

    def write(self, line: str) -> int:
        return self._out.write(f"{line[:-2]}\n")


def write_json(table: Table, out: TextIO) -> None:
    """An array of objects, one a line; decimals with every digit."""
    names = [json.dumps(name) for name in table.columns]
    rows = (
        "{" + ", ".join(f"{n}: {_json(v)}" for n, v in zip(names, row, strict=True)) + "}"
        for row in table.rows
    )
    out.write("[" + ",\n ".join(rows) + "]\n")


def write_table(table: Table, out: TextIO) -> None:
    """Aligned columns, figures to the right, totals below a line; above them the title."""
    out.write(f"{table.title}\n\n" if table.title else "")
    lines = [table.columns, *_shown(table)]
    widths = [max(_width(row[n]) for row in lines) for n in range(len(table.columns))]
    right = _figures(table)
    ruled = {1, len(lines) - 1} if table.totals else {1}
    for number, row in enumerate(lines):
        if number in ruled:
            out.write("  ".join("─" * width for width in widths) + "\n")
        cells = (_pad(*cell) for cell in zip(row, widths, right, strict=True))
        out.write("  ".join(cells).rstrip() + "\n")


def write_markdown(table: Table, out: TextIO) -> None:
    """A Markdown table; totals in bold; a title above, if there is one."""
    out.write(f"{table.title}\n\n" if table.title else "")
    right = _figures(table)
    out.write(_piped(table.columns))
    out.write(_piped(["---:" if figure else "---" for figure in right]))
    for number, row in enumerate(_shown(table), 1):
        total = number > len(table.rows)
        cells = [cell.replace("|", "\\|") for cell in row]
        out.write(_piped([f"**{cell}**" if total and cell else cell for cell in cells]))


FORMATS: dict[str, Callable[[Table, TextIO], None]] = {
    "table": write_table,
    "csv": write_csv,
    "json": write_json,
    "markdown": write_markdown,
}


def figure(name: str, value: float | Decimal) -> str:
    """A figure for people: thousands apart, one decimal place unless its name wants more."""
    if isinstance(value, int):
        return f"{value:,}"
    places = 3 if _CAPACITY.intersection(name.split("_")) else _PLACES.get(name, 1)
    return f"{value:,.{places}f}"


def _shown(table: Table) -> list[Sequence[str]]:
    rows = [[_cell(n, v) for n, v in zip(table.columns, r, strict=True)] for r in table.rows]
    if table.totals:
        totals = [_cell(n, v) for n, v in zip(table.columns, table.totals, strict=True)]
        rows.append([totals[0] or "total", *totals[1:]])
    return list(rows)


def _cell(name: str, value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return printable(str(_exact(value)))
    return str(value) if name in ("year", "message_id") else figure(name, value)


def _exact(value: Value) -> Value:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%dT%H:%M:%S}Z"
    if isinstance(value, list | dict):  # what a query may give, such as list(vo)
        return json.dumps(value, ensure_ascii=False, default=str)
    return value


def _json(value: Value) -> str:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False, default=str)
    if isinstance(value, float) and not math.isfinite(value):
        return "null"  # JSON has no word for it
    return json.dumps(_exact(value), ensure_ascii=False, default=str)


def _figures(table: Table) -> list[bool]:
    """Which columns hold numbers."""
    return [
        any(isinstance(row[n], int | float | Decimal) for row in table.rows)
        for n in range(len(table.columns))
    ]


def _width(text: str) -> int:
    """Terminal columns: wide characters take two, combining ones none."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )


def _pad(text: str, width: int, right: bool) -> str:  # a column's side
    blanks = " " * (width - _width(text))
    return blanks + text if right else text + blanks


def _piped(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |\n"
