"""The first line of every screen: where one is, what waits, whether it is live, the time."""

from typing import cast

from textual.content import Content
from textual.style import Style
from textual.widget import Widget

from appliance.resources import text
from tui.watch import PATIENCE_S, WatchingApp

MODES = ("overview", "usage", "messages", "rejects")


class Masthead(Widget):
    """The screens with their keys, the rejects that wait, the connection and the clock."""

    DEFAULT_CSS = text("tui", "masthead.tcss")

    @property
    def acct(self) -> WatchingApp:
        """The application, as what it is."""
        return cast("WatchingApp", self.app)

    def render(self) -> Content:
        """One line, whatever the width."""
        left = Content.assemble(*map(self.tab, MODES, range(1, len(MODES) + 1)))
        right = self.connection()
        gap = max(self.size.width - left.cell_length - len(right) - 1, 1)
        return Content.assemble(left, " " * gap, (right, "bold" if self.troubled else ""))

    def tab(self, mode: str, key: int) -> Content:
        """A screen's name; brackets mark the one in view, for terminals without colour."""
        label = f"{key} {mode.title()}{self.waiting_rejects() if mode == 'rejects' else ''}"
        here = mode == self.app.current_mode
        go = Style.from_meta({"@click": f"app.go('{mode}')"})
        styled = Content.styled(f"[{label}]" if here else f" {label} ", "bold" if here else "")
        return styled.stylize(go)

    def waiting_rejects(self) -> str:
        """How many messages wait for a decision."""
        found = self.acct.status.get("messages", {}).get("rejected", 0)
        return f" {found:,}" if found else ""

    @property
    def troubled(self) -> bool:
        """Whether what is on screen may be old."""
        return self.acct.lost_at is not None or self.acct.late_s() >= PATIENCE_S

    def connection(self) -> str:
        """Whether it is live, and the time."""
        clock = f"{self.acct.now():%H:%M:%S} UTC"
        if self.acct.lost_at is not None:
            return f"✗ OFFLINE since {self.acct.lost_at:%H:%M:%S}"
        if self.acct.late_s() >= PATIENCE_S:
            return f"… no answer for {self.acct.late_s()} s"
        return f"● live  {clock}" if self.acct.status else f"○ connecting  {clock}"
