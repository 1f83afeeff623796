"""Files of benchmarks, recognised by what is in them."""

from dataclasses import replace
from datetime import datetime

from appliance.moments import BEGINNING
from ingest.benchmarks.ldif import is_ldif, read_ldif
from ingest.benchmarks.lines import Found, read_lines


def read_benchmarks(text: str, site: str) -> Found:
    """The benchmarks of a file: LDIF of a BDII, or lines `HOST,TYPE,VALUE[,FROM]`.

    Of several types of a host from one moment on, all but the first are set beside the others. A
    line without a day says what was before, if others of its host have one.
    """
    found = read_ldif(text, site) if is_ldif(text) else read_lines(text)
    dated = {benchmark.host for benchmark in found.benchmarks if benchmark.since}
    seen = set()
    for place, one in enumerate(found.benchmarks):
        since = one.since or (BEGINNING if one.host in dated else None)
        also = (one.host, since) in seen
        found.benchmarks[place] = replace(one, since=since, also=also)
        seen.add((one.host, since))
    found.benchmarks.sort(key=lambda one: (one.host, one.since or datetime.max))  # noqa: DTZ901
    return found
