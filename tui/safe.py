"""Text from outside, made fit to be seen: senders of messages choose what stands in them.

What could steer a terminal (escape sequences, newlines) or mislead the eye (right-to-left
overrides, invisible characters) is shown as what it is. Markup needs no escaping: nothing here
goes to a widget as markup.
"""

from rich.cells import cell_len, set_cell_size

VARIATION_SELECTORS = range(0xFE00, 0xFE10)
"""They change a character's width in some terminals and not in others."""

TAB = 8
SPACE = 0x20
DELETE = 0x7F
PICTURES = 0x2400
"""Where Unicode has pictures of the control characters, in their order."""


def plain(value: object, *, tabs: bool = False) -> str:
    """One line of text that is only text.

    Args:
        value: Anything; None is empty.
        tabs: Tabs become spaces, as in a listing; otherwise they are shown as `␉`.
    """
    text = "" if value is None else str(value)
    if text.isascii() and text.isprintable():  # nearly all of it, and ten times as fast
        return text
    return "".join(map(visible, text.expandtabs(TAB) if tabs else text))


def visible(character: str) -> str:
    """The character itself, or a picture or the number of one that acts, hides or deceives."""
    code = ord(character)
    if code < SPACE:
        return chr(PICTURES + code)  # ␛ for escape, ␊ for a newline
    if code == DELETE:
        return "␡"
    if not character.isprintable() or code in VARIATION_SELECTORS:
        return f"<U+{code:04X}>"
    return character


def fitted(text: str, width: int, *, right: bool = False) -> str:
    """Exactly `width` cells: padded, or shortened with an ellipsis where it hurts least."""
    missing = width - cell_len(text)
    if missing >= 0:
        return " " * missing + text if right else text + " " * missing
    return set_cell_size(shortened(text, width), width)


def shortened(text: str, width: int) -> str:
    """At most `width` cells. Paths and `/C=…/CN=…` names keep their end, other text its start."""
    if cell_len(text) <= width:
        return text
    if width <= 0:
        return ""
    if not is_path(text):
        return set_cell_size(text, width - 1).rstrip() + "…"
    tail = text[-width:]
    while cell_len(tail) > width - 1:
        tail = tail[1:]
    start = tail.find("/")
    return "…" + (tail[start:] if 0 <= start <= len(tail) // 2 else tail)


def is_path(text: str) -> bool:
    """Whether the end says more than the start."""
    return text.startswith("/") or ("/" in text and not set(text) & {" ", "="})
