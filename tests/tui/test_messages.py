from tests.tui.driving import WIDE, asked, ledger, lines, poll, press, running, seen, toasts
from tests.tui.fake import FakeRepository, message
from tui.message import MessageScreen
from tui.paper import Paper


async def test_messages_are_listed_newest_first(repository: FakeRepository) -> None:
    async with running(repository, "3") as pilot:
        assert [row.key for row in ledger(pilot).rows] == [str(at) for at in range(40, 0, -1)]
        assert "(unsigned)" in seen(pilot)


async def test_one_state_or_all(repository: FakeRepository) -> None:
    async with running(repository, "3", "f", "f") as pilot:
        assert {row.cells[-1] for row in ledger(pilot).rows} == {"rejected"}
        assert "Messages, rejected only · 3" in lines(pilot)[1]
        await press(pilot, "f", "f")
        assert len(ledger(pilot).rows) == 40


async def test_a_search_asks_the_repository(repository: FakeRepository) -> None:
    async with running(repository, "3", "slash", *"site3", "enter") as pilot:
        assert asked(repository, "messages")[-1][2] == "site3"
        assert "with “site3”" in lines(pilot)[1]
        await press(pilot, "escape")
        assert asked(repository, "messages")[-1][2] == ""


async def test_the_last_row_brings_more() -> None:
    repository = FakeRepository(messages=450)
    async with running(repository, "3") as pilot:
        assert "the latest 200, End brings more" in lines(pilot)[1]
        await press(pilot, "end", "end", "end")
        assert ledger(pilot).key == "1"
        assert len(ledger(pilot).rows) == 450


async def test_a_wide_terminal_shows_the_detail_beside(repository: FakeRepository) -> None:
    async with running(repository, "3", "down", size=WIDE) as pilot:
        detail = "\n".join(line[102:] for line in lines(pilot))
    assert "message   39" in detail
    assert "! INT: record 3, line 12, WallDuration: '1m' is not" in detail


async def test_the_text_has_its_wrong_line_marked(repository: FakeRepository) -> None:
    async with running(repository, "3", "down", "enter", size=WIDE) as pilot:
        wrong = [line for line in lines(pilot) if "▶" in line]
    assert len(wrong) == 1
    assert "▶ 12  WallDuration: 1m" in wrong[0]


async def test_n_goes_to_the_wrong_line(repository: FakeRepository) -> None:
    async with running(repository, "3", "down", "enter") as pilot:
        assert "▶" not in seen(pilot)
        await press(pilot, "n")
        assert "▶ 12  WallDuration: 1m" in seen(pilot)


async def test_a_message_without_problems_offers_no_key_for_them(
    repository: FakeRepository,
) -> None:
    async with running(repository, "3", "enter") as pilot:
        assert isinstance(pilot.app.screen, MessageScreen)
        footer = lines(pilot)[-1]
    assert "Next problem" not in footer
    assert "Drop" not in footer


async def test_a_text_of_a_hundred_thousand_lines_opens_and_ends(
    repository: FakeRepository,
) -> None:
    repository.text = "".join(f"Line: {at}\n" for at in range(100_000))
    async with running(repository, "3", "enter", "end") as pilot:
        pilot.app.screen.query_one(Paper).scroll_end(animate=False)
        await pilot.pause()
        assert "100000  Line: 99999" in seen(pilot)


async def test_a_message_that_is_not_there_is_a_toast(repository: FakeRepository) -> None:
    async with running(repository) as pilot:
        pilot.app.open_message(999)
        await press(pilot, "down")
        assert list(toasts(pilot)) == ["Not done: no message 999; acct messages lists them"]


async def test_the_table_is_live(repository: FakeRepository) -> None:
    async with running(repository, "3") as pilot:
        repository.message_rows.insert(0, message(41))
        await poll(pilot)
        assert ledger(pilot).rows[0].key == "41"


async def test_no_messages_says_what_to_do_next() -> None:
    async with running(FakeRepository(messages=0), "3") as pilot:
        assert "No messages yet." in seen(pilot)
        assert "acct load FILE…" in seen(pilot)
