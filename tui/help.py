"""Help: the keys that work here, read from the bindings themselves, and what the figures mean."""

from itertools import zip_longest
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen, Screen
from textual.widgets import Footer, Static

from appliance.resources import text
from tui.live import LiveScreen

KEYS = {
    "question_mark": "?",
    "slash": "/",
    "left": "←",
    "right": "→",
    "up": "↑",
    "down": "↓",
    "escape": "Esc",
    "enter": "Enter",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "home": "Home",
    "end": "End",
    "tab": "Tab",
    "shift+tab": "Shift+Tab",
    "ctrl+p": "Ctrl+P",
    "ctrl+q": "Ctrl+Q",
    "ctrl+pageup": "Ctrl+PgUp",
    "ctrl+pagedown": "Ctrl+PgDn",
    "f5": "F5",
}

COPYING = ("ctrl+c", "super+c")
"""Keys of the terminal's own selection, which Textual lists as bindings of every screen."""

SHARED = ("tab", "shift+tab", "f5")
"""Keys of every screen, although each screen binds them itself."""

KEY_WIDTH = 10
HALF = 37
"""Cells of one of two columns of keys in 80."""


class HelpScreen(ModalScreen[None]):
    """Over the screen it explains."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark,enter", "dismiss", "Close"),
    ]

    def __init__(self, screen: Screen[object]) -> None:
        super().__init__()
        self.keys = key_lines(screen)
        self.notes = (
            text("tui", screen.NOTES) if isinstance(screen, LiveScreen) and screen.NOTES else ""
        )

    def compose(self) -> ComposeResult:
        """What the screen shows, its keys, what the words mean."""
        with VerticalScroll():
            yield Static(self.notes.rstrip(), markup=False)
            yield Static("\n".join(self.keys), markup=False, id="keys")
            yield Static(text("tui", "help.txt"), markup=False)
        yield Footer(compact=True, show_command_palette=False)


def key_lines(screen: Screen[object]) -> list[str]:
    """Every key that does something there, the screen's own first, in two columns."""
    active = [found for found in screen.active_bindings.values() if shown(found.binding)]
    own = [found for found in active if found.node is screen and found.binding.key not in SHARED]
    rest = [found for found in active if found not in own]
    lines = [line(found.binding) for found in (*own, *rest)]
    half = (len(lines) + 1) // 2
    pairs = zip_longest(lines[:half], lines[half:], fillvalue="")
    return [f"{left:{HALF}} {right}".rstrip() for left, right in pairs]


def shown(binding: Binding) -> bool:
    """Whether a binding is a key of ours that says something."""
    return bool(binding.description) and binding.key not in COPYING


def line(binding: Binding) -> str:
    """A key and what it does."""
    words = binding.tooltip or binding.description
    return f"{KEYS.get(binding.key, binding.key):>{KEY_WIDTH}}  {words}"
