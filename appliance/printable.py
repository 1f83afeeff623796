"""Text from outside, made fit to be printed: whoever sends a message chooses what stands in it."""


def printable(text: str, longest: int = 0) -> str:
    """The text with whatever a terminal might obey, or an eye miss, shown as an escape instead.

    Args:
        text: From anywhere.
        longest: At most so many characters of it, then an ellipsis; 0: all.
    """
    cut = f"{text[: longest - 1]}…" if longest and len(text) > longest else text
    if cut.isprintable():
        return cut
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in cut)
