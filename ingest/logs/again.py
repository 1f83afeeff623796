"""Pieces of logs that were taken in before, to be read again as they were then."""

import json

from duckdb import DuckDBPyConnection

from appliance.repository import LogPiece


def piece_of(cursor: DuckDBPyConnection, number: int, body: bytes) -> LogPiece:
    """The piece of a message of that number, with this text, as it was read."""
    [(name, at, made, first, settings)] = cursor.execute(
        "SELECT m.source_name, epoch(m.received_at), m.kind, l.first_line, "
        "to_json({site: l.site, machine_name: l.machine_name, parallel: l.parallel, "
        "timezone: l.timezone, layout: l.layout, as_apel: l.as_apel})::VARCHAR "
        "FROM store.messages AS m JOIN store.log_files AS l USING (message_id) "
        "WHERE m.message_id = ?",
        [number],
    ).fetchall()
    return LogPiece(
        name=name, body=body, received_at=at, format=made, first_line=first, **json.loads(settings)
    )
