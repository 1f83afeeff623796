"""The line that says how the usage table is turned, and by which keys it turns."""

from textual.content import Content
from textual.reactive import reactive
from textual.style import Style
from textual.widget import Widget

from appliance.resources import text
from tui.pivot import BRIEF, label
from tui.view import View

PIVOTS = {"v": "vo", "s": "site", "u": "user", "h": "submit_host", "m": "month"}
TIMES = {"y": "year", "a": "all"}


class PivotBar(Widget):
    """Every choice with its key; brackets mark what holds, for terminals without colour."""

    DEFAULT_CSS = text("tui", "pivotbar.tcss")
    view: reactive[View | None] = reactive(None)

    def show(self, view: View) -> None:
        """Another view."""
        self.view = view

    def render(self) -> Content:
        """One line: pivots to the left, time and units to the right."""
        if self.view is None:
            return Content("")
        by, unit = self.view.by, self.view.span.unit
        left = [
            choice(key, BRIEF.get(name, label(name)), name == by) for key, name in PIVOTS.items()
        ]
        left += [] if by in PIVOTS.values() else [choice("", label(by), holds=True)]
        right = [choice(key, name, unit == name) for key, name in TIMES.items()]
        right += [choice("b", "work", self.view.work)]
        start, end = Content.assemble(" by ", *left), Content.assemble(*right)
        gap = max(self.size.width - start.cell_length - end.cell_length - 1, 1)
        return Content.assemble(start, " " * gap, end)


def choice(key: str, name: str, holds: bool) -> Content:
    """One choice; a click does what its key does."""
    words = f"{key} {name}".strip()
    content = Content.styled(f"[{words}]" if holds else f" {words} ", "bold" if holds else "")
    click = Style.from_meta({"@click": f"app.simulate_key('{key}')"})
    return content.stylize(click) if key else content
