"""FQANs: a VO, a group and a role in one text. Source: APEL 2.5.0; VOMS."""

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
