"""What the broker has delivered over one connection and we have not acknowledged yet."""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(slots=True, eq=False)
class Delivery:
    """One message of one connection. Its id means nothing on another connection."""

    mid: int
    qos: int
    topic: str
    payload: bytes
    empaid: str
    received_at: float
    """Seconds since the epoch, UTC: when it reached us."""
    done: bool = False
    """Durable here, but perhaps not acknowledged: one that came earlier is not done."""


class Deliveries:
    """A bounded queue from the network thread to the intake, and acknowledgements back in order.

    MQTT wants them in the order of arrival (MQTT 5, 4.6). When the queue is full the network
    thread waits, so the broker does too.
    """

    def __init__(
        self, acknowledge: Callable[[int, int], object], most: int, most_bytes: int
    ) -> None:
        self._acknowledge = acknowledge
        self._most = most
        self._most_bytes = most_bytes
        self._waiting: deque[Delivery] = deque()
        self._waiting_bytes = 0
        self._unacknowledged: deque[Delivery] = deque()
        self._changed = threading.Condition()
        self._closed = False
        self.acknowledged = 0
        """How many were, over this connection."""

    def put(self, delivery: Delivery) -> bool:
        """Hand over; waits while the queue is full. False: the connection is being closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._room_for(delivery))
            if self._closed:
                return False
            self._unacknowledged.append(delivery)
            if delivery.done:
                self._flush()
                return True
            self._waiting.append(delivery)
            self._waiting_bytes += len(delivery.payload)
            return True

    def _room_for(self, delivery: Delivery) -> bool:
        """One fits always, however large."""
        size = self._waiting_bytes + len(delivery.payload)
        return not self._waiting or (len(self._waiting) < self._most and size <= self._most_bytes)

    def get(self, most: int, most_bytes: int) -> list[Delivery]:
        """The oldest that wait: at most `most`, and none after `most_bytes` are reached."""
        got: list[Delivery] = []
        with self._changed:
            while self._waiting and len(got) < most and (most_bytes > 0 or not got):
                delivery = self._waiting.popleft()
                most_bytes -= len(delivery.payload)
                self._waiting_bytes -= len(delivery.payload)
                got.append(delivery)
            self._changed.notify_all()
        return got

    def done(self, delivery: Delivery) -> None:
        """It is durable: acknowledge it as soon as all before it are. After `close`: nothing."""
        with self._changed:
            delivery.done = True
            if not self._closed:
                self._flush()

    def _flush(self) -> None:
        while self._unacknowledged and self._unacknowledged[0].done:
            first = self._unacknowledged.popleft()
            self._acknowledge(first.mid, first.qos)
            self.acknowledged += 1

    def close(self) -> bool:
        """No more: what is not acknowledged will be delivered again, over another connection.

        Returns:
            Whether it was open until now.
        """
        with self._changed:
            was_open, self._closed = not self._closed, True
            self._waiting.clear()
            self._waiting_bytes = 0
            self._changed.notify_all()
            return was_open

    def __len__(self) -> int:
        """How many are here and not settled."""
        return 0 if self._closed else sum(not d.done for d in list(self._unacknowledged))
