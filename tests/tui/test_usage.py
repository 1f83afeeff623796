from datetime import date

from tests.tui.driving import WIDE, asked, groups, ledger, lines, poll, press, running, seen
from tests.tui.fake import SITES, VOS, FakeRepository, job
from tui.drill import UsageScreen
from tui.job import JobScreen
from tui.jobs import JobsScreen


async def test_a_key_turns_the_table(repository: FakeRepository) -> None:
    async with running(repository, "2") as pilot:
        for key, by in {
            "s": "site",
            "u": "user",
            "h": "submit_host",
            "m": "month",
            "v": "vo",
        }.items():
            await press(pilot, key)
            assert asked(repository, "report")[-1].by == (by,)
            assert f"[{key} " in lines(pilot)[1]


async def test_the_totals_stay_and_are_whole(repository: FakeRepository) -> None:
    async with running(repository, "2", "u", "a", "end") as pilot:
        total = ledger(pilot).sheet.totals
        shown = next(line for line in lines(pilot) if line.startswith(" All 12")).split()
    assert shown == ["All", "12", *total[1:]]
    assert total[1] == "400"


async def test_time_moves_by_month_and_year(repository: FakeRepository) -> None:
    async with running(repository, "2", "left") as pilot:
        assert asked(repository, "report")[-1].since == date(2026, 4, 1)
        await press(pilot, "right", "y", "left")
        assert asked(repository, "report")[-1].until == date(2026, 1, 1)
        assert "No jobs in 2025. ← shows the time before" in seen(pilot)
        await press(pilot, "a")
        assert asked(repository, "report")[-1].since is None
        assert "[a all]" in lines(pilot)[1]
        await press(pilot, "a")
        assert "2025-05" in lines(pilot)[2]


async def test_enter_goes_down_to_the_jobs_and_escape_comes_back(
    repository: FakeRepository,
) -> None:
    async with running(repository, "2", "down") as pilot:
        vo = groups(pilot)[1]
        await press(pilot, "enter")
        assert f"Usage by Site · 2026-05 › VO {vo}" in lines(pilot)[2]
        assert set(groups(pilot)) <= set(SITES)
        site = groups(pilot)[0]
        await press(pilot, "enter", "enter", "enter")
        assert isinstance(pilot.app.screen, JobsScreen)
        question, _ = asked(repository, "jobs")[-1]
        assert question.where[:2] == (("vo", (vo,)), ("site", (site,)))
        assert [name for name, _ in question.where] == ["vo", "site", "user", "submit_host"]
        await press(pilot, "escape", "escape", "escape", "escape")
        assert "Usage by VO · 2026-05 ─" in lines(pilot)[2]
        assert ledger(pilot).key == vo  # where one came from
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, UsageScreen)


async def test_a_month_opens_as_the_time(repository: FakeRepository) -> None:
    async with running(repository, "2", "m") as pilot:
        assert groups(pilot) == ["2026-03", "2026-04", "2026-05"]
        await press(pilot, "enter")
        assert asked(repository, "report")[-1].since == date(2026, 3, 1)
        assert asked(repository, "report")[-1].by == ("vo",)


async def test_the_jobs_of_a_row_and_of_the_table(repository: FakeRepository) -> None:
    async with running(repository, "2", "j") as pilot:
        vo = asked(repository, "jobs")[-1][0].where[0][1][0]
        assert vo in VOS
        ends = [row.cells[0] for row in ledger(pilot).rows]
        assert ends == sorted(ends, reverse=True)
        await press(pilot, "escape", "J")
        assert asked(repository, "jobs")[-1][0].where == ()


async def test_a_job_shows_its_fields_and_its_message_and_then_the_text(
    repository: FakeRepository,
) -> None:
    async with running(repository, "2", "j", "enter", size=WIDE) as pilot:
        assert isinstance(pilot.app.screen, JobScreen)
        screen = seen(pilot)
        for name in ("message ", "signer ", "received ", "global_user_name ", "wall_duration "):
            assert f" {name}" in screen
        await press(pilot, "enter")
        assert "APEL-individual-job-message: v0.3" in seen(pilot)
        await press(pilot, "escape", "escape", "escape")
        assert isinstance(pilot.app.screen, UsageScreen)


