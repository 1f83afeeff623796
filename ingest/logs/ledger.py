"""What is written down of pieces of logs: the counts of their lines, and how they were read."""

import json
from collections import Counter
from collections.abc import Sequence

from duckdb import DuckDBPyConnection

from appliance.repository import Loaded
from ingest.item import DUPLICATE
from ingest.logs.piece import Piece


def write_files(cursor: DuckDBPyConnection, found: Sequence[Piece]) -> None:
    """One row a piece, in the transaction of its records."""
    for one in found:
        counts, piece = one.counts, one.piece
        row = [one.item.number, piece.first_line]
        row += [counts.lines, counts.records, counts.ignored, counts.failed, counts.replaced]
        reasons = json.dumps(counts.reasons, sort_keys=True)
        said = [reasons, piece.site, piece.machine_name, piece.parallel, piece.timezone]
        values = [*row, *said, piece.layout, piece.as_apel]
        cursor.execute(
            f"INSERT INTO store.log_files VALUES ({', '.join('?' * len(values))})", values
        )


def amend_file(cursor: DuckDBPyConnection, one: Piece) -> None:
    """Lines that had failed are what they are now."""
    counts, number = one.counts, one.item.number
    [(reasons,)] = cursor.execute(
        "SELECT ignored_reasons FROM store.log_files WHERE message_id = ?", [number]
    ).fetchall()
    together = Counter(json.loads(reasons)) + Counter(counts.reasons)
    cursor.execute(
        "UPDATE store.log_files SET records = records + ?, ignored = ignored + ?, "
        "failed = lines - records - ignored - ? - ?, replaced = replaced + ?, "
        "ignored_reasons = ? WHERE message_id = ?",
        [counts.records, counts.ignored, counts.records, counts.ignored, counts.replaced,
         json.dumps(together, sort_keys=True), number],
    )  # fmt: skip
    cursor.execute(
        "UPDATE store.messages SET records = records + ? WHERE message_id = ?",
        [counts.records, number],
    )


def counted(found: Sequence[Piece]) -> Loaded:
    """What to say of pieces to whoever handed them in."""
    known = sum(one.item.state == DUPLICATE for one in found)
    refused = [one.item for one in found if one.item.error]
    failed = sum(one.counts.failed for one in found)
    return Loaded(
        messages=len(found),
        accepted=len(found) - known - len(refused),
        rejected=failed + len(refused),
        records=sum(one.counts.records for one in found),
        ignored=known,
        lines=sum(one.counts.lines for one in found),
        lines_ignored=sum(one.counts.ignored for one in found),
        lines_failed=failed,
        replaced=sum(one.counts.replaced for one in found),
        problems=tuple(
            f"{one.piece.name}: message {one.item.number}: {one.counts.failed} lines"
            for one in found
            if one.counts.failed
        )
        + tuple(f"{i.envelope.source_name}: message {i.number}: {i.error}" for i in refused),
    )
