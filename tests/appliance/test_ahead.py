"""Reading ahead: every file once, in order, and no more of them in memory than needed."""

from pathlib import Path

import pytest

from appliance import ahead
from appliance.ahead import Ahead
from appliance.errors import AcctError


def files(folder: Path, number: int) -> list[Path]:
    """Files that hold their own number."""
    made = [folder / f"{n:03}" for n in range(number)]
    for n, file in enumerate(made):
        file.write_text(str(n))
    return made


def test_files_come_in_order_however_few_are_read_ahead(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ahead, "_MOST_BYTES", 5)
    found = list(Ahead(files(tmp_path, 40), "/CN=me"))
    assert [d.body for d in found] == [str(n).encode() for n in range(40)]
    assert {d.signer for d in found} == {"/CN=me"}


def test_a_file_that_cannot_be_read_is_named_when_its_turn_comes(tmp_path: Path) -> None:
    made = files(tmp_path, 3)
    made[1].unlink()
    coming = Ahead(made, "")
    assert next(coming).body == b"0"
    with pytest.raises(AcctError, match=r"cannot read .*001: No such file"):
        next(coming)
    coming.close()


def test_no_more_is_read_than_fits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "_MOST_BYTES", 3)
    made = files(tmp_path, 10)
    coming = Ahead(made, "")
    made[3].write_text("later")
    assert [next(coming).body for _ in range(4)][3] == b"later"
    coming.close()


def test_no_files_are_no_deliveries() -> None:
    assert list(Ahead([], "")) == []
