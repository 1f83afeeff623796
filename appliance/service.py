"""The service: everything that runs, started, watched, restarted and stopped in one place."""

import logging
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import FrameType
from typing import TYPE_CHECKING, Any

from appliance.config import Config
from appliance.doctor import trust_matters
from appliance.door import Door
from appliance.errors import AcctError
from appliance.fed import BACK_OFF_S, Fed
from appliance.followed import Pieces
from appliance.intake import Intake
from appliance.local import LocalRepository
from appliance.notify import notify, watchdog_s
from appliance.publisher import Publisher
from appliance.repository import Sent
from appliance.sending import make_sender, send_all, tally, we_send
from appliance.store import Store

if TYPE_CHECKING:
    from ingest.envelope import Source

_QUIET_S = 1.0
"""With `--once`: nothing waits once nothing has come for so long."""
_BROKER_QUIET_S = 5.0
"""The same where a broker may still be connecting."""
_FAREWELL_US = 300_000_000
"""How long the batch under way may take once we are stopped, in microseconds."""
_STUCK_S = 600.0
"""An intake that has not come round for so long is stuck: the watchdog is not told otherwise."""
_LASTING_S = 600.0
"""A part that has run for so long since it failed is well again."""
_TICK_S = 0.2

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Part:
    """A thread that has to run, and what became of it."""

    name: str
    run: Callable[[], None]
    thread: threading.Thread | None = None
    restarts: int = 0
    again_at: float = 0.0
    started_at: float = 0.0
    detail: str = ""
    ended: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        """Run it in a thread of its own."""
        self.ended.clear()
        self.started_at = time.monotonic()
        self.thread = threading.Thread(target=self._guarded, name=self.name, daemon=True)
        self.thread.start()

    def state(self) -> str:
        """`running`, or `restarting` with the reason in `detail`."""
        return "restarting" if self.ended.is_set() else "running"

    def _guarded(self) -> None:
        try:
            self.run()
            self.detail = "it ended by itself"
        except AcctError as error:
            self.detail = str(error)
            log.error("%s failed: %s", self.name, error)  # noqa: TRY400 # no traceback to act on
        except BaseException as error:
            self.detail = f"{type(error).__name__}: {error}"
            log.exception("%s failed", self.name)
        finally:
            self.ended.set()