async def test_work_has_a_row_a_benchmark_and_no_total(repository: FakeRepository) -> None:
    async with running(repository, "2", "b") as pilot:
        assert "Wall work" in lines(pilot)[3]
        assert ledger(pilot).sheet.totals[4:6] == ["–", "–"]
        await press(pilot, "end", "enter")
        assert [name for name, _ in asked(repository, "report")[-1].where] == ["vo", "benchmark"]
        await press(pilot, "b")
        assert "Wall h" in lines(pilot)[3]


async def test_finding_narrows_as_one_types_and_the_total_says_of_what(
    repository: FakeRepository,
) -> None:
    async with running(repository, "2", "slash", "l", "h", "enter") as pilot:
        assert groups(pilot) == ["lhcb"]
        assert "1 of 6 rows with “lh”" in lines(pilot)[2]
        assert ledger(pilot).sheet.totals[0] == "All 6"
        await press(pilot, "escape")
        assert len(groups(pilot)) == 6


async def test_finding_nothing_says_how_to_go_on(repository: FakeRepository) -> None:
    async with running(repository, "2", "slash", "z", "z") as pilot:
        assert "No group with “zz”." in seen(pilot)
        await press(pilot, "escape")
        assert len(groups(pilot)) == 6


async def test_order_goes_by_the_next_column_and_turns(repository: FakeRepository) -> None:
    async with running(repository, "2", "o") as pilot:
        assert "CPU h▼" in lines(pilot)[3]
        await press(pilot, "O")
        assert "CPU h▲" in lines(pilot)[3]
        figures = [float(row.cells[4].replace(",", "")) for row in ledger(pilot).rows]
        assert figures == sorted(figures)
        assert len(asked(repository, "report")) == 2  # overview, usage: an order asks nothing


async def test_a_click_on_a_heading_orders_by_it(repository: FakeRepository) -> None:
    async with running(repository, "2") as pilot:
        await pilot.click("Ledger", offset=(2, 0))
        assert "VO▲" in lines(pilot)[3]
        assert groups(pilot) == sorted(VOS)


async def test_a_click_opens_the_row_that_has_the_cursor(repository: FakeRepository) -> None:
    async with running(repository, "2") as pilot:
        await pilot.click("Ledger", offset=(2, 2))
        assert ledger(pilot).cursor == 1
        await pilot.click("Ledger", offset=(2, 2))
        assert "Usage by Site" in lines(pilot)[2]


async def test_new_figures_keep_the_row_under_the_cursor(repository: FakeRepository) -> None:
    async with running(repository, "2", "end") as pilot:
        last = ledger(pilot).key
        new = job(4) | {"vo": last, "wall_duration": 10**9, "processors": 64}
        repository.job_rows.append(new | {"end_time": repository.job_rows[0]["end_time"]})
        for row in repository.job_rows:
            if row["vo"] == last:
                row["end_time"] = row["end_time"].replace(month=5, day=2)
        await poll(pilot)
        assert (ledger(pilot).key, ledger(pilot).cursor) == (last, 0)


async def test_bars_where_there_is_room(repository: FakeRepository) -> None:
    async with running(repository, "2", size=WIDE) as pilot:
        assert "Share of core-wall h" in seen(pilot)
        await pilot.resize_terminal(80, 24)
        assert "Share of core-wall h" not in seen(pilot)


async def test_no_jobs_at_all_says_what_to_do_next() -> None:
    async with running(FakeRepository(jobs=0), "2", "a") as pilot:
        assert "No jobs yet. Load some: acct load FILE…" in seen(pilot)
        await press(pilot, "enter", "j")
        assert isinstance(pilot.app.screen, UsageScreen)


async def test_ten_thousand_groups_are_shown_and_reached(repository: FakeRepository) -> None:
    for at, row in enumerate(repository.job_rows):
        row["global_user_name"] = f"user {at}"
    repository.job_rows *= 25
    repository.job_rows = [
        row | {"global_user_name": f"user {at}"} for at, row in enumerate(repository.job_rows)
    ]
    async with running(repository, "2", "u", "a", "end") as pilot:
        assert ledger(pilot).cursor == 9_999
        assert any(line.startswith(" All 10,000") for line in lines(pilot))
