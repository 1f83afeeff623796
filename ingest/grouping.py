"""Which messages are staged by one statement: those whose records are split in one way."""

from collections import Counter, defaultdict
from collections.abc import Iterable

from appliance.records.declare import WireForm
from ingest.formats.splitting import By
from ingest.formats.text import Layout, TextMessage, is_plain, is_simple, layout_of
from ingest.item import Item

Groups = defaultdict[tuple[str, WireForm, Layout | By], list[Item]]
"""By record type, form, and how their records are split."""

_FEW = 1_000_000
"""Characters of records: planning a statement takes as long as reading so much by name instead of
by position takes longer."""


def grouped(items: Iterable[Item]) -> Groups:
    """The text messages that have records."""
    groups: Groups = defaultdict(list)
    for item in items:
        if isinstance(message := item.message, TextMessage) and message.records:
            how = layout_of(message) or _without_layout(message)
            groups[message.kind.name, message.form, how].append(item)
    _join_few(groups)
    return groups


def _join_few(groups: Groups) -> None:
    """Read by name together what is too little, layout by layout, to be worth a statement each."""
    few = {
        key: group
        for key, group in groups.items()
        if isinstance(key[2], Layout) and sum(len(m.records) for m in text_messages(group)) < _FEW
    }
    forms = Counter((name, form) for name, form, _ in few)
    for (name, form, layout), group in few.items():
        if forms[name, form] > 1:
            del groups[name, form, layout]
            for item, message in zip(group, text_messages(group), strict=True):
                groups[name, form, _without_layout(message)].append(item)


def text_messages(items: Iterable[Item]) -> list[TextMessage]:
    """The text messages of items."""
    return [item.message for item in items if isinstance(item.message, TextMessage)]


def _without_layout(message: TextMessage) -> By:
    if not is_plain(message.records):
        return By.WIDE
    return By.JSON if is_simple(message.records) else By.NAME
