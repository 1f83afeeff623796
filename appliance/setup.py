"""Making the data directory of a new installation."""

from collections.abc import Iterator
from pathlib import Path

from appliance.configfile import load_config
from appliance.errors import AcctError
from appliance.example import example
from appliance.store import Store

_DNS = """\
# Who may send signed messages: one DN a line, slash-separated, such as
# /DC=org/DC=example/CN=host/apel.site.example
"""


def set_up(data: Path, site: str) -> Iterator[str]:
    """Make what is not there, and say what was done, a line each.

    Raises:
        AcctError: A directory or file that cannot be made.
    """
    try:
        yield from _folder(data)
        yield from _file(data / "acct.toml", example(site))
        config = load_config(data, environment={})
        for spool in config.spool:
            yield from _folder(spool.path)
        yield from _folder(config.publish.path)
        yield from _file(data / "dns", _DNS)
    except OSError as error:
        raise AcctError(
            f"cannot make {error.filename}: {error.strerror}", hint="--data names another place"
        ) from None
    if not config.store.exists():
        Store.open(config).close()
        yield f"made {config.store}"
    yield f"next: drop messages into {config.spool[0].path}, then acct run"


def _folder(folder: Path) -> Iterator[str]:
    if not folder.is_dir():
        folder.mkdir(parents=True, mode=0o750)
        yield f"made {folder}"


def _file(file: Path, content: str) -> Iterator[str]:
    if file.exists():
        yield f"kept {file}"
        return
    with file.open("x", encoding="utf-8") as out:
        out.write(content)
    file.chmod(0o640)
    yield f"made {file}"
