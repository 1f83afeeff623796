"""A batch system with a stand-in for `sacct`: what it has saved, and how it was asked."""

import json
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tests.acceptance.site import Site

SETTINGS = '[site]\nname = "S1"\nmachine_name = "batch"\n'
JOB = (  # killed for memory, with a bar in its name; and its step, which knows the memory
    "9051|9050_1|tier2|771200|gpu|normal|atlas|atlas|atlas17|40117|4011|2025-06-02T12:00:00|"
    "2025-06-02T12:00:00|2025-06-02T12:30:11|2025-06-02T14:20:11|6600|12:00:00|00:11:05|12:11:05|"
    "52800|8|1|32768M|||billing=8,cpu=8,gres/gpu:a100=2,gres/gpu=2,mem=32768M,node=1||"
    "OUT_OF_MEMORY|0:125|1|wn31|||pilot|x\n"
)
STEP = (
    "9051.batch|9050_1.batch|tier2|771200|||atlas|||||2025-06-02T12:30:11|2025-06-02T12:30:11|"
    "2025-06-02T12:30:11|2025-06-02T14:20:11|6600|12:00:00|00:11:05|12:11:05|52800|8|1||"
    "13421772800|13421772800|cpu=8,gres/gpu:a100=2,gres/gpu=2,mem=32768M,node=1|"
    "cpu=12:11:05,gres/gpuutil=140|OUT_OF_MEMORY|0:125|1|wn31|||batch\n"
)


def later(end: str, name: str) -> str:
    """Another job, which ended then."""
    began = (datetime.fromisoformat(end) - timedelta(seconds=6600)).isoformat()
    return (
        JOB.replace("9051", name).replace("771200", name).replace("2025-06-02T14:20:11", end)
        .replace("2025-06-02T12:30:11", began)
    )  # fmt: skip


def calls(sacct: Path) -> list[dict[str, Any]]:
    lines = (sacct.parent / "calls").read_text().splitlines()
    (sacct.parent / "calls").unlink()
    return [json.loads(line) for line in lines]


def spans(sacct: Path) -> list[tuple[str, str]]:
    return [(call["starttime"], call["endtime"]) for call in calls(sacct)]


def install(folder: Path) -> Path:
    """The stand-in, with two jobs."""
    folder.mkdir()
    program = folder / "sacct"
    source = Path(__file__).with_name("standin_sacct.py").read_text()
    program.write_text(f"#!{sys.executable}\n{source}")
    program.chmod(0o755)
    (folder / "saved").write_text(JOB + STEP + later("2025-06-03T23:30:00", "9060"))
    return program


def jobs(site: Site) -> list[str]:
    return [name for (name,) in site.query("SELECT job_name FROM events ORDER BY job_name")]
