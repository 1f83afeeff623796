"""A way out that keeps what it is given."""

from appliance.errors import AcctError


class Received:
    """An outlet in memory; after `most` messages it is full."""

    def __init__(self, most: int = 10**9) -> None:
        self.bodies: list[bytes] = []
        self.most = most

    def send(self, body: bytes) -> None:
        if len(self.bodies) >= self.most:
            raise AcctError("the queue is full")
        self.bodies.append(body)

    @property
    def texts(self) -> list[str]:
        """The messages, as text."""
        return [body.decode() for body in self.bodies]
