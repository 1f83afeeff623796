"""File names as APEL's parser means them, regular expressions, as file patterns."""

import glob
import re

_PIECE = re.compile(
    r"(?:(?P<digit>\\d|\[0-9\])|(?P<any>\.)|\\(?P<escaped>[^\w])|(?P<plain>[\w\-~#@,=: ]))"
    r"(?:\{(?P<times>\d{1,2})\}|(?P<many>[*+]))?"
)


def from_regex(expression: str) -> str | None:
    """The pattern of all names whose beginning matches, `$` being their end; None: none says it.

    A lone dot is taken to mean a dot, as in `blahp.log`.
    """
    text = expression.removeprefix("^")
    ended = text.endswith("$") and not text.endswith("\\$")
    found = _translated(text[:-1] if ended else text)
    return found if found is None or ended or found.endswith("*") else f"{found}*"


def _translated(text: str) -> str | None:
    made, place = [], 0
    while place < len(text):
        piece = _PIECE.match(text, place)
        if piece is None or (one := _pattern_of(piece)) is None:
            return None
        made.append(one)
        place = piece.end()
    return "".join(made)


def _pattern_of(piece: re.Match[str]) -> str | None:
    """One character, or several of a kind."""
    plain = piece["plain"] or piece["escaped"]
    one = glob.escape(plain) if plain else "[0-9]" if piece["digit"] else "."
    if piece["times"]:
        return ("?" if piece["any"] else one) * int(piece["times"])
    if not piece["many"]:
        return one
    if piece["any"]:
        return "*" if piece["many"] == "*" else "?*"
    return None  # a pattern cannot say: as many of these as there are
