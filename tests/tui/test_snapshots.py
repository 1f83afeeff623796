from collections.abc import Callable

import pytest
from textual.pilot import Pilot

from appliance.errors import ServiceUnreachable
from tests.tui.driving import NARROW, WIDE, acct, poll, press, settled
from tests.tui.fake import FakeRepository

SCREENS = {
    "overview": (),
    "usage": ("2",),
    "usage_drilled": ("2", "enter", "u"),
    "usage_work": ("2", "b"),
    "jobs": ("2", "j"),
    "job": ("2", "j", "enter"),
    "messages": ("3", "down"),
    "message": ("3", "down", "enter"),
    "rejects": ("4",),
    "drop": ("4", "d"),
    "help": ("2", "question_mark"),
}
Compare = Callable[..., bool]


WIDER = ("overview", "usage", "jobs", "job", "messages", "message", "rejects")
"""The others are one of these with other rows, or a box that keeps its size."""


@pytest.mark.parametrize(
    ("screen", "size"),
    [pytest.param(screen, NARROW, id=f"{screen}-80x24") for screen in SCREENS]
    + [pytest.param(screen, WIDE, id=f"{screen}-160x45") for screen in WIDER],
)
def test_screen(snap_compare: Compare, screen: str, size: tuple[int, int]) -> None:
    async def drive(pilot: Pilot[None]) -> None:
        await settled(pilot)
        await press(pilot, *SCREENS[screen])

    assert snap_compare(acct(FakeRepository()), terminal_size=size, run_before=drive)


def test_not_connected(snap_compare: Compare) -> None:
    repository = FakeRepository()

    async def drive(pilot: Pilot[None]) -> None:
        await settled(pilot)
        repository.error = ServiceUnreachable("no service answers", hint="acct run starts it")
        await poll(pilot)

    assert snap_compare(acct(repository), run_before=drive)


def test_few_colours(snap_compare: Compare) -> None:
    async def drive(pilot: Pilot[None]) -> None:
        pilot.app.theme = "ansi-dark"
        await settled(pilot)
        await press(pilot, "2")

    assert snap_compare(acct(FakeRepository()), run_before=drive)


def test_empty(snap_compare: Compare) -> None:
    async def drive(pilot: Pilot[None]) -> None:
        await settled(pilot)

    assert snap_compare(acct(FakeRepository(jobs=0, messages=0)), run_before=drive)
