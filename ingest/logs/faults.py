"""Known faults of the reference, repeated on request: to compare figures with a site that runs it.

    memory_units  PBS: the unit is cut off, whatever it is, and the number taken as kB. Grid Engine:
                  real memory is the integral over the CPU time, virtual memory is bytes, as kB.
                  Slurm: memory without a unit fails its line
    star_n        PBS `host/0*8` is one core; LSF `8*host` is one core, and a host of its own
    states        Slurm: six states count, letter for letter: `CANCELLED by 7` and OUT_OF_MEMORY do
                  not. HTCondor's ads: removed jobs do not count
    steps         Slurm: each step is an event of its own, and tells its job nothing

A fault is a twin of macros: `stage.NAME_as_apel` stands where `stage.NAME` stood. Source: APEL
2.5.0, its parsers, and its script for HTCondor's history.
"""

from collections.abc import Iterable

from appliance.errors import UsageError
from ingest.logs.format import LogFormat, Settings


def chosen(made: LogFormat, names: Iterable[str]) -> str:
    """Names of faults as a piece carries them: each once, in order, with commas between them.

    Raises:
        UsageError: The format has no such fault.
    """
    known = {fault.name for fault in made.faults}
    wanted = {name.strip() for name in names} - {""}
    if unknown := wanted - known:
        told = ", ".join(sorted(known)) or "none"
        raise UsageError(f"{made.name} as APEL reads it: {min(unknown)}", hint=f"known: {told}")
    return ",".join(sorted(wanted))


def select(made: LogFormat, settings: Settings) -> str:
    """The format's SELECT, with the faults that the settings name."""
    statement = made.select(settings)
    wanted = settings.as_apel.split(",")
    for fault in made.faults:
        for macro in fault.macros if fault.name in wanted else ():
            statement = statement.replace(f"stage.{macro}(", f"stage.{macro}_as_apel(")
    return statement
