from appliance.errors import AcctError
from tests.tui.driving import asked, ledger, lines, press, running, seen, toasts
from tests.tui.fake import REASON, FakeRepository
from tui.confirm import Confirm
from tui.message import MessageScreen
from tui.rejects import RejectsScreen


async def test_the_reason_is_there_in_full_at_80_columns(repository: FakeRepository) -> None:
    async with running(repository, "4") as pilot:
        assert REASON in seen(pilot)
        assert [row.key for row in ledger(pilot).rows] == ["39", "26", "13"]
        assert "[4 Rejects 3]" in lines(pilot)[0]


async def test_retry_takes_the_one_under_the_cursor_in_again(repository: FakeRepository) -> None:
    async with running(repository, "4", "down", "r") as pilot:
        assert asked(repository, "retry") == [{26}]
        assert list(toasts(pilot)) == ["Retried: 1 accepted with 10 records, 0 rejected again"]
        assert [row.key for row in ledger(pilot).rows] == ["39", "13"]
        assert "[4 Rejects 2]" in lines(pilot)[0]


async def test_retrying_all_asks_first(repository: FakeRepository) -> None:
    async with running(repository, "4", "R") as pilot:
        assert "Take 3 rejects in again?" in seen(pilot)
        await press(pilot, "n")
        assert asked(repository, "retry") == []
        await press(pilot, "R", "y")
        assert asked(repository, "retry") == [set()]
        assert "No rejects yet: every message that came in was accepted." in seen(pilot)


async def test_only_y_drops(repository: FakeRepository) -> None:
    async with running(repository, "4") as pilot:
        for key in ("n", "escape", "enter", "q"):
            await press(pilot, "d")
            assert isinstance(pilot.app.screen, Confirm)
            await press(pilot, key)
            assert isinstance(pilot.app.screen, RejectsScreen)
        assert asked(repository, "drop") == []
        await press(pilot, "d", "y")
        assert asked(repository, "drop") == [{39}]
        assert [row.key for row in ledger(pilot).rows] == ["26", "13"]


async def test_dropping_from_the_detail_leaves_it(repository: FakeRepository) -> None:
    async with running(repository, "4", "enter") as pilot:
        assert isinstance(pilot.app.screen, MessageScreen)
        assert "r Retry d Drop" in lines(pilot)[-1]
        await press(pilot, "d", "y")
        assert isinstance(pilot.app.screen, RejectsScreen)
        assert [row.key for row in ledger(pilot).rows] == ["26", "13"]


async def test_retrying_from_the_detail_shows_what_became_of_it(
    repository: FakeRepository,
) -> None:
    async with running(repository, "4", "enter", "r") as pilot:
        assert "accepted" in seen(pilot)
        assert "Drop" not in lines(pilot)[-1]


async def test_a_retry_that_fails_is_a_toast_and_the_table_stays(
    repository: FakeRepository,
) -> None:
    async with running(repository, "4") as pilot:
        repository.error = AcctError("the store is full", hint="make room")
        await pilot.press("r")
        await press(pilot, "down")
        assert "Not done: the store is full; make room" in list(toasts(pilot))
        assert len(ledger(pilot).rows) == 3


async def test_no_rejects_is_good_news(repository: FakeRepository) -> None:
    async with running(FakeRepository(messages=5), "4", "r", "d", "R") as pilot:
        assert "No rejects yet: every message that came in was accepted." in seen(pilot)
        assert list(toasts(pilot)) == [": There are no rejects."]
        assert "4 Rejects]" in lines(pilot)[0]
