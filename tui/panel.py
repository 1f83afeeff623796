"""A titled block of text that is drawn anew for every size it is given."""

from collections.abc import Callable, Sequence

from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

from appliance.resources import text
from tui.safe import plain, shortened

Draw = Callable[[int, int], Sequence[str]]
"""(cells, lines) to lines of text; a line that begins with `!` wants attention."""


def nothing(_width: int, _height: int) -> Sequence[str]:
    """What a panel shows before the first answer."""
    return ()


class Panel(Widget):
    """A heading with a rule, and lines; what does not fit is cut off, never wrapped."""

    DEFAULT_CSS = text("tui", "panel.tcss")

    def __init__(self, title: str = "", *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.title = title
        self.draw: Draw = nothing

    def show(self, title: str, draw: Draw) -> None:
        """Other text."""
        self.title, self.draw = title, draw
        self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002
        """As many lines as there are to draw, where the style sheet leaves the height open."""
        return 1 + len(self.draw(width, viewport.height))

    def render(self) -> Content:
        """The heading, then what the drawer makes of the room there is."""
        width, height = self.size.width, self.size.height
        heading = shortened(plain(self.title), width)
        rule = " " + "─" * max(width - len(heading) - 2, 0)
        lines = [Content.assemble((heading, "bold"), rule)]
        for line in list(self.draw(width - 1, height - 1))[: height - 1]:
            shown = shortened(plain(line), width - 1)
            lines.append(Content.styled(shown, "bold" if line.startswith("!") else ""))
        return Content("\n").join(lines)


def pair(label: str, figure: str, width: int) -> str:
    """A label to the left and a figure to the right of a line."""
    room = max(width - len(figure) - 1, 1)
    name = shortened(plain(label), room)
    return name + " " * max(width - len(name) - len(figure), 1) + figure
