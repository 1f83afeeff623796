"""The sender of this configuration: its queue, its seal and its transport."""

import logging
import threading
from typing import TYPE_CHECKING, Any

from appliance.config import Config, Spool
from appliance.errors import AcctError, UsageError
from appliance.keypair import own_files
from appliance.repository import Sent

if TYPE_CHECKING:
    from reports.sending.sealing import Sealer
    from reports.sending.sender import Sender
    from reports.sending.transport import Transport

log = logging.getLogger(__name__)

PATIENCE_S = 30.0
"""Sending is given up when nothing has gone for so long."""


def we_send(config: Config) -> bool:
    """Whether we carry messages on ourselves, and not an SSM sender."""
    return config.publish.via != "queue"


def make_sender(config: Config) -> "Sender[Any]":
    """A sender that is ready to run; nothing is connected yet.

    Raises:
        UsageError: We do not send, or a setting or file does not serve.
    """
    from ingest.spool import SpoolSource
    from reports.sending.sender import Sender

    if not we_send(config):
        raise UsageError(
            f"nothing of ours sends: an SSM sender takes up from {config.publish.path}",
            hint='publish.via = "mqtt" or "ams" makes acct send',
        )
    transport, seal = make_transport(config), make_sealer(config)
    publish, service = config.publish, config.service
    try:
        publish.path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"cannot make {publish.path}: {error.strerror}") from None
    spool = Spool(path=publish.path, layout=publish.layout)
    queue = SpoolSource(spool, service.max_message_bytes, service.rescan_s)
    return Sender(queue, seal, transport)


def send(config: Config, patience_s: float) -> Sent:
    """Send what waits, in this process.

    Raises:
        UsageError: As `make_sender`.
        AcctError: Another process reads the queue.
    """
    sender = make_sender(config)
    sender.drain(patience_s, threading.Event())
    return tally(sender)


def send_all(sender: "Sender[Any]", stop: threading.Event) -> bool:
    """Send what waits, for `acct run --once`; whether nothing is left."""
    try:
        sender.drain(PATIENCE_S, stop)
    except AcctError as error:
        log.error("nothing can be sent: %s", error)  # noqa: TRY400 # no traceback to act on
        return False
    done = tally(sender)
    log.info("%d messages sent, %d wait", done.sent, done.waiting)
    return not (done.waiting or done.problems)


def tally(sender: "Sender[Any]", before: int = 0) -> Sent:
    """What a sender has done since it had sent `before` messages, and what is left."""
    return Sent(sender.sent - before, sender.waiting(), tuple(sender.problems()))


def make_sealer(config: Config) -> "Sealer":
    """What signs and encrypts.

    Raises:
        UsageError: A certificate or key that does not serve.
    """
    from reports.sending.sealing import Sealer

    return Sealer(config.publish, config.trust)


def make_transport(config: Config) -> "Transport":
    """The way to the other side.

    Raises:
        UsageError: A setting is missing, or a file cannot be read.
    """
    if config.publish.via == "mqtt":
        from reports.sending.mqtt import MqttTransport

        return MqttTransport(config.publish.mqtt, config.site.name)
    try:
        from reports.sending.ams import AmsTransport
    except ImportError:
        raise UsageError(
            'publish.via = "ams" needs argo-ams-library', hint="pip install acct[ams]"
        ) from None
    try:
        own = own_files(config.trust)
    except AcctError as error:
        raise UsageError(error.args[0], hint=error.hint) from None
    return AmsTransport(config.publish.ams, own)
