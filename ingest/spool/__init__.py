"""Spool directories: what other programs leave for us, and queues that we write for others.

Three layouts look alike and are not (transport sheet, section 1): plain files (`directory`),
dirq's `Queue` with a directory an element (`dirq`), dirq's `QueueSimple` with a file an element
(`simple`). Each is one module; `SpoolSource` reads any of them.
"""

from ingest.spool.layout import Layout
from ingest.spool.layouts import open_layout
from ingest.spool.source import SpoolSource

__all__ = ["Layout", "SpoolSource", "open_layout"]
