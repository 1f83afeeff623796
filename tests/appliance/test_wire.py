"""What crosses the door arrives as it was."""

import contextlib
from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance import wire
from appliance.errors import AcctError, ServiceUnreachable, UsageError
from appliance.publishing import MonthTotals, Published, PublishedDataset, PublishRequest, Skipped
from appliance.repository import Benchmark, Delivery, Loaded, LogPiece, Question, Reach
from appliance.table import Table

values = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(),
    st.decimals(allow_nan=False, allow_infinity=False),
    st.dates(),
    st.datetimes(),
)


@given(st.lists(st.tuples(values, values)), st.none() | st.tuples(values, values))
def test_a_table_keeps_its_types(rows: list[tuple[object, object]], totals: object) -> None:
    table = Table(("a", "b"), rows, totals)  # type: ignore[arg-type]
    assert wire.decode(wire.encode(table)) == table


def test_questions_and_answers_keep_theirs() -> None:
    question = Question(("vo",), (), date(2024, 1, 1), None, (("vo", ("a", "b")),), "HEPSPEC")
    loaded = Loaded(3, 2, 1, 10, 0, ("a: b",))
    assert wire.decode(wire.encode({"question": question}))["question"] == question
    assert wire.decode(wire.encode(loaded)) == loaded
    request = PublishRequest(("jobs",), since=date(2024, 6, 1), include_vos=("a", ""))
    assert wire.decode(wire.encode({"request": request}))["request"] == request
    month = MonthTotals("S1", 2024, 6, "jobs", None, 2**70)
    part = PublishedDataset("jobs", "CAR", 1, 2, (Skipped("why", 1, "which"),), (month,), ("note",))
    assert wire.decode(wire.encode(Published((part,), True))) == Published((part,), True)
    benchmark = Benchmark("ce", "si2k", Decimal("2500.5"), datetime(2024, 6, 1), True, "S1")
    assert wire.decode(wire.encode({"wanted": [benchmark]}))["wanted"] == [benchmark]
    nested = {"at": datetime(2024, 6, 1), "level": Decimal("1.500"), "other": {"x": 1}}
    assert wire.decode(wire.encode(nested)) == nested


def test_a_piece_of_a_log_says_how_far_its_file_is_read() -> None:
    reach = Reach("/log/é", "8:ab", "cd", 9, 2, 1, "a|b")
    piece = LogPiece("/log/é", b"\n\xff", 1.5, "slurm", "S", "M", reach=reach, replaces="ef")
    assert list(wire.unframe(wire.frames([piece, piece]), LogPiece)) == [piece, piece]


@pytest.mark.parametrize("kind", [AcctError, UsageError, ServiceUnreachable])
def test_an_error_is_the_same_on_the_other_side(kind: type[AcctError]) -> None:
    error = wire.decode_error(wire.encode_error(kind("what", hint="how")))
    assert type(error) is kind
    assert (str(error), error.hint) == ("what; how", "how")


@given(st.binary())
def test_an_answer_that_is_none_of_ours_is_still_an_error(content: bytes) -> None:
    assert isinstance(wire.decode_error(content), AcctError)


@given(st.lists(st.tuples(st.text(), st.binary())))
def test_files_are_unframed_as_they_were_framed(files: list[tuple[str, bytes]]) -> None:
    deliveries = [Delivery(name, body, 1.5, "dn") for name, body in files]
    assert list(wire.unframe(wire.frames(deliveries), Delivery)) == deliveries


@given(st.binary())
def test_what_was_not_framed_is_refused(content: bytes) -> None:
    with contextlib.suppress(UsageError):
        list(wire.unframe(content, Delivery))
