"""Numbers of text messages: the database takes for one what a float of the reference is."""

from collections.abc import Iterator
from decimal import Decimal

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appliance.resources import text
from tests import plain


@pytest.fixture(scope="module")
def macros() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        opened.execute("CREATE SCHEMA stage")
        opened.execute(text("ingest", "sql/macros.sql"))
        yield opened


def decimals(macros: duckdb.DuckDBPyConnection, *values: str) -> list[Decimal | None]:
    found = macros.execute(
        "SELECT stage.decimal_of(v) FROM (SELECT unnest($1::VARCHAR[]) AS v)", [list(values)]
    )
    return [row[0] for row in found.fetchall()]


def test_an_exponent_takes_no_decimal_past_its_range(macros: duckdb.DuckDBPyConnection) -> None:
    assert decimals(macros, "10141.44145E3", "1e7", "99999999e-1", "1.0005e1") == [
        None, None, Decimal("9999999.900"), Decimal("10.005"),
    ]  # fmt: skip


@pytest.mark.parametrize("value", ["50E2.", "3791.e-5.", "+-3", "+-12345678901234.5", "0x10", "1e"])
def test_what_is_no_float_is_no_decimal(macros: duckdb.DuckDBPyConnection, value: str) -> None:
    assert decimals(macros, value) == [None]
    assert macros.execute("SELECT stage.looks_decimal(?)", [value]).fetchall() == [(False,)]


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.text("0123456789.eE+-", min_size=1, max_size=20)
        | st.from_regex(r"\A[0-9]{1,8}\.[0-9]{0,9}([eE][+-]?[0-9])?\Z"),
        min_size=20,
        unique=True,
    )
)
def test_any_text_means_what_it_means_to_a_float(
    macros: duckdb.DuckDBPyConnection, values: list[str]
) -> None:
    assert decimals(macros, *values) == [_plain(value) for value in values]


def _plain(value: str) -> Decimal | None:
    negative = value.startswith("-")
    if value[negative:][:1] in ("+", "-") and negative:
        return None
    try:
        number = plain.decimal(value[negative:])
    except plain.Refused:
        return None
    return -number if negative else number
