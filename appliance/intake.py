"""The intake: messages from every source into the store, batch after batch.

A source is settled only after its messages are durable. One that fails waits with growing
patience while the others go on.
"""

import logging
import threading
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from appliance.config import Config
from appliance.errors import AcctError
from appliance.fed import BACK_OFF_S, Fed
from appliance.followed import Followed, Pieces
from appliance.local import LocalRepository
from appliance.logs import counted, fields
from appliance.pace import Pace

if TYPE_CHECKING:
    from ingest.envelope import Envelope, Source
    from ingest.item import Item

_BATCH_BYTES = 96 * 1024 * 1024
"""Of one transaction: enough for 200 messages of 1,000 jobs, little enough for 1 GB of memory."""
_SUMMARISE_EVERY_S = 2.0
"""While messages keep coming, reports are at most so old."""
_RETRY_EVERY_S = 5.0
"""How often rejects are looked at for want of trust that has come since."""

log = logging.getLogger(__name__)


class Intake:
    """Takes from the sources in turn; `run` is the intake thread."""

    def __init__(
        self,
        config: Config,
        repository: LocalRepository,
        sources: Sequence["Source"],
        logs: Sequence[Pieces] = (),
    ) -> None:
        self._config = config
        self._repository = repository
        self.fed = [Fed(source) for source in sources]
        self.pace = Pace()
        self.followed = Followed(repository, logs, self.pace)
        self._wake = threading.Event()
        self._summarised_at = 0.0
        self._retry_at = 0.0
        self._summarise_again_at = 0.0
        self.summaries_error = ""
        """Why the summaries are not up to date; empty: they are, or soon will be."""
        self.refused = 0
        """Messages refused since the start."""
        self.alive_at = time.monotonic()
        """When the loop last came round: what the watchdog of systemd is told."""

    def run(self, stop: threading.Event) -> None:
        """Take in until stopped; returns with nothing half done."""
        try:
            while not stop.is_set():
                self._wake.clear()
                if not self.once():
                    self._wake.wait(self._patience())
        finally:
            self.stop_sources()

    def drain(self, quiet_s: float, stop: threading.Event) -> None:
        """Take in all that waits, and end when nothing has come for a while."""
        try:
            quiet_since = time.monotonic()
            while not stop.is_set() and (
                time.monotonic() - quiet_since < quiet_s or self._due_soon()
            ):
                self._wake.clear()
                if self.once():
                    quiet_since = time.monotonic()
                else:
                    self._wake.wait(0.1)
        finally:
            self.stop_sources()

    def once(self) -> bool:
        """One batch, from whatever waits; False: nothing did, and the summaries are made."""
        self.alive_at = time.monotonic()
        for fed in self._ready():
            self._start(fed)
        batch = [(fed, envelope) for fed in self._ready() for envelope in self._take(fed)]
        if batch:
            self._take_in(batch)
        some_logs = self.followed.take(self.wake)
        self._retry_trusted()
        if not (batch or some_logs) or time.monotonic() - self._summarised_at > _SUMMARISE_EVERY_S:
            self._summarise()
        return bool(batch) or some_logs

    def _summarise(self) -> None:
        """Whatever ails the summaries, messages go on being taken in."""
        if time.monotonic() < self._summarise_again_at:
            return
        try:
            self._repository.summarise()
            self.summaries_error = ""
        except Exception as error:
            if str(error) != self.summaries_error:
                log.exception("summaries cannot be made; trying again every minute")
            self.summaries_error = str(error) or type(error).__name__
            self._summarise_again_at = time.monotonic() + BACK_OFF_S[-1]
        self._summarised_at = time.monotonic()

    def _retry_trusted(self) -> None:
        """After a list was mended, what it had refused passes by itself."""
        now = time.monotonic()
        if now < self._retry_at:
            return
        self._retry_at = now + _RETRY_EVERY_S
        try:
            loaded = self._repository.retry_trusted()
        except AcctError as error:  # they stay rejects; no reason for others to wait
            log.warning("cannot retry what was refused: %s", error)
            return
        if loaded.accepted:
            log.info("%d messages accepted now that trust has changed", loaded.accepted)

    def wake(self) -> None:
        """Something may be waiting; any thread may say so."""
        self._wake.set()

    def stop_sources(self) -> None:
        """Let go of the sources: what is not settled stays with them."""
        for fed in self.fed:
            if fed.started:
                fed.source.stop()
                fed.started = False
        self.followed.stop()

    def _patience(self) -> float:
        soonest = min((f.again_at - time.monotonic() for f in self._all() if f.error), default=60.0)
        return max(0.05, min(self._config.service.rescan_s, soonest))

    def _due_soon(self) -> bool:
        """Whether anything waits at a source that works."""
        return any(not fed.error and fed.waiting() for fed in self._all())

    def _all(self) -> "list[Fed[Any]]":
        return [*self.fed, *self.followed.fed]

    def _ready(self) -> "Iterator[Fed[Source]]":
        now = time.monotonic()
        return (fed for fed in self.fed if fed.again_at <= now)

    def _start(self, fed: "Fed[Source]") -> None:
        if not fed.started:
            try:
                fed.source.start(self.wake)
                fed.started = True
            except AcctError as error:
                fed.failed(error)

    def _take(self, fed: "Fed[Source]") -> "list[Envelope]":
        if not fed.started:
            return []
        try:
            taken = fed.source.take(self._config.service.batch_messages, _BATCH_BYTES)
        except AcctError as error:
            fed.failed(error)
            return []
        if not taken:
            fed.fared_well()
        return taken

    def _take_in(self, batch: "list[tuple[Fed[Source], Envelope]]") -> None:
        """Load a batch and settle it; where the fault is ours, give it back."""
        begun = time.monotonic()
        try:
            items = self._repository.pipeline.take_in([envelope for _, envelope in batch])
        except AcctError as error:
            feds = {id(fed): fed for fed, _ in batch}
            if len(feds) > 1:  # perhaps only one of the sources needs what is broken
                for one in feds.values():
                    self._take_in([(fed, envelope) for fed, envelope in batch if fed is one])
                return
            self._give_back(batch, error)
            return
        self.pace.add(items)
        self.refused += sum(item.problem is not None for item in items)
        self._settle(batch, items)
        log.info("%s", counted(items, time.monotonic() - begun), extra={"fields": fields(items)})

    def _settle(self, batch: "list[tuple[Fed[Source], Envelope]]", items: "Sequence[Item]") -> None:
        failed: dict[int, tuple[Fed[Source], AcctError]] = {}
        for (fed, envelope), item in zip(batch, items, strict=True):
            try:
                fed.source.settle(envelope, accepted=item.problem is None)
            except AcctError as error:  # it will come again, and be known as a duplicate
                failed[id(fed)] = fed, error
        for fed in {id(fed): fed for fed, _ in batch}.values():
            if id(fed) in failed:
                fed.failed(failed[id(fed)][1])
            else:
                fed.fared_well()

    def _give_back(self, batch: "list[tuple[Fed[Source], Envelope]]", error: AcctError) -> None:
        for fed, envelope in batch:
            fed.source.release(envelope)
        batch[0][0].failed(error)
