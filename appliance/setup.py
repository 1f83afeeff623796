"""Making the data directory of a new installation."""

from collections.abc import Iterator
from pathlib import Path

from appliance.apel.taking import Taken, take_over
from appliance.config import Config
from appliance.configfile import load_config
from appliance.errors import AcctError, UsageError
from appliance.example import example
from appliance.reach import reach
from appliance.store import Store

_DNS = """\
# Who may send signed messages: one DN a line, slash-separated, such as
# /DC=org/DC=example/CN=host/apel.site.example
"""


def set_up(data: Path, site: str, apel: Path | None = None) -> Iterator[str]:
    """Make what is not there, and say what was done, a line each.

    Args:
        data: The data directory.
        site: The site's name; empty: not said, or that of `apel`.
        apel: A directory like /etc/apel: what its files say goes into acct.toml, and their
            benchmarks are set.

    Raises:
        UsageError: The files of `apel` cannot be taken over, or there is an acct.toml already.
        AcctError: A directory or file that cannot be made.
    """
    taken = _taken(data, apel) if apel else Taken()
    if site:
        taken.settings["site.name"] = site
    try:
        yield from _folder(data)
        yield from _file(data / "acct.toml", _text(taken, apel))
        config = load_config(data, environment={})
        for spool in config.spool:
            yield from _folder(spool.path)
        yield from _outgoing(config.publish.path, data)
        yield from _file(data / "dns", _DNS)
    except OSError as error:
        raise AcctError(
            f"cannot make {error.filename}: {error.strerror}", hint="--data names another place"
        ) from None
    if not config.store.exists():
        Store.open(config).close()
        yield f"made {config.store}"
    yield from _benchmarks(config, taken)
    yield from (f"look: {line}" for line in taken.notes)
    yield from (f"left: {line}" for line in taken.unneeded)
    yield f"next: drop messages into {config.spool[0].path}, then acct run"


def _taken(data: Path, apel: Path) -> Taken:
    if (data / "acct.toml").exists():
        raise UsageError(
            f"{data / 'acct.toml'} is there already", hint="move it away, or --data names another"
        )
    return take_over(apel)


def _text(taken: Taken, apel: Path | None) -> str:
    if apel is None:
        return example(taken.settings)
    remarks = [f"Taken over from {apel} by acct init --from-apel.",
               *(f"Look at: {line}" for line in taken.notes),
               *(f"Left out: {line}" for line in taken.unneeded)]  # fmt: skip
    return example(taken.settings, taken.logs, remarks)


def _benchmarks(config: Config, taken: Taken) -> Iterator[str]:
    """Set them; without a site, say how."""
    if not taken.benchmarks:
        return
    if not config.site.name:
        for one in taken.benchmarks:
            also = " --also" if one.also else ""
            set_it = f"acct benchmark set {one.host} {one.type} {one.level}{also} --site SITE"
            yield f"look: no site is named; once it is: {set_it}"
        return
    with reach(config, write=True) as repository:
        repository.set_benchmarks(taken.benchmarks)
    yield from (f"benchmark of {b.host}: {b.type} {b.level}" for b in taken.benchmarks)


def _folder(folder: Path) -> Iterator[str]:
    if not folder.is_dir():
        folder.mkdir(parents=True, mode=0o750)
        yield f"made {folder}"


def _outgoing(folder: Path, data: Path) -> Iterator[str]:
    """One that was taken over may be another user's to make."""
    try:
        yield from _folder(folder)
    except OSError as error:
        if folder.is_relative_to(data):
            raise
        yield f"look: cannot make {folder} (publish.path): {error.strerror}"


def _file(file: Path, content: str) -> Iterator[str]:
    if file.exists():
        yield f"kept {file}"
        return
    with file.open("x", encoding="utf-8") as out:
        out.write(content)
    file.chmod(0o640)
    yield f"made {file}"
