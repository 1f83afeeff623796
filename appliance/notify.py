"""Telling systemd how we fare: its notification protocol, sd_notify(3)."""

import os
import socket


def notify(state: str) -> None:
    """Send a state such as `READY=1`; without systemd nothing happens."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    if address.startswith("@"):
        address = f"\0{address[1:]}"
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out:
            out.connect(address)
            out.sendall(state.encode())
    except OSError:  # whoever asked to be told is gone; that is no reason to stop
        return


def watchdog_s() -> float | None:
    """How often systemd wants to hear from us, halved to be on time; None: never."""
    given = os.environ.get("WATCHDOG_USEC", "")
    return int(given) / 2_000_000 if given.isdigit() else None
