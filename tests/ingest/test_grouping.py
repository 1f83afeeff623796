"""Grouping: a statement for each way of splitting, but none for a few records alone."""

from typing import Any

from ingest import grouping
from ingest.envelope import Envelope
from ingest.formats.splitting import By
from ingest.formats.text import Layout, TextMessage, recognise
from ingest.item import Item
from tests.jobs import message, record


def item(number: int, text: str) -> Item:
    """A message that was recognised."""
    made = Item(number, Envelope(text.encode(), "test", str(number), 0.0, False))
    made.message = recognise(text)  # type: ignore[assignment]
    assert isinstance(made.message, TextMessage)
    return made


def numbers(groups: Any) -> dict[Any, list[int]]:
    """How records are split, and the messages that are."""
    return {how: sorted(i.number for i in group) for (_, _, how), group in groups.items()}


SHORT, LONG = record(), record(Queue="long")
ODD = record(Queue='"long"', FQAN="/a")


def test_messages_of_one_layout_are_split_by_position() -> None:
    [(how, found)] = numbers(grouping.grouped([item(n, message(SHORT)) for n in (1, 2)])).items()
    assert isinstance(how, Layout)
    assert found == [1, 2]


def test_layouts_of_few_records_are_read_together() -> None:
    found = grouping.grouped(item(n, message(text)) for n, text in enumerate([SHORT, LONG, ODD]))
    assert numbers(found) == {By.JSON: [0, 1], By.NAME: [2]}


def test_layouts_of_many_records_are_not(monkeypatch: Any) -> None:
    monkeypatch.setattr(grouping, "_FEW", 100)
    found = numbers(grouping.grouped(item(n, message(t)) for n, t in enumerate([SHORT, LONG])))
    assert sorted(found.values()) == [[0], [1]]
    assert all(isinstance(how, Layout) for how in found)
