"""Log lines on standard error: plain for people and journals, or JSON for collectors."""

import json
import logging
import sys
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

from appliance.printable import printable

if TYPE_CHECKING:
    from ingest.item import Item


class _Plain(logging.Formatter):
    """`2026-06-01T02:00:00Z INFO text`; control characters of outside text are escaped."""

    converter = staticmethod(time.gmtime)  # UTC

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(message)s", "%Y-%m-%dT%H:%M:%SZ")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 # logging's name
        return printable(super().formatMessage(record))


class _Json(logging.Formatter):
    """One object a line: `time`, `level`, `message`, and the fields of a batch."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created)),
            "level": record.levelname,
            "message": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def log_to_stderr(form: Literal["plain", "json"], *, verbose: bool = False) -> None:
    """Send the log to standard error; of other libraries only what is wrong."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Json() if form == "json" else _Plain())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for room in ("appliance", "ingest", "reports", "tui"):
        logging.getLogger(room).setLevel(logging.DEBUG if verbose else logging.INFO)


def counted(items: "Sequence[Item]", seconds: float) -> str:
    """A batch in one line."""
    found = fields(items)
    kinds = [f"{found[s]} {s}" for s in ("accepted", "rejected", "duplicate") if found[s]]
    return (
        f"{len(items)} messages ({', '.join(kinds)}), {found['records']} records in "
        f"{seconds:.2f} s from {', '.join(found['sources'])}"
    )


def fields(items: "Sequence[Item]") -> dict[str, Any]:
    """The same as fields of a JSON line."""
    states = [item.state for item in items]
    return {
        "messages": len(items),
        **{state: states.count(state) for state in ("accepted", "rejected", "duplicate")},
        "records": sum(item.records for item in items),
        "sources": sorted({item.envelope.source for item in items}),
    }
