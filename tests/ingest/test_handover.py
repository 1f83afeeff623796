"""Lines handed to the database, as a value or through a file, are the same lines."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appliance.store import Store
from ingest import handover
from ingest.handover import handed

_AWKWARD = st.text(alphabet="a1 ,;|\"'\\\t#\n\0\1\2\r\x0b\x1f\x85\u2028\ufeffé%", max_size=40)


def _rows(store: Store, content: bytes) -> list[tuple[int, str]]:
    with handed(content, store.config.work, "test") as lines, store.cursor() as cursor:
        return cursor.execute(f"{lines.sql} ORDER BY line", {"lines": lines.lines}).fetchall()


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=_AWKWARD)
def test_lines_are_the_same_through_a_file(store: Store, text: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(handover, "_LEAST", 0)
        found = _rows(store, text.encode())
    assert found == list(enumerate(text.removesuffix("\n").split("\n"), 1))


def test_a_file_is_used_for_much_and_gone_after(store: Store) -> None:
    content = b"\n".join(b"%d|%s" % (n, b"x" * (n % 300)) for n in range(50_000))
    with handed(content, store.config.work, "test") as lines:
        file = Path(lines.lines)
        assert file.read_bytes() == content + b"\n"
    assert not file.exists()
    assert [row for _, row in _rows(store, content)] == content.decode().split("\n")


@pytest.mark.parametrize("length", [999_999, 1_000_001, 2_500_000])
def test_a_long_line_is_read_whole(store: Store, length: int) -> None:
    text = "a\n" + "b" * length + "\nc\n" + "é" * length
    assert _rows(store, text.encode()) == list(enumerate(text.split("\n"), 1))


def test_a_full_disk_costs_time_alone(store: Store, tmp_path: Path) -> None:
    content = b"line\n" * 100_000
    with handed(content, tmp_path / "there is no such folder", "test") as lines:
        assert lines.lines == content.decode().removesuffix("\n")
