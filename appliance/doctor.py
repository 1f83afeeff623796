"""The doctor: what is wrong with an installation, each with its remedy."""

from collections.abc import Iterator

from appliance.client import RemoteRepository
from appliance.config import Config
from appliance.errors import AcctError, ServiceUnreachable


def findings(config: Config) -> list[str]:
    """What is wrong, one line each; empty: nothing."""
    if not config.data.is_dir():
        return [f"no directory {config.data}; acct init makes it"]
    found = [*_spools(config), *_store(config), *_trust(config)]
    return list(dict.fromkeys(found))  # a service that runs warns as well


def _spools(config: Config) -> Iterator[str]:
    for spool in config.spool:
        if not spool.path.is_dir():
            yield f"spool {spool.path} is not there; make it, or change [[spool]] path"


def _store(config: Config) -> Iterator[str]:
    """What the service says, or whether the file opens without one."""
    from appliance.local import LocalRepository

    try:
        status = RemoteRepository.reach(config.socket).status()
    except ServiceUnreachable:
        try:
            with LocalRepository.open(config, read_only=True) as repository:
                status = repository.status()
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
    if rejected := status["messages"]["rejected"]:
        yield f"{rejected} messages were refused; acct rejects list says why"


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
    return asked or config.trust.certificate is not None
