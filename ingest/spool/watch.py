"""Noticing what arrives in a spool: inotify through watchdog, and an alarm for what must wait."""

import logging
import os
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from watchdog.events import (
    DirCreatedEvent,
    DirMovedEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers.api import BaseObserver, ObservedWatch
from watchdog.observers.inotify import InotifyObserver

log = logging.getLogger(__name__)


class Alarm:
    """Calls a function every so often, and sooner when asked to."""

    def __init__(self, ring: Callable[[], None], every_s: float) -> None:
        self._ring = ring
        self._every_s = every_s
        self._next = time.monotonic() + every_s
        self._changed = threading.Condition()
        self._stopped = False
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin."""
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name="spool-alarm", daemon=True)
        self._thread.start()

    def within(self, seconds: float) -> None:
        """Ring in `seconds` at the latest."""
        with self._changed:
            if time.monotonic() + seconds < self._next:
                self._next = time.monotonic() + seconds
                self._changed.notify()

    def stop(self) -> None:
        """Ring no more."""
        with self._changed:
            self._stopped = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while self._wait():
            self._ring()

    def _wait(self) -> bool:
        with self._changed:
            while not self._stopped and (left := self._next - time.monotonic()) > 0:
                self._changed.wait(left)
            self._next = time.monotonic() + self._every_s
            return not self._stopped


class Watched(Protocol):
    """What is to be watched: a layout of a spool, or the files of a pattern."""

    @property
    def path(self) -> Path:
        """Where new folders appear that are to be watched as well."""

    def folders(self) -> Sequence[Path]:
        """Where something will appear."""

    def noticed(self, name: str, *, moved_in: bool) -> float | None:
        """Something of this name appeared: seconds until it can be taken; None: not for us."""


class Watch(FileSystemEventHandler):
    """Calls `noticed` with the seconds until what has just arrived may be taken."""

    def __init__(
        self, layout: Watched, noticed: Callable[[float], None], *, growing: bool = False
    ) -> None:
        self._events = [*_ARRIVALS, FileModifiedEvent] if growing else _ARRIVALS
        self._layout = layout
        self._noticed = noticed
        self._observer: BaseObserver | None = None
        self._watches: dict[tuple[str, int], ObservedWatch] = {}
        """By path and inode number: a folder that was made anew is another one."""
        self._following = threading.Lock()

    def start(self) -> None:
        """Watch if the kernel lets us; if not, looking regularly has to do, and the log says so."""
        # its emitters log an error when they are stopped between two events, which is no news
        logging.getLogger("watchdog.observers.inotify").setLevel(logging.CRITICAL)
        try:
            self._observer = InotifyObserver(generate_full_events=True)
            self._observer.start()
        except OSError as error:
            log.warning("cannot watch %s (%s): it is listed regularly", self._layout.path, error)
            self._observer = None
        self.follow()

    def stop(self) -> None:
        """Watch no more."""
        observer, self._observer = self._observer, None
        if observer is not None:
            observer.stop()
            observer.join()
        self._watches.clear()

    def dispatch(self, event: FileSystemEvent) -> None:
        """Of what appeared, tell the layout the name; runs in the observer's thread."""
        moved = isinstance(event, FileMovedEvent | DirMovedEvent)
        path = Path(os.fsdecode((event.dest_path or "") if moved else event.src_path))
        wait_s = self._layout.noticed(path.name, moved_in=moved) if path.name else None
        if wait_s is None:
            return
        if event.is_directory and path.parent == self._layout.path:
            self.follow()
        self._noticed(wait_s)

    def follow(self) -> None:
        """Watch where elements appear now, and there only."""
        with self._following:
            if (observer := self._observer) is None:
                return
            try:
                wanted = {(str(path), path.stat().st_ino) for path in self._layout.folders()}
                for key in self._watches.keys() - wanted:
                    observer.unschedule(self._watches.pop(key))
                for key in wanted - self._watches.keys():
                    self._watches[key] = observer.schedule(self, key[0], event_filter=self._events)
            except OSError as error:  # gone again, or no watches left: it is listed regularly
                log.info("cannot watch %s: %s", self._layout.path, error)


_ARRIVALS: list[type[FileSystemEvent]] = [
    DirCreatedEvent,
    DirMovedEvent,
    FileCreatedEvent,
    FileMovedEvent,
    FileClosedEvent,
]
"""Not what our own reading and removing causes."""
