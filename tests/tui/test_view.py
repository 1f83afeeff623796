from dataclasses import replace
from datetime import date

import pytest

from appliance.repository import Question
from tui.span import Span, named
from tui.view import HOURS, WORK, View

MAY = View(Span(2026, 5))


def test_a_view_asks_for_its_month_and_for_hours() -> None:
    assert MAY.question() == Question(("vo",), HOURS, date(2026, 5, 1), date(2026, 6, 1))


def test_work_is_asked_only_where_a_row_is_a_benchmark() -> None:
    work = replace(MAY, work=True)
    assert work.question().metrics == WORK
    assert work.columns[:2] == ("vo", "benchmark")
    assert not any(name.endswith("work") for name in MAY.columns)


def test_a_group_becomes_a_filter() -> None:
    within = MAY.within(("atlas",))
    assert within.question().where == (("vo", ("atlas",)),)
    assert within.within(("cms",)).where == (("vo", "cms"),)


def test_a_row_of_work_keeps_its_benchmark_on_the_way_down() -> None:
    within = replace(MAY, work=True).within(("atlas", "HEPSPEC"))
    assert within.where == (("vo", "atlas"), ("benchmark", "HEPSPEC"))


def test_a_month_becomes_the_time() -> None:
    within = MAY.pivoted("month").within(("2026-02",))
    assert within.span == Span(2026, 2)
    assert within.where == ()


def test_months_of_one_month_would_be_one_row_so_the_year_shows() -> None:
    assert MAY.pivoted("month").span == Span(2026, 5, "year")
    assert MAY.pivoted("year").span == Span(2026, 5, "all")
    assert replace(MAY, span=Span(2026, 5, "all")).pivoted("month").span.unit == "all"


@pytest.mark.parametrize(
    ("by", "span", "where", "following"),
    [
        ("vo", Span(2026, 5), (), "site"),
        ("site", Span(2026, 5), (), "vo"),
        ("site", Span(2026, 5), ("vo",), "user"),
        ("user", Span(2026, 5), ("vo", "site"), "submit_host"),
        ("submit_host", Span(2026, 5), ("vo", "site", "user"), ""),
        ("submit_host", Span(2026, 5, "year"), ("vo", "site", "user"), "month"),
        ("queue", Span(2026, 5), (), "vo"),
    ],
)
def test_the_way_down_ends_at_the_jobs(
    by: str, span: Span, where: tuple[str, ...], following: str
) -> None:
    view = View(span, by, tuple((name, "x") for name in where))
    assert view.next_dimension() == following


@pytest.mark.parametrize(
    ("span", "steps", "text"),
    [
        (Span(2026, 1), -1, "2025-12"),
        (Span(2026, 12), 1, "2027-01"),
        (Span(2026, 5, "year"), -1, "2025"),
        (Span(2026, 5, "all"), 5, "all time"),
        (Span(1, 1), -1, "1-01"),
    ],
)
def test_time_moves_by_what_is_shown(span: Span, steps: int, text: str) -> None:
    assert str(span.moved(steps)) == text


def test_a_year_ends_where_the_next_begins() -> None:
    year = Span(2026, 5, "year")
    assert (year.since, year.until) == (date(2026, 1, 1), date(2027, 1, 1))
    assert (Span(2026, 5, "all").since, Span(2026, 5, "all").until) == (None, None)


def test_groups_of_time_are_understood() -> None:
    assert named("2026-05") == Span(2026, 5)
    assert named("2026") == Span(2026, 1, "year")
    assert named("May") is None
