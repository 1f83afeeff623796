"""Files of benchmarks: lines as manual_spec has them, and what a BDII publishes."""

import base64
from datetime import datetime
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as some

from appliance.repository import Benchmark
from ingest.benchmarks.files import read_benchmarks

LINES = """\
# our computing elements

ce1.example.org:9619/ce1-condor,HEPSPEC,10.5
 ce2.example.org:8443/cream-pbs-long , hepscore23 , 14.25 , 2026-04-01
ce1.example.org:9619/ce1-condor,HEPscore23,12
"""

SUBCLUSTER = base64.b64encode(b"2700").decode()
LDIF = f"""\
# saved by ldapsearch
version: 1

dn: GlueCEUniqueID=ce1:8443/q,Mds-Vo-name=EXAMPLE-SITE,Mds-Vo-name=local,o=grid
objectClass: GlueCETop
objectClass: GlueCE
GlueCEUniqueID: ce1:8443/q
GlueCECapability: glexec
GlueCECapability: CPUScalingReferenceSI00=
 2500
GlueForeignKey: GlueClusterUniqueID=farm

dn: GlueCEUniqueID=ce2:8443/q,Mds-Vo-name=EXAMPLE-SITE,Mds-Vo-name=local,o=grid
objectClass: GlueCE
GlueCEUniqueID: ce2:8443/q
GlueForeignKey: GlueClusterUniqueID=farm

dn: GlueSubClusterUniqueID=part,GlueClusterUniqueID=farm,mds-vo-name=EXAMPLE-SITE,
 mds-vo-name=local,o=grid
objectClass: GlueSubCluster
GlueChunkKey: GlueClusterUniqueID=farm
GlueHostBenchmarkSI00:: {SUBCLUSTER}

dn: GlueClusterUniqueID=old,mds-vo-name=EXAMPLE-SITE,mds-vo-name=local,o=grid
objectClass: GlueCluster
GlueClusterUniqueID: old
GlueForeignKey: GlueCEUniqueID=ce3:8443/q

dn: GlueCEUniqueID=ce3:8443/q,mds-vo-name=EXAMPLE-SITE,mds-vo-name=local,o=grid
objectClass: GlueCE
GlueCEUniqueID: ce3:8443/q

dn: GlueSubClusterUniqueID=a,mds-vo-name=EXAMPLE-SITE,mds-vo-name=local,o=grid
GlueChunkKey: GlueClusterUniqueID=old
GlueHostBenchmarkSI00: 1500

dn: GlueSubClusterUniqueID=b,mds-vo-name=EXAMPLE-SITE,mds-vo-name=local,o=grid
GlueChunkKey: GlueClusterUniqueID=old
GlueHostBenchmarkSI00: 0

dn: GlueCEUniqueID=ce9:8443/q,mds-vo-name=OTHER-SITE,mds-vo-name=local,o=grid
objectClass: GlueCE
GlueCEUniqueID: ce9:8443/q
GlueCECapability: CPUScalingReferenceSI00=9999
"""


def test_lines_are_hosts_types_values_and_days() -> None:
    found = read_benchmarks(LINES, "EXAMPLE-SITE")
    assert found.problems == []
    assert found.benchmarks == [
        Benchmark("ce1.example.org:9619/ce1-condor", "HEPSPEC", Decimal("10.5")),
        Benchmark("ce1.example.org:9619/ce1-condor", "HEPscore23", Decimal(12), also=True),
        Benchmark("ce2.example.org:8443/cream-pbs-long", "HEPscore23", Decimal("14.25"),
                  datetime(2026, 4, 1)),
    ]  # fmt: skip


def test_a_line_without_a_day_says_what_was_before_those_with_one() -> None:
    found = read_benchmarks("ce,HEPscore23,12,2026-01\nce,HEPSPEC,10\n", "S")
    assert [(one.type, one.since) for one in found.benchmarks] == [
        ("HEPSPEC", datetime(1970, 1, 1)),
        ("HEPscore23", datetime(2026, 1, 1)),
    ]


def test_every_bad_line_is_named() -> None:
    bad = "ce1,HEPSPEC\n\nce1,HEPSPEC06,1\nce1,HEPSPEC,1,soon\nce1,si2k,9\nce1,si2k,8\nce1,si2k,nan"
    found = read_benchmarks(bad, "S")
    assert [line.partition(":")[0] for line in found.problems] == [
        "line 1", "line 3", "line 4", "line 6", "line 7",
    ]  # fmt: skip
    assert "ce1 has si2k 9.000 by an earlier line" in found.problems[3]


def test_a_bdii_says_si2k_of_elements_and_else_of_their_subclusters() -> None:
    found = read_benchmarks(LDIF, "EXAMPLE-SITE")
    assert found.problems == []
    assert found.benchmarks == [
        Benchmark("ce1:8443/q", "si2k", Decimal(2500)),  # its own, not the subcluster's
        Benchmark("ce2:8443/q", "si2k", Decimal(2700)),
        Benchmark("ce3:8443/q", "si2k", Decimal(1500)),  # 0 was never measured
    ]


def test_subclusters_that_differ_are_left_to_the_administrator() -> None:
    two = LDIF.replace("GlueHostBenchmarkSI00: 0", "GlueHostBenchmarkSI00: 1700")
    found = read_benchmarks(two, "EXAMPLE-SITE")
    assert [one.host for one in found.benchmarks] == ["ce1:8443/q", "ce2:8443/q"]
    assert found.notes == ["ce3:8443/q has several values, 1500.000, 1700.000: set one by hand"]


def test_what_is_no_number_or_base64_is_named_by_its_line() -> None:
    wrong = LDIF.replace("=\n 2500", "=fast").replace(SUBCLUSTER, "!!")
    found = read_benchmarks(wrong, "EXAMPLE-SITE")
    assert found.problems == [
        "line 21: not base64 of UTF-8",
        "line 9: 'fast' is no value of si2k",
    ]


@given(some.text(max_size=200) | some.text("dn:GlueCEUniqd =\n #,0", max_size=200))
def test_no_text_does_harm(text: str) -> None:
    found = read_benchmarks(text, "S")
    again = read_benchmarks(f"version: 1\ndn: x\nobjectClass: GlueCE\n{text}", "S")
    for one in found.benchmarks + again.benchmarks:
        assert one.level > 0