class Service:
    """The whole appliance in this process."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self._stop = threading.Event()
        self._store = Store.open(config)
        self.repository = ServiceRepository(self._store, self)
        self.started_at = time.time()
        try:
            self.intake = Intake(
                config, self.repository, sources(config), followed(config, self._store)
            )
            self.sender = make_sender(config) if we_send(config) else None
            self.publisher = Publisher(self.repository)
        except BaseException:
            self.repository.close()
            raise
        self._door: Door | None = None
        self.parts = [
            Part("intake", lambda: self.intake.run(self._stop)),
            Part("door", self._serve),
        ]
        if config.publish.datasets:
            self.parts.append(Part("publisher", lambda: self.publisher.run(self._stop)))
        if (sender := self.sender) is not None:
            self.parts.append(Part("sender", lambda: sender.run(self._stop)))

    def start(self) -> None:
        """Start every part; returns when the door is open."""
        for part in self.parts:
            part.start()
        until = time.monotonic() + 10
        while not (self._door and self._door.open.is_set()) and time.monotonic() < until:
            if self.parts[1].ended.wait(0.01):
                break

    def run(self) -> None:
        """Run in the foreground until a signal or `stop`."""
        self._listen_to_signals()
        self.start()
        log.info("acct runs on %s", self.config.data)
        try:
            self._watch()
        finally:
            notify(f"STOPPING=1\nEXTEND_TIMEOUT_USEC={_FAREWELL_US}")
            self.close()
            log.info("stopped")

    def once(self) -> bool:
        """Take in all that waits, summarise, publish and send what is to go, and end.

        Returns:
            Whether all went well: nothing was refused, and nothing is left where it was.
        """
        self._listen_to_signals()
        quiet = _BROKER_QUIET_S if self.config.mqtt.enabled else _QUIET_S
        try:
            self.intake.drain(quiet, self._stop)
            logs = self.intake.followed
            failed = [fed.error for fed in self.intake.fed if fed.error]
            failed += [fed.error for fed in logs.fed if fed.error] + logs.problems()
            refused = self.intake.refused + logs.lines_failed
            if not self._stop.is_set():
                self.publisher.once()
            sent = self.sender is None or send_all(self.sender, self._stop)
        finally:
            self.close()
        failed += self.publisher.warnings()
        return sent and not (failed or refused or self.intake.summaries_error)

    @property
    def stopping(self) -> bool:
        """Whether `run` is about to return."""
        return self._stop.is_set()

    def stop(self) -> None:
        """Have `run` return, once the batch under way is done."""
        self._stop.set()
        self.intake.wake()
        if self.sender is not None:
            self.sender.wake()

    def close(self) -> None:
        """Stop every part, finish the batch under way, and let go of the store."""
        self.stop()
        if self._door:
            self._door.close()
        for part in self.parts:  # the intake first: its batch is finished, questions are not
            while part.thread is not None and part.thread.is_alive():
                if part is not self.parts[0]:
                    self._store.interrupt()
                part.thread.join(_TICK_S)
        self.repository.close()

    def _serve(self) -> None:
        self._door = Door(self.repository, self.config.socket)
        if not self._stop.is_set():
            self._door.serve()

    def _watch(self) -> None:
        every = watchdog_s()
        told_at = 0.0
        ready = False
        while not self._stop.wait(_TICK_S):
            now = time.monotonic()
            if not ready and self._door and self._door.open.is_set():
                notify("READY=1")
                ready = True
            if self._store.broken:  # only a new process can open the file again
                raise AcctError(f"the store has failed: {self._store.broken}",
                                hint="start acct again; nothing that came in is lost")  # fmt: skip
            for part in self.parts:
                self._mend(part, now)
            if every and now - told_at >= every and now - self.intake.alive_at < _STUCK_S:
                notify("WATCHDOG=1")
                told_at = now

    def _mend(self, part: Part, now: float) -> None:
        """Start a part again that has ended, after a while; one that lasts is forgiven."""
        if not part.ended.is_set():
            if part.detail and now - part.started_at > _LASTING_S:
                part.restarts, part.detail = 0, ""
            return
        if not part.again_at:
            wait = BACK_OFF_S[min(part.restarts, len(BACK_OFF_S) - 1)]
            part.again_at = now + wait
        elif now >= part.again_at:
            part.again_at = 0.0
            part.restarts += 1
            part.start()

    def _listen_to_signals(self) -> None:
        def stop(number: int, _: FrameType | None) -> None:
            log.info("%s: stopping", signal.Signals(number).name)
            self.stop()

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, stop)


class ServiceRepository(LocalRepository):
    """The repository as the service sees it: it also knows how everything fares."""

    def __init__(self, store: Store, service: Service) -> None:
        super().__init__(store)
        self._service = service
        self.progress = self._rebuilding

    def _rebuilding(self, _done: int, _of: int) -> None:
        """The intake that waits for a rebuild is not stuck; a stop does not wait for it."""
        self._service.intake.alive_at = time.monotonic()
        if self._service.stopping:
            raise AcctError("the service stops", hint="the rebuild has changed nothing")

    def send(self, patience_s: float = 30.0) -> Sent:
        """See `Repository`: the sender that runs does it."""
        sender = self._service.sender
        if sender is None:
            return super().send(patience_s)  # says why not
        before = sender.sent
        sender.now(patience_s)
        return tally(sender, before)

    def status(self) -> dict[str, Any]:
        """See `Repository`."""
        service = self._service
        known = super().status()
        return known | {
            "started_at": service.started_at,
            "parts": [
                {"name": p.name, "state": p.state(), "detail": p.detail, "restarts": p.restarts}
                for p in service.parts
            ],
            "sources": [
                *(_fares(fed) for fed in service.intake.fed),
                *(_fares(f) | f.source.figures() for f in service.intake.followed.fed),
            ],
            "sender": service.sender.state() if service.sender else None,
            "intake": service.intake.pace.table(),
            "warnings": known["warnings"] + self._warnings(),
        }

    def _warnings(self) -> list[str]:
        found = self.trust.warnings() if trust_matters(self._service.config) else []
        if error := self._service.intake.summaries_error:
            found.append(f"the summaries are not up to date: {error}")
        return found + self._service.publisher.warnings()


def _fares(fed: Fed[Any]) -> dict[str, object]:
    """A source for status."""
    return {
        "name": fed.source.name,
        "waiting": fed.waiting(),
        "state": fed.state(),
        "well": fed.is_well(),
    }


def followed(config: Config, store: Store) -> list[Pieces]:
    """The logs that a configuration has us follow, and the batch systems that it has us ask.

    Raises:
        UsageError: An entry that says too little, or names a zone that is none.
    """
    found: list[Pieces] = []
    if config.logs:
        from ingest.logs.source import log_sources

        found += log_sources(config, store)
    if config.collect:
        from ingest.logs.asking import collect_sources

        found += collect_sources(config, store)
    return found


def sources(config: Config) -> "list[Source]":
    """The sources that a configuration names.

    Raises:
        UsageError: A spool that is not there, a password that cannot be read.
    """
    from ingest.spool import SpoolSource

    limit = config.service.max_message_bytes
    found: list[Source] = [
        SpoolSource(spool, limit, config.service.rescan_s) for spool in config.spool
    ]
    if config.mqtt.enabled:
        from ingest.mqtt import MqttSource

        found.append(MqttSource(config.mqtt, limit))
    return found
