"""Factors of Grid Engine's hosts from what `qhost` printed, and from the configuration."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from appliance.config import Join, JoinFactor
from appliance.errors import UsageError
from appliance.repository import Benchmark
from ingest.joining.factors import factors
from tests.ingest.joining.conftest import Opened
from tests.ingest.logs.taken import piece
from tests.ingest.logs.test_sge import CLASSIC
from tests.joining import CE, jobs, line

QHOST = """<?xml version='1.0'?>
<qhost xmlns:xsd="http://example.org/qhost.xsd">
 <host name='global'>
   <hostvalue name='arch_string'>-</hostvalue>
 </host>
 <host name='wn21.example.org'>
   <hostvalue name='num_proc'>8</hostvalue>
   <resourcevalue name='wallmult' dominance='hf'>1.500000</resourcevalue>
   <resourcevalue name='cputmult' dominance='hf'>1.200000</resourcevalue>
 </host>
 <host name='wn22.example.org'>
   <resourcevalue name='cputmult' dominance='hf'>2.200000</resourcevalue>
   <resourcevalue name='slots' dominance='hc'>8</resourcevalue>
 </host>
 <host name='wn23.example.org'>
   <resourcevalue name='wallmult' dominance='hf'>fast</resourcevalue>
   <resourcevalue name='cputmult' dominance='hf'>0.000000</resourcevalue>
 </host>
</qhost>
"""


def saved(folder: Path, text: str) -> Path:
    file = folder / "qhost.xml"
    file.write_text(text)
    return file


def test_hosts_have_what_qhost_says_of_them_after_the_configurations_entries(
    tmp_path: Path,
) -> None:
    own = JoinFactor("wn1*", wall=3.0)
    assert factors(Join(factor=[own, JoinFactor()], qhost=saved(tmp_path, QHOST))) == [
        own,
        JoinFactor("wn21.example.org", wall=1.5, cpu=1.2),
        JoinFactor("wn22.example.org", wall=1.0, cpu=2.2),
    ]


def test_a_line_of_grid_engine_is_multiplied_by_its_hosts_factors(
    opened: Opened, tmp_path: Path
) -> None:
    repository = opened(scale_by="durations", qhost=saved(tmp_path, QHOST))
    line(repository, lrms_id="700123")
    repository.set_benchmarks([Benchmark(CE, "HEPSPEC", Decimal(10), site="S1")])
    repository.load_logs([replace(piece("sge", [CLASSIC]), site="S1")])
    # 6600 s · 1.5, 49801 s · 1.2 = 59761.2 s
    assert jobs(repository, "wall_duration", "cpu_duration") == [(9900, 59761)]
    assert repository.query("SELECT execution_host, wall_duration FROM events").rows == [
        ("wn21.example.org", 6600)
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<html/>", "begins with html, not qhost"),
        ("<qhost><host>", "no element found"),
        ("", "no element found"),
        ('<!DOCTYPE x [<!ENTITY a "b">]><qhost/>', "a DOCTYPE is refused"),
    ],
)
def test_what_is_no_output_of_qhost_is_said(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(UsageError, match=f"join.qhost: .*{said}"):
        factors(Join(qhost=saved(tmp_path, text)))


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"cannot read .*none: No such file"):
        factors(Join(qhost=tmp_path / "none"))


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (JoinFactor("*", wall=0.0), "has to be above 0"),
        (JoinFactor("*", cpu=float("nan")), "has to be above 0"),
        (JoinFactor(wall=2.0), "has no host"),
    ],
)
def test_an_entry_that_cannot_be_is_said(entry: JoinFactor, said: str) -> None:
    with pytest.raises(UsageError, match=rf"join.factor\[0\].*{said}"):
        factors(Join(factor=[entry]))
