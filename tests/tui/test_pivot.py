from appliance.table import Table
from tui import pivot
from tui.columns import Column, widths
from tui.span import Span
from tui.view import HOURS, WORK, View

VIEW = View(Span(2026, 5))
TABLE = Table(
    ("vo", *HOURS),
    [
        ("cms", 1, 2.0, 20.0, 10.0, 0.5),
        ("atlas", 3, 4.0, 60.0, 60.0, 1.0),
        (None, 1, 1.0, 0.0, 0.0, None),
    ],
    (None, 5, 7.0, 80.0, 70.0, 0.875),
)


def test_groups_come_largest_first_with_their_figures() -> None:
    shown = pivot.rows(pivot.ordered(TABLE, VIEW, ""), VIEW)
    assert [row.cells for row in shown] == [
        ("atlas", "3", "4.0", "60.0", "60.0", "100.0%"),
        ("cms", "1", "2.0", "20.0", "10.0", "50.0%"),
        ("(none)", "1", "1.0", "0.0", "0.0", "–"),
    ]


def test_totals_are_those_of_the_repository() -> None:
    assert pivot.totals(TABLE, VIEW) == ["All 3", "5", "7.0", "80.0", "70.0", "87.5%"]


def test_the_column_in_order_carries_an_arrow() -> None:
    assert pivot.columns(TABLE, VIEW)[3] == Column("core_wall_hours", "Core-wall h▼", right=True)
    turned = pivot.sorted_by(VIEW, "core_wall_hours")
    assert pivot.columns(TABLE, turned)[3].label == "Core-wall h▲"


def test_text_is_ordered_from_a_and_the_unknown_comes_last_either_way() -> None:
    by_vo = pivot.sorted_by(VIEW, "vo")
    assert [row[0] for row in pivot.ordered(TABLE, by_vo, "").rows] == ["atlas", "cms", None]
    turned = pivot.sorted_by(by_vo, "vo")
    assert [row[0] for row in pivot.ordered(TABLE, turned, "").rows] == ["cms", "atlas", None]


def test_a_search_narrows_whatever_the_case() -> None:
    assert [row[0] for row in pivot.ordered(TABLE, VIEW, "ATL").rows] == ["atlas"]


def test_a_share_is_drawn_and_said() -> None:
    shown = pivot.rows(TABLE, VIEW, share=True)
    assert [row.cells[-1].strip() for row in shown[:2]] == ["25.0% ██████", "75.0% " + "█" * 18]


def test_work_of_different_benchmarks_has_no_total() -> None:
    view = View(Span(2026, 5), work=True)
    table = Table(
        ("vo", "benchmark", *WORK),
        [
            ("cms", "HEPSPEC", 1, 2.0, 20.0, 10.0, 0.5),
            ("cms", "HEPscore23", 1, 2.0, 30.0, 10.0, 0.5),
        ],
        (None, None, 2, 4.0, None, None, 0.5),
    )
    assert pivot.totals(table, view)[4:6] == ["–", "–"]


def test_filters_shorten_together_so_that_all_are_seen() -> None:
    user = "/C=UK/O=eScience/OU=Durham/CN=somebody"
    view = View(Span(2026, 5), where=(("vo", "atlas"), ("site", "UKI-NORTH-T2"), ("user", user)))
    assert pivot.place(view, 200).endswith(user)
    assert len(pivot.place(view, 60)) <= 60
    assert "VO atlas" in pivot.place(view, 60)


def test_columns_that_can_spare_room_give_it_and_figures_never_do() -> None:
    columns = [Column("vo", "VO", least=6), Column("user", "User", least=4), Column("jobs", "Jobs")]
    cells = [("a" * 10, "b" * 20, "1,234,567")]
    assert widths(columns, cells, 100) == (10, 20, 9)
    assert widths(columns, cells, 33) == (10, 10, 9)
    assert widths(columns, cells, 5) == (6, 4, 9)
