"""`acct benchmark`, with a service and without."""

from collections.abc import Iterator
from contextlib import nullcontext

import pytest

from tests.acceptance.site import Site

CE = "ce1.example.org:9619/ce1-condor"


@pytest.fixture(params=["through the service", "without a service"])
def ready(site: Site, request: pytest.FixtureRequest) -> Iterator[Site]:
    with site.run() if request.param == "through the service" else nullcontext():
        yield site


def test_benchmarks_are_set_listed_and_exported(ready: Site) -> None:
    ready.output("benchmark", "set", CE, "hepspec", "10")
    ready.output("benchmark", "set", CE, "HEPscore23", "12.5", "--from", "2026-04")
    again = ready.acct("benchmark", "set", CE, "HEPscore23", "12.500", "--from", "2026-05-01")
    assert (again.returncode, again.stderr) == (0, "0 of 1 benchmarks set: it was so already\n")
    ready.output("benchmark", "set", "other", "si2k", "2500", "--site", "S2")
    first, second = ready.json("benchmark", "list", "--host", CE)
    assert (first["service_level_type"], first["valid_from"]) == ("HEPSPEC", "1970-01-01T00:00:00Z")
    assert first["valid_until"] == second["valid_from"] == "2026-04-01T00:00:00Z"
    assert (second["service_level"], second["valid_until"]) == (12.5, None)
    exported = ready.output("export", "benchmarks").splitlines()
    assert exported[0].startswith("host,service_level_type,service_level,valid_from,valid_until,")
    assert len(exported) == 4
    [(site,)] = ready.query("SELECT site FROM benchmarks WHERE host = 'other'")
    assert site == "S2"


def test_a_file_is_applied_as_a_whole_or_not_at_all(ready: Site) -> None:
    bad = ready.file("bad", f"{CE},HEPSPEC,10\n\n{CE}, HEPscore, 12\nce2,si2k,many\n")
    done = ready.acct("benchmark", "import", bad)
    assert done.returncode == 1
    assert f"{bad}: line 3: there is no benchmark 'HEPscore'; did you mean" in done.stderr
    assert f"{bad}: line 4: the value 'many' is no number" in done.stderr
    assert ready.json("benchmark", "list") == []

    good = ready.file("good", f"# ours\n{CE},HEPSPEC,10\n{CE},HEPscore23,12,2026-01\n")
    assert ready.json("benchmark", "import", good) == {"benchmarks": 2, "changed": 2}
    assert ready.json("benchmark", "import", good) == {"benchmarks": 2, "changed": 0}
    assert len(ready.json("benchmark", "list")) == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("set", CE, "HEPSPEC06", "10"), "did you mean HEPSPEC?"),
        (("set", CE, "HEPSPEC", "ten"), "such as 12.5, per core"),
        (("set", CE, "HEPSPEC", "10", "--from", "yesterday"), "2026-05-17T08:00:00Z"),
        (("import", "nowhere"), "cannot read nowhere"),
    ],
)
def test_what_cannot_be_is_wrong_usage(site: Site, arguments: tuple[str, ...], said: str) -> None:
    done = site.acct("benchmark", *arguments)
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
