"""The sender of this configuration: its queue, its seal and its transport."""

from typing import TYPE_CHECKING, Any

from appliance.config import Config, Spool
from appliance.errors import AcctError, UsageError
from appliance.keypair import own_files

if TYPE_CHECKING:
    from reports.sending.sealing import Sealer
    from reports.sending.sender import Sender
    from reports.sending.transport import Transport


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
