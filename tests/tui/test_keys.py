from textual.pilot import Pilot

from tests.tui.driving import asked, lines, press, running, seen, settled
from tests.tui.fake import FakeRepository
from tui.help import HelpScreen, shown
from tui.message import MessageScreen
from tui.palette import commands
from tui.view import DIMENSIONS

WALK = ("1", "2", "j", "enter", "3", "4", "enter")
"""To every kind of screen, and on to the next: overview, usage, its jobs, a job, messages, …"""


async def test_a_number_goes_to_its_screen(repository: FakeRepository) -> None:
    async with running(repository) as pilot:
        for key, mode in (("2", "usage"), ("3", "messages"), ("4", "rejects"), ("1", "overview")):
            await press(pilot, key)
            assert pilot.app.current_mode == mode
            assert f"[{key} {mode.title()}" in lines(pilot)[0]


async def test_tab_goes_round_the_screens(repository: FakeRepository) -> None:
    async with running(repository, "tab", "tab", "tab", "tab", "shift+tab") as pilot:
        assert pilot.app.current_mode == "rejects"


async def test_the_number_of_the_screen_in_view_goes_to_its_first_level(
    repository: FakeRepository,
) -> None:
    async with running(repository, "2", "j", "enter", "2") as pilot:
        assert len(pilot.app.screen_stack) == 1


async def test_q_leaves(repository: FakeRepository) -> None:
    async with running(repository) as pilot:
        await pilot.press("q")
        await pilot.pause()
        assert pilot.app.return_code == 0


async def test_every_key_is_in_the_help_and_the_footer_fits(repository: FakeRepository) -> None:
    walked = []
    async with running(repository) as pilot:
        for key in WALK:
            await press(pilot, key)
            walked.append(type(pilot.app.screen))
            assert "? Help q Quit" in lines(pilot)[-1]
            assert "palette" in lines(pilot)[-1]
            active = pilot.app.screen.active_bindings.values()
            wanted = [found.binding for found in active if shown(found.binding)]
            await press(pilot, "question_mark")
            assert isinstance(pilot.app.screen, HelpScreen)
            text = "\n".join(pilot.app.screen.keys)
            assert len(wanted) > 8
            assert all((binding.tooltip or binding.description) in text for binding in wanted)
            assert all(len(line) <= 76 for line in pilot.app.screen.keys)
            await press(pilot, "question_mark")
            assert not isinstance(pilot.app.screen, HelpScreen)
    assert len(set(walked)) == len(WALK)


async def palette(pilot: Pilot[None], words: str) -> None:
    """Type into the palette, and take the best."""
    await pilot.press("ctrl+p", *words)
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()
    await pilot.press("down", "enter")
    await pilot.pause()
    await settled(pilot)


async def test_the_palette_finds_what_is_typed(repository: FakeRepository) -> None:
    async with running(repository) as pilot:
        await palette(pilot, "go to rejects")
        assert pilot.app.current_mode == "rejects"
        await palette(pilot, "by queue")
        assert asked(repository, "report")[-1].by == ("queue",)
        assert "[Queue]" in lines(pilot)[1]
        await palette(pilot, "message 26")
        assert isinstance(pilot.app.screen, MessageScreen)
        assert "Message 26" in seen(pilot)


async def test_the_palette_knows_every_dimension_and_every_screen(
    repository: FakeRepository,
) -> None:
    async with running(repository) as pilot:
        names = [command.name for command in commands(pilot.app)]
    assert sum(name.startswith("Group by ") for name in names) == len(DIMENSIONS)
    assert sum(name.startswith("Go to ") for name in names) == 4
    assert {"Month before", "Month after", "Retry all rejects", "Help", "Quit"} <= set(names)


async def test_every_command_can_be_run(repository: FakeRepository) -> None:
    async with running(repository) as pilot:
        for command in list(commands(pilot.app)):
            if command.name in ("Quit", "Change theme"):
                continue
            result = command.run()
            if hasattr(result, "__await__"):
                await result
            await settled(pilot)
            while len(pilot.app.screen_stack) > 1:
                await pilot.app.pop_screen()
