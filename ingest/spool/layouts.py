"""The layouts by their names in `acct.toml`."""

from pathlib import Path
from typing import Literal

from ingest.spool.directory import Directory
from ingest.spool.dirq import Dirq
from ingest.spool.layout import Layout
from ingest.spool.simple import Simple

LayoutName = Literal["directory", "dirq", "simple"]


def open_layout(path: Path, layout: LayoutName, archive: Path | None = None) -> Layout:
    """The queue at `path`; nothing is made on disk until something is written.

    Args:
        path: The queue; `Layout.add` makes it if it is missing.
        layout: As in `acct.toml`.
        archive: Where finished elements go, a queue of the same layout; None: they are removed.
    """
    if layout == "dirq":
        return Dirq(path, archive)
    if layout == "simple":
        return Simple(path, archive)
    return Directory(path, archive)
