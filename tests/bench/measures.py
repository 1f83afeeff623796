"""The measurements: each yields figures with the budget of the design."""

import math
import os
import resource
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

from appliance.client import RemoteRepository
from appliance.config import Config
from appliance.configfile import load_config
from appliance.local import LocalRepository
from appliance.repository import Question
from appliance.resources import text
from appliance.store import Store
from ingest.spool import SpoolSource
from tests.bench import documents, messages, types
from tests.pki import Pki

ACCT = Path(sys.executable).with_name("acct")
MILLION = 1_000_000


@dataclass(frozen=True)
class Figure:
    """Something measured, and what it may be at most or at least."""

    what: str
    value: float
    unit: str
    budget: float | None = None
    least: bool = False

    def __str__(self) -> str:
        shown = f"{self.value:,.0f}" if self.value >= 1000 else f"{self.value:.3g}"
        line = f"{self.what:58} {shown + ' ' + self.unit:>14}"
        if self.budget is None:
            return line
        kept = self.value >= self.budget if self.least else self.value <= self.budget
        sign = "at least" if self.least else "at most"
        return f"{line}   {sign} {self.budget:,g} {self.unit}{'' if kept else '   MISSED'}"


def intake(folder: Path) -> Iterator[Figure]:
    """Messages to committed rows, whole process and in the service's way."""
    files = messages.write(folder / "plain")
    ragged = messages.write(folder / "ragged", ragged=True)
    records = messages.MESSAGES * messages.RECORDS
    messages.write(folder / "scattered", scattered=True)
    plain_s, taken = math.inf, dict.fromkeys(("plain", "ragged", "scattered"), math.inf)
    for _ in range(4):  # in turn: what slows the machine down for a while slows all of them down
        plain_s = min(plain_s, timed(lambda: messages.split_plainly(files)))
        for name, best in taken.items():
            taken[name] = min(best, load(folder, folder / name))
    yield Figure("plain Python split of 200 messages of 1,000 jobs", plain_s, "s")
    for name, best in taken.items():
        most = 2.0 if name == "plain" else None
        rate = records / best
        yield Figure(f"acct load, {name}, whole process", rate, "records/s", 80_000, True)
        yield Figure(
            f"  as a multiple of the plain Python split, {name}", best / plain_s, "x", most
        )
    yield from _signed(folder, files)
    del ragged


def every_type(folder: Path) -> Iterator[Figure]:
    """The other text types, `acct load` and summaries included."""
    for name, ragged in types.all_of_them():
        path = folder / "type"
        types.write(path, name, ragged=ragged)
        taken = min(load(folder, path) for _ in range(2))
        shutil.rmtree(path)
        what = f"acct load, {name}, {'ragged' if ragged else 'uniform'}, whole process"
        yield Figure(what, types.MESSAGES * types.RECORDS / taken, "records/s", 80_000, True)


def _signed(folder: Path, files: list[Path]) -> Iterator[Figure]:
    pki = Pki.make(folder / "pki")
    pki.allow("a")
    best = float("inf")
    signed = [pki.sign(file.read_bytes(), "a") for file in files]
    for turn in range(3):
        data = folder / f"signed-{turn}"
        config = _configured(data, pki)
        spool = config.spool[0].path
        spool.mkdir(parents=True)
        for number, body in enumerate(signed):
            (spool / f"{number:04}").write_bytes(body)
            os.utime(spool / f"{number:04}", (time.time() - 60, time.time() - 60))
        with LocalRepository(Store.open(config)) as repository:
            best = min(best, timed(partial(_take_all, repository, config)))
            [(held,)] = repository.query("SELECT count(*) FROM jobs").rows
            assert held == len(files) * messages.RECORDS
    rate = len(files) * messages.RECORDS / best
    yield Figure("signed messages, spool to committed rows", rate, "records/s", 100_000, True)


def _take_all(repository: LocalRepository, config: Config) -> None:
    source = SpoolSource(config.spool[0], config.service.max_message_bytes, 10)
    source.start(lambda: None)
    while taken := source.take(1000, 96 << 20):
        for envelope, item in zip(taken, repository.pipeline.take_in(taken), strict=True):
            source.settle(envelope, accepted=item.problem is None)
    source.stop()


def _configured(data: Path, pki: Pki) -> Config:
    data.mkdir()
    file = data / "acct.toml"
    file.write_text(
        f'[trust]\nca_path = "{pki.ca_path}"\nallowed_dns = "{pki.dns}"\n'
        '[[spool]]\npath = "in"\nrequire_signature = true\n'
    )
    return load_config(data, environment={})


def xml(folder: Path) -> Iterator[Figure]:
    """Documents to committed rows, whole process."""
    documents.write_car(folder / "CAR")
    documents.write_star(folder / "StAR")
    for name in ("CAR", "StAR"):
        taken = min(load(folder, folder / name) for _ in range(3))
        rate = documents.MESSAGES * documents.RECORDS / taken
        yield Figure(f"acct load, {name}, whole process", rate, "records/s", 20_000, True)


def cold_start(folder: Path) -> Iterator[Figure]:
    """Whole processes, from the shell's point of view."""
    data = folder / "cold"
    acct(data, "init")
    messages_folder = folder / "few"
    messages_folder.mkdir()
    first = next(iter(messages._texts(ragged=False)))
    (messages_folder / "one").write_text(first)
    acct(data, "load", str(messages_folder))
    for words, budget in ((["--help"], 0.25), (["report"], 0.5)):
        took = statistics.median(timed(partial(acct, data, *words)) for _ in range(7))
        yield Figure(f"acct {words[0]}, cold, whole process", took, "s", budget)


