"""ClassAds of HTCondor's history as texts: each ad becomes one line of the attributes asked for.

    long    `Name = value` lines; ads end at a blank line or a `***` banner
    json    objects, one a line, or in an array over any number of lines

The number of an ad's first line stands for it: ads that share a line get those that follow. An ad
that makes no sense costs itself alone; what was read stays as it was, byte for byte.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ingest.logs.lines import Lines

SEPARATOR = "\x1f"
"""Between the values of an ad."""
GOOD, BROKEN, UNREADABLE = "", "broken", "unreadable"
"""What an ad's second value says of it; its first is the number of its first line."""

_ATTRIBUTE = re.compile(r"([A-Za-z_][\w.]*)\s*=(?!=)\s*(.*)")
_BANNER = "***"
_DECODER = json.JSONDecoder()
_NEXT_OBJECT = re.compile(r"\n[\s,\[]*(?=\{)")
_BETWEEN = re.compile(r"[\s,\[\]]*")

Ad = Mapping[str, Any]
"""Attributes by their names in lower case; values as text, or whatever JSON has."""


class _Spans(Mapping[int, bytes]):
    """The bytes of each ad, by the number of its first line: made only for those asked for."""

    def __init__(self, text: str, spans: dict[int, tuple[int, int]]) -> None:
        self._text, self._spans = text, spans

    def __getitem__(self, line: int) -> bytes:
        start, end = self._spans[line]
        return self._text[start:end].encode("utf-8", "surrogateescape")

    def __iter__(self) -> Iterator[int]:
        return iter(self._spans)

    def __len__(self) -> int:
        return len(self._spans)


def form(head: Sequence[str]) -> str:
    """How a text that begins with these lines writes ads: `long`, `json`, or not at all: empty."""
    first = next((line.strip() for line in head if line.strip()), "")
    if first.startswith(("{", "[", ",")):
        return "json"
    return "long" if first.startswith(_BANNER) or _ATTRIBUTE.match(first) else ""


def gather(body: bytes, how: str, names: Sequence[str]) -> Lines:
    """The ads of a piece, one a line.

    Args:
        body: The piece.
        how: `long` or `json`.
        names: The attributes asked for, whatever case their letters have in the ads.
    """
    text = body.decode("utf-8", "surrogateescape")
    asked = [name.lower() for name in names]
    made: list[str] = []
    spans: dict[int, tuple[int, int]] = {}
    line, last, stands = 0, 0, 1
    for start, end, ad in (_long if how == "long" else _json)(text):
        stands += text.count("\n", last, start)
        last = start
        line = max(stands, line + 1)  # ads may share a line, but no number
        spans[line] = start, end
        made.append(f"{line}{SEPARATOR}{_values(ad, asked)}")
    lines = text.removesuffix("\n").count("\n") + 1
    return Lines("\n".join(made).encode(), _Spans(text, spans), max(lines - len(made), 0))


def records(body: bytes) -> Iterator[bytes]:
    """The ads of JSON, each with a line end, and whatever makes no sense among them."""
    text = body.decode("utf-8", "surrogateescape")
    for start, end, _ in _json(text):
        yield text[start:end].rstrip(" \t\r\n,").encode("utf-8", "surrogateescape") + b"\n"


def end_of_last(body: bytes, how: str) -> int:
    """Where the last whole ad of the bytes read so far ends; 0: there is none."""
    if how == "long":
        blank = max(body.rfind(b"\n\n") + 2, body.rfind(b"\n\r\n") + 3)
        banner = body.find(b"\n", body.rfind(b"\n***") + 1) + 1 if b"\n***" in body else 0
        return max(blank if blank > 2 else 0, banner)  # noqa: PLR2004 # not found
    for gap in (rb"\}[\s,]*\n(?=[\s,]*\{)", rb"\}\s*,\s*(?=\{)"):
        if found := _last(gap, body):
            return found
    return 0


def _last(gap: bytes, body: bytes) -> int:
    """The end of the last match: sought in ever larger parts of the end."""
    size = 1 << 16
    while True:
        start = max(len(body) - size, 0)
        ends = [match.end() for match in re.finditer(gap, body[start:])]
        if ends or not start:
            return start + ends[-1] if ends else 0
        size *= 8


def _long(text: str) -> Iterator[tuple[int, int, Ad | None]]:
    start = at = 0
    ad: dict[str, str] = {}
    broken = False
    for line in text.split("\n"):
        bare = line.strip()
        if not bare or bare.startswith(_BANNER):
            if ad or broken:
                yield start, at, None if broken else ad
            ad, broken, start = {}, False, at + len(line) + 1
        elif found := _ATTRIBUTE.fullmatch(bare):
            ad[found[1].lower()] = _literal(found[2])
        else:
            broken = True
        at += len(line) + 1
    if ad or broken:
        yield start, len(text), None if broken else ad


def _literal(value: str) -> str:
    if len(value) > 1 and value[0] == value[-1] == '"':
        return value[1:-1].replace('\\"', '"')
    return "" if value.lower() in ("undefined", "error") else value


def _json(text: str) -> Iterator[tuple[int, int, Ad | None]]:
    at = _BETWEEN.match(text).end()  # type: ignore[union-attr] # it matches anything
    while at < len(text):
        try:
            found, end = _DECODER.raw_decode(text, at)
        except (ValueError, RecursionError):
            found, following = None, _NEXT_OBJECT.search(text, at + 1)
            end = following.end() if following else len(text)
        ad = {k.lower(): _plain(v) for k, v in found.items()} if isinstance(found, dict) else None
        yield at, end, ad
        at = _BETWEEN.match(text, end).end()  # type: ignore[union-attr]


def _plain(value: Any) -> Any:
    """Without what is no literal: an expression is text in a wrapper."""
    return "" if isinstance(value, str) and value.startswith("/Expr(") else value


def _values(ad: Ad | None, asked: Sequence[str]) -> str:
    if ad is None:
        return BROKEN
    values = [_text(ad.get(name)) for name in asked]
    made = SEPARATOR.join([GOOD, *values])
    if made.count(SEPARATOR) != len(asked) or not _storable(made):
        return UNREADABLE
    return made


def _text(value: Any) -> str:
    if isinstance(value, bool) or value is None:
        return "" if value is None else str(value).lower()
    return json.dumps(value) if isinstance(value, dict | list) else str(value)


def _storable(text: str) -> bool:
    """Whether the database takes it, as one line."""
    if "\0" in text or "\n" in text:
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
