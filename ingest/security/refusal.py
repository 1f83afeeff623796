"""Why a message is not believed, raised inside this room and turned into a value at its door."""

from appliance import printable as outside

_RETRYABLE = frozenset({"BIG", "ALGO", "CHAIN", "CRL", "DN", "BANNED", "RCPT"})
_LONGEST = 300


class RefusalError(Exception):
    """The message is at fault; nobody outside `ingest.security` sees this."""

    def __init__(self, code: str, reason: str, *, retryable: bool | None = None) -> None:
        super().__init__(f"{code}: {reason}")
        self.code = code
        self.reason = reason
        self.retryable = code in _RETRYABLE if retryable is None else retryable
        self.claimed_signer = ""


def printable(text: str, longest: int = _LONGEST) -> str:
    """Text from outside, safe on a terminal: no control characters, not endless."""
    return outside.printable(text, longest)
