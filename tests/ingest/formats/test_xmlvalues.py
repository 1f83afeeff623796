"""Durations and timestamps of XML mean what the record sheet's tables say."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import ROUND_HALF_EVEN, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.formats.xmlvalues import decimal, duration, instant, integer, memory

DURATIONS = {
    "P1Y2M3W4DT5H6M7S": 38_970_367, "P": 0, "PT": 0, "P1D1H": 90_000, "P5M": 13_140_000,
    "P1D5M": 86_700, "PT5M": 300, "P1Y": 31_536_000, "P1W": 604_800, "PT2.5S": 2, "PT3,5S": 4,
    "PT1.5S": 2, "PT0.4S": 0, "PT1H0M2.5S": 3602, "PT10S\n": 10, "PT007S": 7, "PT99999999999S":
    99_999_999_999,
}  # fmt: skip
NO_DURATIONS = [
    "", "10", "-PT1S", "+PT1S", "pt1s", "PT1s", "PT.5S", "P1.5D", "PT1.5H", " PT1S", "PT1S ",
    "PT1S1H", "P1D1D", "P1Y1Y", "PT1D", "none", "PTS", "PT1", "P1S2M", "PT٣S", "1PT1S",
    "PT" + "9" * 5000 + "Y", "P" + "9" * 5000 + "Y", "PT" + "9" * 400 + ".5S",
]  # fmt: skip


@pytest.mark.parametrize("text", DURATIONS)
def test_a_duration_is_so_many_seconds(text: str) -> None:
    assert int(duration(text) or "-1") == DURATIONS[text]


@pytest.mark.parametrize("text", NO_DURATIONS)
def test_anything_else_is_no_duration(text: str) -> None:
    assert duration(text) is None


PART = st.none() | st.integers(0, 10_000)


@given(parts=st.tuples(*[PART] * 7), fraction=st.none() | st.integers(0, 999), t=st.booleans())
def test_a_duration_is_the_sum_of_its_parts(
    parts: tuple[int | None, ...], fraction: int | None, t: bool
) -> None:
    total, text = Decimal(0), "P"
    needs_t = parts[5] is not None and parts[1] is None and parts[3] is parts[2] is parts[4] is None
    units = (365 * 86400, 2_628_000, 604_800, 86_400, 3600, 60, 1)
    for n, (part, letter, unit) in enumerate(zip(parts, "YMWDHMS", units, strict=True)):
        text += "T" if n == 4 and (t or needs_t) else ""
        if part is not None:
            more = f".{fraction:03}" if fraction is not None and letter == "S" else ""
            total += Decimal(f"{part}{more}") * unit
            text += f"{part}{more}{letter}"
    assert duration(text) == str(total.quantize(Decimal(1), ROUND_HALF_EVEN))


INSTANTS = {
    "2024-06-01T02:00:00Z": "2024-06-01T02:00:00",
    "2024-06-01T02:00:00": "2024-06-01T02:00:00",
    "2024-06-01 02:00:00": "2024-06-01T02:00:00",
    "2024-06-01T04:00:02.900+02:00": "2024-06-01T02:00:02.900000",
    "2024-06-01T04:00:02,9+0200": "2024-06-01T02:00:02.900000",
    "2024-06-01T00:30:00+02": "2024-05-31T22:30:00",
    "2024-06-01T00:30:00-02:45": "2024-06-01T03:15:00",
    "2024-06-01T02:30": "2024-06-01T02:30:00",
    "2024-06-01T02": "2024-06-01T02:00:00",
    "2024-06-01T02Z": "2024-06-01T02:00:00",
    "20240601T020000Z": "2024-06-01T02:00:00",
    "2024-06-01T020000.5Z": "2024-06-01T02:00:00.500000",
    "20240601": "2024-06-01T00:00:00",
    "2024-06-01": "2024-06-01T00:00:00",
    "2024-06": "2024-06-01T00:00:00",
    "2024": "2024-01-01T00:00:00",
    "2024-06-01T02:00:00.1234567Z": "2024-06-01T02:00:00.123456",
    "2024-06-01T02:00:00Z\n": "2024-06-01T02:00:00",
}
NO_INSTANTS = [
    "1717200000", "", "2024-6-1", "2024-06-01T2:00:00Z", "2024-06-01T24:00:00", "202406",
    "2024-06-01T02:00:60+00:00", "2024-06-01t02:00:00Z ", "2024-06-01T02:00:00z",
    " 2024-06-01T02:00:00Z", "2024-13-01", "2024-02-30", "0001-01-01T00:00:00+01:00",
    "9999-12-31T23:30:00-01:00", "0000-01-01", "2024-06-01T02:00:00+24:00", "yesterday",
    "2024-06-01Z", "-2024-06-01", "2024-06-01T02:00:00 Z",
]  # fmt: skip


@pytest.mark.parametrize("text", INSTANTS)
def test_a_timestamp_is_that_moment_in_utc(text: str) -> None:
    assert instant(text) == f"{INSTANTS[text]}Z"


@pytest.mark.parametrize("text", NO_INSTANTS)
def test_anything_else_is_handed_on_for_the_checks_to_refuse(text: str) -> None:
    assert instant(text) == text


@given(
    moment=st.datetimes(datetime(2, 1, 1), datetime(9998, 1, 1)),
    minutes=st.integers(-1439, 1439),
    colons=st.booleans(),
)
def test_any_moment_in_any_zone_is_the_same_moment_in_utc(
    moment: datetime, minutes: int, colons: bool
) -> None:
    zoned = moment.replace(tzinfo=UTC).astimezone(timezone(timedelta(minutes=minutes)))
    text = zoned.isoformat()
    if not colons:
        text = f"{text[:11].replace('-', '')}{text[11:].replace(':', '')}"
    assert instant(text) == f"{moment.isoformat()}Z"


NUMBERS = {"5": "5", " 5\n": "5", "1_000": "1000", "٣٤": "34", "+5": "5", "-5": "-5", "1e3": "1e3",
           "5.0": "5.0", "": "", "x": "x", "9" * 5000: "9" * 5000}  # fmt: skip


@pytest.mark.parametrize("text", NUMBERS)
def test_an_integer_is_what_python_takes_for_one(text: str) -> None:
    assert integer(text) == NUMBERS[text]


DECIMALS = {" 1.5 ": "1.5", "1_0.5": "10.5", "٣.5": "3.5", "x": "x", "1e1": "1e1", "nan": "nan"}


@pytest.mark.parametrize("text", DECIMALS)
def test_a_decimal_is_what_python_takes_for_one(text: str) -> None:
    assert decimal(text) == DECIMALS[text]


def test_memory_of_an_unknown_unit_is_no_number() -> None:
    assert memory("5", "pages") == "5 pages"
