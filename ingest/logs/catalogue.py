"""Every format of logs that this program reads."""

from appliance.errors import UsageError
from ingest.logs.blah import BLAH
from ingest.logs.format import LogFormat
from ingest.logs.htcondor import HTCONDOR
from ingest.logs.lsf import LSF
from ingest.logs.pbs import PBS
from ingest.logs.sge import SGE
from ingest.logs.slurm import SLURM

FORMATS: dict[str, LogFormat] = {made.name: made for made in (SLURM, SGE, PBS, LSF, HTCONDOR, BLAH)}


def by_name(name: str) -> LogFormat:
    """The format of this name.

    Raises:
        UsageError: There is none.
    """
    found = FORMATS.get(name)
    if found is None:
        raise UsageError(f"there is no log format {name}", hint=f"one of {', '.join(FORMATS)}")
    return found
