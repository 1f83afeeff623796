"""Shares: every message once, in parts of much the same size."""

from hypothesis import given
from hypothesis import strategies as st

from ingest import shares
from ingest.envelope import Envelope
from ingest.item import Item


def items(*sizes: int) -> list[Item]:
    """Messages of these sizes."""
    return [Item(n, Envelope(b"x" * s, "test", str(n), 0.0, False)) for n, s in enumerate(sizes)]


def sizes(parts: list[list[Item]]) -> list[int]:
    """How many messages each part has."""
    return [len(part) for part in parts]


def test_the_workers_have_equal_shares() -> None:
    assert sizes(shares.shares(items(*[2_000_000] * 40))) == [10, 10, 10, 10]


def test_what_is_little_is_one_share_and_nothing_is_none() -> None:
    assert sizes(shares.shares(items(1000, 1000))) == [2]
    assert shares.shares([]) == []


@given(st.lists(st.integers(1, 5_000_000), max_size=12))
def test_every_message_is_in_one_share(found: list[int]) -> None:
    parts = shares.shares(items(*found))
    assert sorted(i.number for part in parts for i in part) == list(range(len(found)))
    assert all(parts)


def test_kept_texts_are_written_some_at_a_time() -> None:
    kept = items(*[10] * 450)
    for one in kept[:-1]:
        one.kept = b"x"
    assert sizes(shares.texts(kept)) == [200, 200, 49]
