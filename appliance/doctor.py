"""The doctor: what is wrong with an installation, each with its remedy."""

import os
import shutil
from collections.abc import Iterator

from appliance.client import RemoteRepository
from appliance.config import Config
from appliance.errors import AcctError, ServiceUnreachable
from appliance.sending import make_sealer, make_transport, we_send


def findings(config: Config) -> list[str]:
    """What is wrong, one line each; empty: nothing."""
    if not config.data.is_dir():
        return [f"no directory {config.data}; acct init makes it"]
    found = [
        *_spools(config),
        *_logs(config),
        *_collect(config),
        *_store(config),
        *_trust(config),
        *_sending(config),
    ]
    return list(dict.fromkeys(found))  # a certificate may serve twice


def _spools(config: Config) -> Iterator[str]:
    for spool in config.spool:
        if not spool.path.is_dir():
            yield f"spool {spool.path} is not there; make it, or change [[spool]] path"


def _logs(config: Config) -> Iterator[str]:
    """Logs that are to be followed and cannot be."""
    if not config.logs:
        return
    from ingest.logs.listing import listed
    from ingest.logs.source import like, pattern

    for entry in config.logs:
        try:
            like(config, entry)
        except AcctError as error:
            yield str(error)
            continue
        files = listed(pattern(config, entry))
        if not files:
            yield f"no file matches {pattern(config, entry)}; see [[logs]] path"
        yield from (
            f"{one.path} is not ours to read; give the user of acct the right to"
            for one in files
            if not os.access(one.path, os.R_OK)
        )


def _collect(config: Config) -> Iterator[str]:
    """Batch systems that are to be asked and cannot be."""
    if not config.collect:
        return
    from ingest.logs.entries import program

    for entry in config.collect:
        try:
            path = program(config, entry)[0].path
        except AcctError as error:
            yield str(error)
            continue
        if shutil.which(path) is None:
            yield f"no program {path} that we may run; see [[collect]] program"


def _store(config: Config) -> Iterator[str]:
    """What the service says, or whether the file opens without one."""
    from appliance.local import LocalRepository

    try:
        remote = RemoteRepository.reach(config.socket)
        status, doubts = remote.status(), remote.doubts()
    except ServiceUnreachable:
        try:
            with LocalRepository.open(config, read_only=True) as repository:
                status, doubts = repository.status(), repository.doubts()
        except AcctError as error:
            yield str(error)
            return
    for part in status["parts"]:
        if part["state"] != "running":
            yield f"{part['name']} is {part['state']}: {part['detail']}"
    for source in status["sources"]:
        if not source["well"]:
            yield f"{source['name']}: {source['state']}"
    yield from status["warnings"]
    if sender := status["sender"]:
        yield from (f"sending to {sender['to']}: {why}" for why in sender["problems"])
    if rejected := status["messages"]["rejected"]:
        yield f"{rejected} messages were refused; acct rejects list says why"
    yield from doubts


def _trust(config: Config) -> list[str]:
    """What is wrong with certificates and lists, where anything asks for signatures."""
    if not trust_matters(config):
        return []
    from ingest.security.trust import TrustStore

    return TrustStore.from_config(config.trust).warnings()


def trust_matters(config: Config) -> bool:
    """Whether this configuration has to do with signatures at all."""
    asked = any(spool.require_signature for spool in config.spool) or (
        config.mqtt.enabled and config.mqtt.require_signature
    )
    opens = config.trust.certificate is not None and not we_send(config)  # else it signs
    return asked or opens


def _sending(config: Config) -> Iterator[str]:
    """What keeps us from sending, where we do: certificates, the queue, the other side."""
    if not we_send(config):
        return
    queue = config.publish.path
    if not queue.is_dir():
        yield f"outgoing queue {queue} is not there; acct init makes it"
    elif not os.access(queue, os.R_OK | os.W_OK | os.X_OK):
        yield f"outgoing queue {queue} is not ours to write; give it to the user of acct"
    try:
        yield from make_sealer(config).warnings()
    except AcctError as error:
        yield str(error)
    try:
        make_transport(config).probe()
    except AcctError as error:
        yield f"cannot send: {error}"
