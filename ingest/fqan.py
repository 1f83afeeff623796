"""FQANs: a VO, a group and a role in one text. Source: APEL 2.5.0; VOMS."""

from duckdb import DuckDBPyConnection

NONE = "None"
"""What stands for a group or role that an FQAN does not have."""


def parse(fqan: str) -> tuple[str, str, str]:
    """VO, group and role of an FQAN; the role as it is written, `Role=production`.

    What does not start with a slash is the name of a VO. A group may be empty, which is not the
    same as none; all after the role is left out.
    """
    first = fqan.partition(";")[0]
    if not first.startswith("/"):
        return first, NONE, NONE
    pieces = first.split("/")
    group, role = "", NONE
    for piece in filter(None, pieces):
        if piece.lower().startswith("role="):
            role = piece
            break
        group += f"/{piece}"
    return pieces[1], group, role


def table(name: str) -> str:
    """The statement that makes a table of FQANs taken apart."""
    columns = "fqan VARCHAR, vo VARCHAR, vo_group VARCHAR, vo_role VARCHAR"
    return f"CREATE TABLE IF NOT EXISTS {name} ({columns})"


def take_apart(cursor: DuckDBPyConnection, held: str, into: str) -> None:
    """Take a batch's FQANs apart, each once: there are few beside so many records.

    Args:
        cursor: The statements' cursor.
        held: The query for them: one column, each FQAN once.
        into: The table that they go to, see `table`.
    """
    texts = [text for (text,) in cursor.execute(held).fetchall() if text not in (None, NONE)]
    parsed = [parse(text) for text in texts]
    cursor.execute(
        f"INSERT INTO {into} SELECT unnest($1::VARCHAR[]), unnest($2::VARCHAR[]), "
        "unnest($3::VARCHAR[]), unnest($4::VARCHAR[])",
        [texts, *([part[n] for part in parsed] for n in range(3))],
    )
