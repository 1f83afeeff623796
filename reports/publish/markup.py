"""XML as SQL: elements, and texts made harmless."""

from collections.abc import Callable
from typing import TypeAlias

Texts: TypeAlias = Callable[[str], str]
"""How a column of texts becomes XML."""

TIME = "'%Y-%m-%dT%H:%M:%SZ'"
SPECIAL = r"[&<>\"\r\n\t]"
"""A text without any of these is XML as it is."""

_ESCAPES = (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("\r", "&#13;"))
_IN_ATTRIBUTES = (*_ESCAPES, ("\n", "&#10;"), ("\t", "&#9;"))
"""There, a reader would take a line's end for a blank."""


def concat(*parts: str) -> str:
    """Parts that are NULL are left out."""
    return f"concat({', '.join(part for part in parts if part)})"


def element(name: str, value: str, attribute: str = "") -> str:
    """An element.

    Args:
        name: With its prefix.
        value: SQL for what is in it.
        attribute: As it stands in the tag, after a blank: ` urf:type="all"`.
    """
    return concat(f"'<{name}{attribute}>'", value, f"'</{name}>'")


def known(name: str, column: str, value: str, attribute: str = "") -> str:
    """An element of a text, unless that is null or None."""
    return f"CASE WHEN {column} <> 'None' THEN {element(name, value, attribute)} END"


def plain(column: str) -> str:
    """A text that needs no escaping."""
    return column


def in_element(column: str) -> str:
    """A text between tags."""
    return _replaced(column, _ESCAPES)


def in_attribute(column: str) -> str:
    """A text between quotes."""
    return _replaced(column, _IN_ATTRIBUTES)


def _replaced(column: str, pairs: tuple[tuple[str, str], ...]) -> str:
    for character, escape in pairs:
        column = f"replace({column}, chr({ord(character)}), '{escape}')"
    return column
