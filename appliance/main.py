"""Where `acct` begins, and the one place where an error is printed."""

import os
import sys
from collections.abc import Sequence
from typing import NoReturn

_FLAGS = {"--json": 0, "-v": 0, "--verbose": 0, "--data": 1, "--config": 1}
"""Global options that may stand anywhere, and how many values follow."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and end the process with the status of the contract."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    sys.exit(_run(hoisted(given)))


def command() -> NoReturn:
    """What is installed as `acct`: `main`, and an end without taking the interpreter apart.

    All that holds data is closed by then. Taking a database library apart takes 0.2 s more.
    """
    status = 0
    try:
        main()
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 0
    os._exit(_flushed() or status)


def _flushed() -> int:
    """Hand on what is printed still: 1 if it cannot be, such as on a full disk."""
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except BrokenPipeError:  # whoever read it has seen enough
        return 0
    except OSError as error:
        os.write(2, f"acct: cannot write: {error.strerror}\n".encode())
        return 1
    return 0


def hoisted(arguments: list[str]) -> list[str]:
    """The arguments with the global options in front, as far as a `--`."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    front, rest, position = list[str](), list[str](), 0
    while position < end:
        name, equals, _ = arguments[position].partition("=")
        values = _FLAGS.get(name)
        if values is None:
            rest.append(arguments[position])
            position += 1
            continue
        taken = 1 + (values if not equals else 0)
        front += arguments[position : position + taken]
        position += taken
    return front + rest + arguments[end:]


def _run(arguments: list[str]) -> int:
    from appliance.cli import SeenEnough, app
    from appliance.commands import (  # noqa: F401 # they register
        answers,
        benchmarks,
        care,
        collecting,
        importing,
        intake,
        joining,
        publishing,
        sending,
        setup,
    )  # fmt: skip
    from appliance.errors import AcctError
    from appliance.printable import printable

    try:
        app(arguments)
    except AcctError as error:
        print(f"acct: {printable(str(error))}", file=sys.stderr)
        return error.exit_status
    except SeenEnough:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        if "-v" in arguments or "--verbose" in arguments:
            raise
        what = f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"
        print(f"acct: {printable(what)}; -v shows where", file=sys.stderr)
        return 1
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    return 0
