"""The command line: global options, and what every command shares."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Annotated, TextIO

import typer

from appliance.config import Config
from appliance.repository import Repository

app = typer.Typer(
    name="acct",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="--data, --config, --json and -v may also stand after the command.",
)


@dataclass(slots=True)
class Globals:
    """The options that stand before (or after) every command."""

    data: Path | None = None
    config: Path | None = None
    json: bool = False
    verbose: bool = False


options = Globals()
"""Of this process: one command line, one set."""


def _version(wanted: bool) -> None:  # typer calls it so
    if wanted:
        from appliance.version import VERSION

        print(f"acct {VERSION}")
        raise typer.Exit


@app.callback()
def main(
    data: Annotated[
        Path | None, typer.Option(help="The data directory (or ACCT_DATA).", show_default=False)
    ] = None,
    config: Annotated[
        Path | None, typer.Option(help="The configuration; default DATA/acct.toml.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Results as JSON.")] = False,
    verbose: Annotated[bool, typer.Option("-v", "--verbose", help="Say more.")] = False,
    version: Annotated[  # noqa: ARG001 # its callback does the work
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say the version.")
    ] = False,
) -> None:
    """The accounting repository that can prove every number, in one file, over ssh."""
    options.data, options.config = data, config
    options.json, options.verbose = json, verbose


def configuration() -> Config:
    """What flags, environment and file say."""
    from appliance.configfile import load_config

    return load_config(options.data, options.config)


def open_repository(
    *, write: bool = False, bulk: bool = False, meanwhile: Callable[[], object] | None = None
) -> Repository:
    """The service if it runs, else the file.

    Args:
        write: The command changes something; else several processes may open the file at once.
        bulk: It brings much in.
        meanwhile: What it will need where no service runs, done while the file is being opened.

    Raises:
        AcctError: Another process has the file and does not answer.
    """
    from appliance.reach import reach

    return reach(configuration(), write=write, bulk=bulk, meanwhile=meanwhile)


def note(text: str) -> None:
    """Say something to a person: standard output is for results alone."""
    print(text, file=sys.stderr)


@contextmanager
def text_output(file: Path | None) -> Iterator[TextIO]:
    """Standard output, or a file that appears whole or not at all."""
    if file is None:
        with _readers_choice():
            yield sys.stdout
            sys.stdout.flush()
        return
    with _whole(file) as partial, partial.open("w", encoding="utf-8", newline="") as out:
        yield out


@contextmanager
def binary_output(file: Path | None) -> Iterator[IO[bytes]]:
    """The same for bytes."""
    if file is None:
        with _readers_choice():
            yield sys.stdout.buffer
            sys.stdout.buffer.flush()
        return
    with _whole(file) as partial, partial.open("wb") as out:
        yield out


class SeenEnough(Exception):
    """Whoever read our output closed it, as `head` does: no failure, though typer says so."""


@contextmanager
def _readers_choice() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise SeenEnough from None


@contextmanager
def _whole(file: Path) -> Iterator[Path]:
    from appliance.errors import AcctError

    partial = file.with_name(f".{file.name}.part")
    try:
        yield partial
        partial.replace(file)
    except OSError as error:
        raise AcctError(f"cannot write {file}: {error.strerror}") from None
    finally:
        partial.unlink(missing_ok=True)


def print_json(value: object) -> None:
    """A value as JSON on standard output, times in ISO with Z."""
    import json
    from datetime import datetime

    def text(found: object) -> str:
        return f"{found:%Y-%m-%dT%H:%M:%S}Z" if isinstance(found, datetime) else str(found)

    print(json.dumps(value, default=text, ensure_ascii=False, indent=2))
