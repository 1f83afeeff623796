from datetime import timedelta

from appliance.errors import AcctError, ServiceUnreachable
from tests.tui.driving import (
    NEVER,
    acct,
    asked,
    groups,
    ledger,
    lines,
    poll,
    press,
    running,
    seen,
    settled,
    toasts,
)
from tests.tui.fake import NOW, FakeRepository
from tui.app import AcctApp

GONE = ServiceUnreachable("no service answers", hint="acct run starts it")


async def test_a_lost_service_is_said_once_and_shown_until_it_is_back(
    repository: FakeRepository,
) -> None:
    async with running(repository, "2") as pilot:
        shown = groups(pilot)
        repository.error = GONE
        await poll(pilot)
        await poll(pilot)
        assert list(toasts(pilot)) == ["Not connected: no service answers; acct run starts it"]
        assert "✗ OFFLINE since 12:34:56" in lines(pilot)[0]
        assert groups(pilot) == shown
        repository.error = None
        await poll(pilot)
        assert "● live" in lines(pilot)[0]
        assert list(toasts(pilot))[-1] == "Connected: The service answers again."


async def test_no_service_at_the_start_is_no_end(repository: FakeRepository) -> None:
    repository.error = GONE
    async with running(repository) as pilot:
        assert "✗ OFFLINE" in lines(pilot)[0]
        repository.error = None
        await poll(pilot)
        assert "● live" in lines(pilot)[0]
        assert "2026-05, so far" in seen(pilot)


async def test_an_error_is_a_toast_and_the_last_good_table_stays(
    repository: FakeRepository,
) -> None:
    async with running(repository, "2") as pilot:
        shown = groups(pilot)
        repository.error = AcctError("the disk [red]failed[/red]\x1b[2J", hint="acct check")
        await press(pilot, "s")
        assert list(toasts(pilot)) == ["Not done: the disk [red]failed[/red]␛[2J; acct check"]
        assert groups(pilot) == shown
        assert "asking …" in lines(pilot)[2]
        repository.error = None
        await poll(pilot)
        assert "asking …" not in lines(pilot)[2]
        assert groups(pilot) != shown


async def test_figures_of_the_last_question_do_not_open(repository: FakeRepository) -> None:
    async with running(repository, "2") as pilot:
        repository.error = AcctError("not now")
        await press(pilot, "s", "enter", "j")
        assert "Usage by Site · 2026-05 · asking" in lines(pilot)[2]


async def test_a_late_answer_is_said(repository: FakeRepository) -> None:
    now = NOW
    app = AcctApp(repository, now=lambda: now, poll_s=NEVER)
    async with app.run_test() as pilot:
        await settled(pilot)
        app.asked_at = NOW
        now = NOW + timedelta(seconds=7)
        app.tick()
        await pilot.pause()
        assert "… no answer for 7 s" in lines(pilot)[0]
        repository.asked.clear()
        app.poll()
        assert repository.asked == []  # a slow service is not rushed
        app.asked_at = None


async def test_only_the_screen_in_view_asks(repository: FakeRepository) -> None:
    async with running(repository, "2", "3") as pilot:
        repository.asked.clear()
        repository.job_rows.pop()
        await poll(pilot)
        assert [name for name, _ in repository.asked] == ["status", "messages"]
        await press(pilot, "2")
        assert len(asked(repository, "report")) == 1  # back in view, it catches up


async def test_asking_stops_while_the_terminal_is_not_ours(repository: FakeRepository) -> None:
    async with running(repository) as pilot:
        app = pilot.app
        app.app_suspend_signal.publish(app)
        await pilot.pause()
        assert app.pulse is not None
        assert not app.pulse._active.is_set()
        repository.asked.clear()
        app.app_resume_signal.publish(app)
        await pilot.pause()
        await settled(pilot)
        assert app.pulse._active.is_set()
        assert asked(repository, "status") == [None]


async def test_f5_asks_again(repository: FakeRepository) -> None:
    async with running(repository, "2") as pilot:
        repository.asked.clear()
        await press(pilot, "f5")
        assert [name for name, _ in repository.asked] == ["report"]


async def test_the_month_turns_with_the_clock(repository: FakeRepository) -> None:
    now = NOW
    app = AcctApp(repository, now=lambda: now, poll_s=NEVER)
    async with app.run_test() as pilot:
        await settled(pilot)
        now = NOW + timedelta(days=20)
        await poll(pilot)
        assert "2026-06, so far" in seen(pilot)


async def test_few_colours_get_the_terminals_own(repository: FakeRepository) -> None:
    app = acct(repository)
    assert app.theme == "textual-dark"
    async with app.run_test() as pilot:
        app.theme = "ansi-dark"
        await settled(pilot)
        await press(pilot, "2")
        cursor = ledger(pilot).get_component_rich_style("ledger--cursor")
        assert cursor.reverse


async def test_before_the_first_answer_nothing_is_said_to_be_missing(
    repository: FakeRepository,
) -> None:
    repository.error = GONE
    async with running(repository) as pilot:
        assert "No messages yet" not in seen(pilot)
        assert "Asking …" in seen(pilot)
