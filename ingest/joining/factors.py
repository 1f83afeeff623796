"""How fast execution hosts are: what the configuration says, and what Grid Engine's `qhost` said.

`qhost -F wallmult,cputmult -xml` prints a `host` element for each of them, with a `resourcevalue`
for each complex that it has; 1.0 for one that is not there, or is no number. Sources: qhost(1) of
SGE 8.1; APEL 2.5.0, SGE parser.
"""

import math
from functools import cache
from pathlib import Path
from xml.parsers import expat

from appliance.config import Join, JoinFactor
from appliance.errors import UsageError

_NAMES = "wallmult", "cputmult"


def factors(join: Join) -> list[JoinFactor]:
    """Every entry that says something, in the order in which they count.

    Raises:
        UsageError: A factor that is not above 0, an entry without a host, an unreadable file.
    """
    for number, entry in enumerate(join.factor):
        where = f"join.factor[{number}]"
        if not entry.host and entry != JoinFactor():
            raise UsageError(f"{where} has no host", hint='host = "*" is every host')
        if not all(_is_factor(value) for value in (entry.wall, entry.cpu)):
            raise UsageError(f"{where}: a factor has to be above 0")
    told = of_qhost(join.qhost) if join.qhost else ()
    return [*(entry for entry in join.factor if entry.host), *told]


@cache  # one process goes by one reading of it
def of_qhost(file: Path) -> tuple[JoinFactor, ...]:
    """The factors in a saved output of `qhost`.

    Raises:
        UsageError: It cannot be read, or is no such output.
    """
    hint = "qhost -F wallmult,cputmult -xml > FILE"
    try:
        hosts = _hosts(file.read_bytes())
    except OSError as error:
        raise UsageError(f"join.qhost: cannot read {file}: {error.strerror}", hint=hint) from None
    except (expat.ExpatError, ValueError) as error:
        raise UsageError(f"join.qhost: {file}: {error}", hint=hint) from None
    return tuple(
        JoinFactor(_exact(host), said.get("wallmult", 1.0), said.get("cputmult", 1.0))
        for host, said in hosts.items()
    )


def _hosts(content: bytes) -> dict[str, dict[str, float]]:
    """The factors of each host."""
    found: dict[str, dict[str, float]] = {}
    path: list[str] = []
    at, text = {"host": "", "resourcevalue": ""}, ""

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal text
        path.append(name)
        if path[0] != "qhost":
            raise ValueError(f"it begins with {path[0]}, not qhost")
        at[name], text = attributes.get("name", ""), ""

    def gather(more: str) -> None:
        nonlocal text
        text += more

    def end(name: str) -> None:
        path.pop()
        if name == "resourcevalue" and at[name] in _NAMES and (value := _number(text)):
            found.setdefault(at["host"], {})[at[name]] = value

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _refuse
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = gather
    parser.Parse(content, True)
    return found


def _refuse(*_: object) -> None:
    raise ValueError("a DOCTYPE is refused: it could declare entities")


def _number(text: str) -> float:
    """A factor; 0: it is none."""
    try:
        value = float(text)
    except ValueError:
        return 0.0
    return value if _is_factor(value) else 0.0


def _is_factor(value: float) -> bool:
    return value > 0 and math.isfinite(value)


def _exact(host: str) -> str:
    """A name, as a pattern that only it fits."""
    return "".join(f"[{c}]" if c in "*?[" else c for c in host)