def many_jobs(folder: Path) -> Iterator[Figure]:
    """Summarising from nothing and after a small load; the file's size."""
    data = folder / "many"
    data.mkdir()
    config = load_config(data, environment={})
    with LocalRepository(Store.open(config)) as repository:
        for million in (1, 10):
            _grow(repository, million)
            yield from _from_nothing(repository, million)
        _close_and_measure = config.store.stat().st_size
        yield Figure("file without raw texts, 10 M jobs", _close_and_measure / 1e7, "B/job", 30)
        _grow(repository, 20)
        repository.summarise(everything=True)
        yield from _after_a_load(repository)
    yield from _with_texts(folder)


def _grow(repository: LocalRepository, millions: int) -> None:
    """Synthetic jobs until there are so many; over the same twelve months."""
    with repository.store.cursor() as cursor:
        [(held,)] = cursor.execute("SELECT count(*) FROM store.jobs").fetchall()
        statement = text("tests", "bench/synthetic.sql")
        for first in range(held, millions * MILLION, MILLION):
            given = {"rows": MILLION, "first": first, "sites": 50, "year": 10 * MILLION}
            cursor.execute(statement, given)


def _from_nothing(repository: LocalRepository, million: int) -> Iterator[Figure]:
    with repository.store.cursor() as cursor:
        cursor.execute("TRUNCATE store.usage")
    took = timed(lambda: repository.summarise(everything=True))
    yield Figure(
        f"summarising {million} M jobs from nothing", took, "s", 5 if million == 10 else None
    )


def _after_a_load(repository: LocalRepository) -> Iterator[Figure]:
    took, loaded = [], []
    for turn, body in enumerate(_small_loads()):
        from ingest.envelope import Envelope

        envelope = Envelope(body.encode(), "bench", str(turn), time.time(), False)
        loaded.append(timed(partial(repository.pipeline.take_in, [envelope])))
        took.append(timed(repository.summarise))
    yield Figure("loading 1,000 jobs into 20 M", statistics.median(loaded), "s")
    yield Figure("  then bringing the summaries up to date", statistics.median(took), "s", 0.1)


def _small_loads() -> Iterator[str]:
    for turn, body in zip(range(5), messages._texts(ragged=False), strict=False):
        yield body.replace("EXAMPLE-NORTH", f"SITE-{turn}")


def _with_texts(folder: Path) -> Iterator[Figure]:
    data = folder / "texts"
    acct(data, "init")
    files = messages.write(folder / "messages")
    acct(data, "load", str(folder / "messages"))
    size = (data / "acct.duckdb").stat().st_size
    yield Figure("file with raw texts", size / len(files) / messages.RECORDS, "B/job", 120)


def service(folder: Path) -> Iterator[Figure]:
    """The running service: memory, answers through the door, arrival to report."""
    data = folder / "served"
    acct(data, "init")
    messages.write(folder / "messages", copies=5)
    _move(folder / "messages", data / "spool/incoming")
    running = subprocess.Popen([ACCT, "--data", data, "run"], stderr=subprocess.DEVNULL)
    try:
        repository = _when_up(data)
        _until(lambda: repository.status()["jobs"] == MILLION)
        peak = _memory(running.pid, "VmHWM")
        yield Figure("memory of the service, most while loading 1 M jobs", peak, "MB", 1000)
        yield from _answers(repository, data)
    finally:
        running.terminate()
        running.wait()
    yield from _idle(data)


def _answers(repository: RemoteRepository, data: Path) -> Iterator[Figure]:
    question = Question(by=("vo",), since=date(2026, 1, 1), until=date(2027, 1, 1))
    took = [timed(lambda: repository.report(question)) for _ in range(50)]
    yield Figure(
        "a report through the door, median of 50", statistics.median(took) * 1000, "ms", 50
    )
    body = next(iter(messages._texts(ragged=False))).replace("EXAMPLE-NORTH", "LATE")
    part = data / "spool/.late"
    part.write_text(body)
    begun = time.perf_counter()
    part.rename(data / "spool/incoming/late")
    late = Question(by=("site",), where=(("site", ("LATE",)),))
    _until(lambda: repository.report(late).rows)
    yield Figure("message arrives, seen in a report", time.perf_counter() - begun, "s", 1)


def _idle(data: Path) -> Iterator[Figure]:
    running = subprocess.Popen([ACCT, "--data", data, "run"], stderr=subprocess.DEVNULL)
    try:
        _when_up(data).report(Question())
        time.sleep(2)
        yield Figure("memory of the service, idle", _memory(running.pid, "VmRSS"), "MB", 250)
    finally:
        running.terminate()
        running.wait()


def _move(source: Path, target: Path) -> None:
    for file in source.iterdir():
        os.utime(file, (time.time() - 60, time.time() - 60))
        shutil.move(file, target / file.name)


def _when_up(data: Path) -> RemoteRepository:
    _until((data / "acct.sock").exists)
    return RemoteRepository.reach(data / "acct.sock")


def _until(done: Callable[[], object]) -> None:
    until = time.monotonic() + 300
    while not done():
        assert time.monotonic() < until
        time.sleep(0.005)


def _memory(pid: int, name: str) -> float:
    """In MB, by its name in /proc/PID/status."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(name):
            return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def acct(data: Path, *words: str) -> None:
    """Run the command as it is installed: compiled, whatever this shell thinks of bytecode."""
    seen = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    subprocess.run([ACCT, "--data", data, *words], check=True, capture_output=True, env=seen)


def load(folder: Path, path: Path) -> float:
    """Seconds that `acct load` takes, into a new store each time."""
    data = folder / "loaded"
    shutil.rmtree(data, ignore_errors=True)
    acct(data, "init")
    return timed(lambda: acct(data, "load", str(path)))


def timed(do: Callable[[], object]) -> float:
    """Seconds."""
    begun = time.perf_counter()
    do()
    return time.perf_counter() - begun
