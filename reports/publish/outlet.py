"""Where messages go: whatever takes them durably."""

from typing import Protocol


class Outlet(Protocol):
    """The way out; the composition root hands one over."""

    def send(self, body: bytes) -> None:
        """Take a message; it is durable when this returns.

        Raises:
            AcctError: It cannot be taken.
        """
