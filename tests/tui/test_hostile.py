import pytest
from textual.markup import MarkupError

from appliance.errors import AcctError
from tests.tui.driving import WIDE, lines, press, running, seen
from tests.tui.fake import FakeRepository

EVIL = "[red]evil[/red] [/] \x1b[2J\x1b]0;owned\x07\u202egnp.exe\r\nnew 東京 [@click=app.quit]x[/]"
WALK = [
    "2",
    "u",
    "enter",
    "j",
    "enter",
    "enter",
    "3",
    "down",
    "enter",
    "4",
    "enter",
    "question_mark",
]
"""Through every screen: each step shows other text of the senders."""


def poisoned() -> FakeRepository:
    """A repository in which everything that a sender can choose is hostile."""
    repository = FakeRepository(jobs=30, messages=30)
    for row in repository.job_rows:
        for name in ("vo", "site", "global_user_name", "submit_host", "local_job_id", "fqan"):
            row[name] = EVIL + str(row[name])
    for row in repository.message_rows:
        row.update(dict.fromkeys(("source_name", "signer", "kind"), EVIL))
        row["error"] = EVIL if row["state"] == "rejected" else ""
    repository.text = EVIL * 3 + "\n\x9b31m\x00" + EVIL
    repository.warnings = [EVIL]
    return repository


@pytest.mark.parametrize("size", [(80, 24), WIDE])
async def test_text_from_outside_is_only_text(size: tuple[int, int]) -> None:
    async with running(poisoned(), size=size) as pilot:
        for key in WALK:
            assert "[red]evil" in seen(pilot), key
            assert all(line.isprintable() for line in lines(pilot)), key
            await press(pilot, key)


async def test_an_error_with_markup_is_a_toast_like_any_other() -> None:
    repository = FakeRepository()
    async with running(repository, "2") as pilot:
        repository.error = AcctError(EVIL)
        await pilot.press("s")
        await pilot.pause()
        assert MarkupError.__name__ not in seen(pilot)
        assert all(line.isprintable() for line in seen(pilot).split("\n"))
