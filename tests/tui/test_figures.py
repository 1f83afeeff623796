from datetime import UTC, datetime, timedelta, timezone

import pytest

from tui.figures import amount, bar, bars, count, decimals, duration, moment, percent, recent, size

NOON = datetime(2026, 5, 17, 12, 0, 9, tzinfo=UTC)


def test_figures_have_thousands_apart_and_a_dash_for_unknown() -> None:
    assert count(1_234_567) == "1,234,567"
    assert amount(1234.56, 1) == "1,234.6"
    assert percent(0.9341) == "93.4%"
    assert percent(1.2) == "120.0%"
    assert [figure(None) for figure in (count, amount, percent, size, duration)] == ["–"] * 5


def test_a_column_has_a_decimal_until_something_reaches_ten_thousand() -> None:
    assert decimals([0.04, None, 9_999.9]) == 1
    assert decimals([1.5, 10_000]) == 0


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0:00:00"), (93_784, "26:03:04"), (360_000, "100:00:00")]
)
def test_hours_do_not_roll_over(seconds: int, text: str) -> None:
    assert duration(seconds) == text


def test_bytes_have_a_unit() -> None:
    assert [size(found) for found in (812, 1_400_000, 3 * 10**12)] == ["812 B", "1.4 MB", "3.0 TB"]


def test_every_way_to_say_a_time_is_shown_in_utc() -> None:
    local = NOON.astimezone(timezone(timedelta(hours=-2, minutes=-30)))
    for value in (NOON, NOON.replace(tzinfo=None), local, NOON.timestamp()):
        assert moment(value) == "2026-05-17 12:00:09"


def test_a_list_leaves_out_the_year_while_it_is_this_one() -> None:
    assert recent(NOON, NOON) == "05-17 12:00:09"
    assert recent(NOON.replace(year=2025), NOON) == "2025-05-17 12:00"


def test_the_largest_bar_is_full_and_the_smallest_is_seen() -> None:
    assert bars([0, 1, 50, 100]) == [" ▁▄█"]
    assert bars([0, 1, 50, 100], height=2) == ["   █", " ▁██"]
    assert bars([0, 0]) == ["  "]
    assert bars([]) == [""]


def test_a_lying_bar_ends_within_its_width() -> None:
    assert [bar(ratio, 4) for ratio in (0, 0.5, 1, 7)] == ["", "██", "████", "████"]
