"""The application: four screens, help, the palette."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, ClassVar, cast

from textual.app import SystemCommand
from textual.binding import Binding, BindingType
from textual.command import Provider
from textual.screen import Screen

from appliance.repository import Repository
from appliance.resources import text
from tui.decide import DecidingApp
from tui.drill import UsageScreen
from tui.help import KEYS, HelpScreen
from tui.live import LiveScreen
from tui.masthead import MODES, Masthead
from tui.message import MessageScreen
from tui.messages import MessagesScreen
from tui.overview import OverviewScreen
from tui.palette import Commands
from tui.rejects import RejectsScreen
from tui.watch import POLL_S, utc_now

FEW_COLOURS = ("standard", "windows", None)


STYLES = ("app.tcss", "overview.tcss", "messages.tcss", "modal.tcss")
"""In one sheet from the start: a screen with a sheet of its own has every widget styled again."""


class AcctApp(DecidingApp):
    """`acct tui`: what the repository holds, live.

    Args:
        repository: Asked from threads; whoever opened it closes it.
        now: The time, UTC.
        poll_s: Seconds between questions for the state.
    """

    TITLE = "acct"
    CSS = "\n".join(text("tui", name) for name in STYLES)
    DEFAULT_MODE = "overview"
    MODES: ClassVar[dict[str, str | Callable[[], Screen[Any]]]] = {
        "overview": OverviewScreen,
        "usage": UsageScreen,
        "messages": MessagesScreen,
        "rejects": RejectsScreen,
    }
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {Commands}
    BINDINGS: ClassVar[list[BindingType]] = [
        *(
            Binding(str(at), f"go('{mode}')", mode.title(), show=False)
            for at, mode in enumerate(MODES, 1)
        ),
        Binding("ctrl+q", "quit", "Quit", show=False, priority=True),
        Binding("question_mark", "help", "Help", key_display="?"),
        Binding("q", "quit", "Quit"),
    ]

    def __init__(
        self,
        repository: Repository,
        *,
        now: Callable[[], datetime] = utc_now,
        poll_s: float = POLL_S,
    ) -> None:
        super().__init__(repository, now=now, poll_s=poll_s)
        if self.console.color_system in FEW_COLOURS:
            self.theme = "ansi-dark"  # shades of grey would all become one

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:  # noqa: ARG002
        """None of Textual's own: the palette holds what an accountant needs."""
        return ()

    def get_key_display(self, binding: Binding) -> str:
        """Names of keys rather than pictures of them, which some consoles do not have."""
        return KEYS.get(binding.key) or super().get_key_display(binding)

    def live_screen(self) -> LiveScreen | None:
        """The screen in view, under help or a question."""
        found = (screen for screen in reversed(self.screen_stack) if isinstance(screen, LiveScreen))
        return next(found, None)

    def tick(self) -> None:
        """The clock went on, or the state is new."""
        if screen := self.live_screen():
            screen.query(Masthead).refresh()
            screen.follow()

    def decided(self, *, dropped: bool) -> None:
        """Show at once what became of a reject."""
        if screen := self.live_screen():
            screen.decided(dropped=dropped)
        self.poll()

    def open_message(self, message_id: int) -> None:
        """A message over whatever is in view."""
        self.push_screen(MessageScreen(message_id))

    async def run_on_usage(self, action: str) -> None:
        """Do something to the usage table."""
        await self.action_go("usage")
        await self.run_action(action, self.usage)

    @property
    def usage(self) -> UsageScreen:
        """The usage table, once it was in view."""
        return cast("UsageScreen", self.get_screen_stack("usage")[0])

    async def action_go(self, mode: str) -> None:
        """To a screen; to its first level if it is there already."""
        if mode == self.current_mode:
            while len(self.screen_stack) > 1:
                await self.pop_screen()
        else:
            await self.switch_mode(mode)

    async def action_next_mode(self, steps: int) -> None:
        """Around the screens."""
        await self.action_go(MODES[(MODES.index(self.current_mode) + steps) % len(MODES)])

    def action_reload(self) -> None:
        """Ask again."""
        if screen := self.live_screen():
            screen.reload()

    def action_help(self) -> None:
        """The keys that work here, and what the figures mean."""
        self.push_screen(HelpScreen(self.screen))
