"""The publisher: what `[publish]` names goes out every so often.

A failure is a warning, and is tried again: it never ends the service.
"""

import logging
import threading
import time
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from appliance.errors import AcctError
from appliance.publishing import PublishRequest

if TYPE_CHECKING:
    from appliance.local import LocalRepository

_TICK_S = 5.0
_AGAIN_S = 300.0
"""How long a dataset that could not be published is left alone."""

log = logging.getLogger(__name__)


class Publisher:
    """Publishes the configured datasets; `run` is the publisher thread.

    Raises:
        UsageError: The configuration asks for what cannot be.
    """

    def __init__(self, repository: "LocalRepository") -> None:
        self._repository = repository
        self._settings = repository.store.config.publish
        self._request = PublishRequest.configured(self._settings)
        if self._request.datasets:
            from reports.publish.publish import check_request

            check_request(self._request)
        self._failed: dict[str, tuple[str, float]] = {}
        """By dataset: why it could not be published, and not before when (monotonic) again."""

    def run(self, stop: threading.Event) -> None:
        """Publish whatever is due until stopped."""
        while not stop.is_set():
            self._publish(self._due(), stop)
            stop.wait(_TICK_S)

    def once(self) -> None:
        """Publish what is new of every configured dataset, due or not."""
        self._publish(self._request.datasets, threading.Event())

    def warnings(self) -> list[str]:
        """What could not be published, a line each."""
        return [f"{name} is not published: {why}" for name, (why, _) in self._failed.items()]

    def _due(self) -> list[str]:
        """The datasets whose time has come, and that did not fail just now."""
        from appliance.store import now

        try:
            last = self._repository.last_published(self._request)
        except AcctError as error:
            log.warning("cannot tell what is to be published: %s", error)
            return []
        before = now() - timedelta(hours=max(self._settings.every_h, 0.0))
        moment = time.monotonic()
        return [
            name
            for name, at in last.items()
            if (at is None or at <= before) and moment >= self._failed.get(name, ("", 0.0))[1]
        ]

    def _publish(self, datasets: Iterable[str], stop: threading.Event) -> None:
        """One by one: what ails one dataset is no reason for another to wait."""
        for name in datasets:
            if stop.is_set():
                return
            try:
                done = self._repository.publish(replace(self._request, datasets=(name,)))
                why = "; ".join(part.refused for part in done.datasets if part.refused)
            except AcctError as error:
                why = str(error)
            except Exception as error:
                log.exception("%s cannot be published", name)
                why = f"{type(error).__name__}: {error}"
            self._note(name, why)

    def _note(self, name: str, why: str) -> None:
        if not why:
            if self._failed.pop(name, None):
                log.info("%s is published again", name)
            return
        if self._failed.get(name, ("", 0.0))[0] != why:
            log.warning("%s is not published: %s; trying again", name, why)
        self._failed[name] = why, time.monotonic() + _AGAIN_S
