"""The command palette: every action by name, for those who do not know its key."""

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, cast

from textual.command import DiscoveryHit, Hit, Hits, Provider

from tui.masthead import MODES
from tui.view import DIMENSIONS, LABELS

if TYPE_CHECKING:
    from tui.app import AcctApp


class Command(NamedTuple):
    """Something that can be done."""

    name: str
    help: str
    run: Callable[[], object]


class Commands(Provider):
    """Finds commands by any part of their names."""

    @property
    def acct(self) -> "AcctApp":
        """The application, as what it is."""
        return cast("AcctApp", self.app)

    async def discover(self) -> Hits:
        """All of them, while nothing is typed."""
        for command in commands(self.acct):
            yield DiscoveryHit(command.name, command.run, help=command.help)

    async def search(self, query: str) -> Hits:
        """What fits best first; a number opens that message."""
        matcher = self.matcher(query)
        for command in commands(self.acct):
            if (score := matcher.match(command.name)) > 0:
                yield Hit(score, matcher.highlight(command.name), command.run, help=command.help)
        if found := re.search(r"\d{1,18}", query):
            name = f"Open message {found[0]}"
            yield Hit(
                1.0,
                name,
                partial(self.acct.open_message, int(found[0])),
                help="its text, and what is wrong",
            )


def commands(app: "AcctApp") -> Iterator[Command]:
    """Every command, in the order in which an empty palette shows them."""
    for mode in MODES:
        yield Command(f"Go to {mode}", f"key {MODES.index(mode) + 1}", partial(app.action_go, mode))
    for name in DIMENSIONS:
        yield Command(f"Group by {LABELS[name]}", "usage table", usage(app, f"pivot('{name}')"))
    for action, name, help_text in USAGE:
        yield Command(name, help_text, usage(app, action))
    yield Command("Retry all rejects", "key R on the rejects", app.retry)
    yield Command("Ask again", "key F5", app.action_reload)
    yield Command(
        "Change theme",
        "colours; the themes named ansi keep the terminal's own",
        app.action_change_theme,
    )
    yield Command("Help", "key ?", app.action_help)
    yield Command("Quit", "key q", app.action_quit)


USAGE = (
    ("move(-1)", "Month before", "or year before; key ←"),
    ("move(1)", "Month after", "or year after; key →"),
    ("year", "Whole year or month", "key y"),
    ("all", "All time or month", "key a"),
    ("work", "Work by benchmark or hours", "key b"),
    ("sort", "Order by the next column", "key o"),
    ("reverse", "Reverse the order", "key O"),
    ("all_jobs", "Jobs behind the table", "key J"),
)


def usage(app: "AcctApp", action: str) -> Callable[[], object]:
    """An action of the usage table, from whichever screen."""
    return partial(app.run_on_usage, action)
