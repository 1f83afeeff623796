"""Facts and text to read: names and values, problems in full, then a text with numbered lines.

Only the lines in view are drawn: a message may have a hundred thousand.
"""

from collections.abc import Collection, Sequence
from textwrap import wrap
from typing import ClassVar, NamedTuple

from rich.cells import set_cell_size
from rich.segment import Segment
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from appliance.resources import text
from tui.facts import Facts
from tui.safe import plain


class Line(NamedTuple):
    """One line on paper, and whether it is wrong."""

    gutter: str
    text: str
    wrong: bool = False


class Paper(ScrollView, can_focus=True):
    """Something to read, scrolled by the arrow keys; `n` goes to the next line that is wrong."""

    DEFAULT_CSS = text("tui", "paper.tcss")
    COMPONENT_CLASSES: ClassVar[set[str]] = {"paper--wrong"}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "next(1)", "Next problem", tooltip="Next wrong line"),
        Binding("p", "next(-1)", "Wrong line before", show=False),
    ]

    def __init__(self, *, id: str | None = None, focusable: bool = True) -> None:  # noqa: A002
        super().__init__(id=id)
        self.can_focus = focusable
        self.content: tuple[Facts, Sequence[str], str, Collection[int]] = ((), (), "", ())
        self.lines: list[Line] = []

    def show(
        self, facts: Facts, problems: Sequence[str], body: str = "", wrong: Collection[int] = ()
    ) -> None:
        """Other things to read.

        Args:
            facts: Names and values.
            problems: What is wrong, each in full.
            body: A text.
            wrong: Lines of the text to mark, from 1.
        """
        self.content = facts, problems, body, wrong
        self.lay_out()
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """Nothing wrong: no key for it."""
        return bool(self.content[3]) if action == "next" else True

    def on_resize(self) -> None:
        """Facts and problems wrap; the text does not, since its lines have numbers."""
        self.lay_out()

    def lay_out(self) -> None:
        """Lines for the present width."""
        facts, problems, body, wrong = self.content
        name_width = max((len(name) for name, _ in facts), default=0)
        room = max(self.size.width - name_width - 4, 20)
        self.lines = [
            Line(name if first else "", part)
            for name, value in facts
            for first, part in enumerated(folded(value, room))
        ]
        self.lines = [Line(f" {line.gutter:{name_width}}  ", line.text) for line in self.lines]
        for problem in filter(None, problems):
            self.lines += [
                Line(" ! ", part, wrong=True) for part in folded(problem, self.size.width - 5)
            ]
        self.lines += numbered(body, wrong)
        longest = max((len(line.gutter) + len(line.text) for line in self.lines), default=0)
        self.virtual_size = Size(longest + 1, len(self.lines))
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """One line of what is in view; what is wrong is marked in its gutter, and bold."""
        x, top = self.scroll_offset
        width = self.size.width
        if top + y >= len(self.lines):
            return Strip.blank(width, self.rich_style)
        line = self.lines[top + y]
        style = self.get_component_rich_style("paper--wrong") if line.wrong else self.rich_style
        shown = line.gutter + plain(line.text, tabs=True)
        return Strip([Segment(set_cell_size(shown, width + x), style)]).crop(x, x + width)

    def action_next(self, direction: int) -> None:
        """The next line of the text that is wrong goes to the top, with what stands before it."""
        top = self.scroll_offset.y + LEAD
        places = [at for at, line in enumerate(self.lines) if line.wrong and line.gutter != " ! "]
        ahead = [at for at in places if (at - top) * direction > 0][:: 1 if direction > 0 else -1]
        if ahead or places:
            place = ahead[0] if ahead else places[0 if direction > 0 else -1]
            self.scroll_to(y=max(place - LEAD, 0), animate=False)


LEAD = 3
"""Lines in view before the one that is wrong."""


def enumerated(parts: Sequence[str]) -> list[tuple[bool, str]]:
    """(is it the first, part)."""
    return [(at == 0, part) for at, part in enumerate(parts)]


def folded(value: str, width: int) -> list[str]:
    """A value over as many lines as it needs."""
    return wrap(plain(value), max(width, 20), break_on_hyphens=False) or [""]


def numbered(body: str, wrong: Collection[int]) -> list[Line]:
    """The lines of a text, with their numbers; a text that is not there is no line."""
    found = body.split("\n")[: -1 if body.endswith("\n") else None] if body else []
    digits = len(str(len(found)))
    lines = [
        Line(
            f" {'▶' if at in wrong else ' '} {at:{digits}}  ", line.removesuffix("\r"), at in wrong
        )
        for at, line in enumerate(found, 1)
    ]
    return [Line("", ""), *lines] if lines else []
