"""Driving the application in a test: wait for answers, never for time."""

from collections.abc import Iterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from textual.pilot import Pilot
from textual.worker import WorkerCancelled

from tests.tui.fake import NOW, FakeRepository
from tui.app import AcctApp
from tui.ledger import Ledger
from tui.watch import WatchingApp

NEVER = 10**6
"""Seconds between polls: a test polls itself."""

ROUNDS = 50
"""Answers that a key may lead to; more means that something asks for ever."""

NARROW, WIDE = (80, 24), (160, 45)


def acct(repository: FakeRepository) -> AcctApp:
    """The application on a clock that stands still."""
    return AcctApp(repository, now=lambda: NOW, poll_s=NEVER)


async def settled(pilot: Pilot[Any]) -> None:
    """Until every question is answered and every answer is on screen."""
    app = pilot.app
    assert isinstance(app, AcctApp)
    for _ in range(ROUNDS):
        if quiet(app):
            return
        with suppress(WorkerCancelled):  # a newer question replaced one
            await app.workers.wait_for_complete()
        await pilot.pause()
    raise AssertionError(f"still asking: {app.asked_at}, {list(app.workers)}, {app.screen}")


def quiet(app: AcctApp) -> bool:
    """Whether no thread works and no answer is under way."""
    screen = app.live_screen()
    return app.asked_at is None and not list(app.workers) and (not screen or screen.open is None)


@asynccontextmanager
async def running(repository: FakeRepository, *keys: str, size: tuple[int, int] = NARROW) -> Any:
    """The running application, after some keys."""
    app = acct(repository)
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        await press(pilot, *keys)
        yield pilot


async def press(pilot: Pilot[Any], *keys: str) -> None:
    """Keys, each after the answer to the last."""
    for key in keys:
        await pilot.press(key)
        await settled(pilot)


async def poll(pilot: Pilot[Any]) -> None:
    """A second has gone."""
    assert isinstance(pilot.app, WatchingApp)
    pilot.app.poll()
    await settled(pilot)


def lines(pilot: Pilot[Any]) -> list[str]:
    """What is on screen."""
    strips = pilot.app.screen._compositor.render_strips()
    return ["".join(segment.text for segment in strip) for strip in strips]


def seen(pilot: Pilot[Any]) -> str:
    """What is on screen, as one text."""
    return "\n".join(lines(pilot))


def ledger(pilot: Pilot[Any]) -> Ledger:
    """The table of the screen."""
    return pilot.app.screen.query_one(Ledger)


def groups(pilot: Pilot[Any]) -> list[str]:
    """The first column of the table."""
    return [row.cells[0] for row in ledger(pilot).rows]


def toasts(pilot: Pilot[Any]) -> Iterator[str]:
    """What was announced."""
    return (f"{found.title}: {found.message}" for found in pilot.app._notifications)


def asked(repository: FakeRepository, name: str) -> list[Any]:
    """The questions of one kind, in order."""
    return [question for kind, question in repository.asked if kind == name]
