"""Where the keys of PBS lines stand: nearly all jobs of a log have one of few lists of keys.

A line that has one of them, all its keys in order and no others, is read by place. In the SQL here
`f` is a line between its blanks; `head` what stands before the second of them, between semicolons:
its fourth part is the first item.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

Variant = Sequence[str]
"""A list of keys."""
_Shift = tuple[int | None, ...]
"""How far behind its first place a key stands in each variant; None: there it is not."""
_MOST_KEYS = 60
_MOST_VARIANTS = 3
"""In a layout: each costs the lines that are of none of them some time."""
_NAME = re.compile(r"[A-Za-z][\w.]{0,60}", re.ASCII)
"""Keys that are kept in a layout, which becomes SQL."""


def layout(head: Iterable[str]) -> str:
    """The keys of the first job that ended, and the most frequent other lists.

    Blanks stand between keys, semicolons between lists, `-` for what is no key.
    """
    seen = Counter(_keys(line) for line in head)
    del seen[""]
    first = next(iter(seen), "")
    others = [keys for keys, _ in seen.most_common() if keys != first]
    return ";".join([first, *others[: _MOST_VARIANTS - 1]])


def _keys(line: str) -> str:
    """Those of a job that ended; empty: it is another line."""
    parts = line.split(";", 3)
    if len(parts) < 4 or parts[1] != "E":  # noqa: PLR2004 # as the grammar has it
        return ""
    keys = [item.partition("=")[0] for item in parts[3].split(" ")]
    return " ".join(key if _NAME.fullmatch(key) else "-" for key in keys[:_MOST_KEYS])


def of(layout: str) -> list[Variant]:
    """The lists of a layout, the first job's first."""
    return [keys.split(" ") for keys in layout.split(";")]


def is_key(text: str) -> bool:
    """Whether a text of a layout is a key."""
    return _NAME.fullmatch(text) is not None


def plain(jobs: Sequence[Variant]) -> list[Variant]:
    """Those by which a line can be read: no key twice, and all with the same first key."""
    return [
        keys
        for keys in jobs
        if len(set(keys)) == len(keys) and all(map(is_key, keys)) and keys[0] == jobs[0][0]
    ]


def variant(variants: Sequence[Variant]) -> str:
    """Which of them a line is, from 1; NULL: none, or it has quotes."""
    cases = [f"WHEN {_test(keys)} THEN {number}" for number, keys in enumerate(variants, 1)]
    if not cases:
        return "NULL::INT"
    one = f"CASE {' '.join(cases)} END"
    return f"CASE WHEN is_plain AND NOT is_quoted AND head[2] IN ('E', 'R') THEN {one} END"


def _test(keys: Variant) -> str:
    items = ["head[4]", *(f"f[{at}]" for at in range(3, len(keys) + 2))]
    tests = [f"starts_with({item}, '{key}=')" for item, key in zip(items, keys, strict=True)]
    return " AND ".join([f"len(f) = {len(keys) + 1}", *tests])


def shifts(variants: Sequence[Variant], keys: Iterable[str]) -> list[str]:
    """Columns of how far a line's keys are shifted, each for several; NULL: of no variant."""
    found = dict.fromkeys(shift for first, shift in (_place(variants, k) for k in keys) if first)
    return [f"CASE variant {_cases(shift)} END AS {_name(shift)}" for shift in found]


def _cases(shift: _Shift) -> str:
    return " ".join(f"WHEN {n} THEN {by}" for n, by in enumerate(shift, 1) if by is not None)


def item(variants: Sequence[Variant], key: str) -> str:
    """A key's item in a line of one of the variants; else NULL."""
    first, shift = _place(variants, key)
    if first == 1:
        return "CASE WHEN variant IS NOT NULL THEN head[4] END"
    return f"f[{first + 1} + {_name(shift)}]" if first else "NULL"


def _place(variants: Sequence[Variant], key: str) -> tuple[int, _Shift]:
    """A key's first place among the items, from 1, and its shift; 0: it is in no variant."""
    places = [keys.index(key) + 1 if key in keys else None for keys in variants]
    first = next((place for place in places if place), 0)
    return first, tuple(place and place - first for place in places)


def _name(shift: _Shift) -> str:
    return f'"by {" ".join(map(str, shift))}"'
