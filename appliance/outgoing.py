"""The outgoing queue that `[publish]` names, as publishing sees it."""

from pathlib import Path
from typing import TYPE_CHECKING

from appliance.config import Publish
from appliance.errors import AcctError

if TYPE_CHECKING:
    from ingest.spool.layout import Layout


class OutgoingQueue:
    """A queue on disk, from which a sender takes."""

    def __init__(self, layout: "Layout") -> None:
        self._layout = layout

    def send(self, body: bytes) -> None:
        """See `reports.publish.outlet`."""
        try:
            self._layout.add(body)
        except OSError as error:
            raise _unusable(self._layout.path, error) from None


def open_outgoing(settings: Publish) -> OutgoingQueue:
    """The queue of this configuration; made when it is first written to."""
    from ingest.spool.layouts import open_layout

    return OutgoingQueue(open_layout(settings.path, settings.layout))


def _unusable(path: Path, error: OSError) -> AcctError:
    hint = "see that the directory is ours to write, and that its disk has room"
    return AcctError(f"cannot write to the outgoing queue {path}: {error.strerror}", hint=hint)
