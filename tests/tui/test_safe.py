import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tui.safe import fitted, plain, shortened

HOSTILE = {
    "[red]bold[/red]": "[red]bold[/red]",  # markup is text: it never goes to a widget as markup
    "\x1b[2J\x1b]0;title\x07": "␛[2J␛]0;title␇",
    "one\ntwo\r\n": "one␊two␍␊",
    "tab\there": "tab␉here",
    "del\x7f csi\x9b31m": "del␡ csi<U+009B>31m",
    "user\u202ecod.exe": "user<U+202E>cod.exe",
    "zero\u200bwidth\u2066\ufeff": "zero<U+200B>width<U+2066><U+FEFF>",
    "line\u2028paragraph\u2029": "line<U+2028>paragraph<U+2029>",
    "half \ud800 private \ue000": "half <U+D800> private <U+E000>",
    "heart ❤\ufe0f": "heart ❤<U+FE0F>",
    "Jürgen 東京": "Jürgen 東京",
}


@pytest.mark.parametrize(("text", "shown"), HOSTILE.items())
def test_what_could_act_is_shown_as_what_it_is(text: str, shown: str) -> None:
    assert plain(text) == shown


def test_nothing_is_nothing_and_figures_are_text() -> None:
    assert (plain(None), plain(0), plain("")) == ("", "0", "")


def test_tabs_of_a_listing_keep_their_columns() -> None:
    assert plain("a\tb", tabs=True) == "a       b"


def test_a_signer_keeps_its_end_from_a_whole_part_on() -> None:
    signer = "/C=UK/O=eScience/OU=Durham/CN=host.dur.ac.uk"
    assert shortened(signer, 20) == "…/CN=host.dur.ac.uk"
    assert shortened(signer, 12) == "…t.dur.ac.uk"


@pytest.mark.parametrize("text", ["/C=UK/CN=host", "a/b", "CN=host"])
def test_no_room_is_no_text(text: str) -> None:
    assert fitted(text, 0) == ""


def test_a_name_without_slashes_keeps_its_start() -> None:
    assert shortened("CN=host.dur.ac.uk,O=eScience,C=UK", 12) == "CN=host.dur…"
    assert shortened("acct/inbox/site", 9) == "…/site"


@pytest.mark.parametrize(
    ("text", "right", "found"),
    [
        ("ab", False, "ab   "),
        ("ab", True, "   ab"),
        ("東京", False, "東京 "),
        ("東京都庁", False, "東京…"),
    ],
)
def test_a_cell_is_as_wide_as_its_column(text: str, right: bool, found: str) -> None:
    assert fitted(text, 5, right=right) == found


@given(st.text(), st.integers(0, 40))
def test_no_text_leaves_its_cell_or_its_line(text: str, width: int) -> None:
    found = fitted(plain(text), width)
    assert cell_len(found) == width
    assert found.isprintable()
