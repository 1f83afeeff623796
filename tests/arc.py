"""ARC's accounting database as A-REX makes it, in both of its forms, for tests."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NAMED = "Queues", "Users", "WLCGVOs", "FQANs", "Benchmarks", "Status"
COMMON = """
CREATE TABLE Endpoints (ID INTEGER PRIMARY KEY AUTOINCREMENT, Interface TEXT NOT NULL,
                        URL TEXT NOT NULL);
CREATE TABLE AuthTokenAttributes (RecordID INTEGER NOT NULL, AttrKey TEXT NOT NULL, AttrValue TEXT);
CREATE TABLE JobEvents (RecordID INTEGER NOT NULL, EventKey TEXT NOT NULL, EventTime TEXT NOT NULL);
CREATE TABLE JobExtraInfo (RecordID INTEGER NOT NULL, InfoKey TEXT NOT NULL, InfoValue TEXT);
CREATE TABLE DBConfig (KeyName TEXT PRIMARY KEY, KeyValue TEXT NOT NULL);
"""
AAR = """
CREATE TABLE AAR (
  RecordID INTEGER PRIMARY KEY AUTOINCREMENT, JobID TEXT NOT NULL UNIQUE, LocalJobID TEXT,
  EndpointID INTEGER NOT NULL, QueueID INTEGER NOT NULL, UserID INTEGER NOT NULL,
  VOID INTEGER NOT NULL, {fqan} StatusID INTEGER NOT NULL, ExitCode INTEGER NOT NULL, {benchmark}
  SubmitTime INTEGER NOT NULL, EndTime INTEGER NOT NULL, NodeCount INTEGER NOT NULL,
  CPUCount INTEGER NOT NULL, UsedMemory INTEGER NOT NULL, UsedVirtMem INTEGER NOT NULL,
  UsedWalltime INTEGER NOT NULL, UsedCPUUserTime INTEGER NOT NULL,
  UsedCPUKernelTime INTEGER NOT NULL, UsedScratch INTEGER NOT NULL,
  StageInVolume INTEGER NOT NULL, StageOutVolume INTEGER NOT NULL)
"""

JOB = {
    "JobID": "abc1", "LocalJobID": "4401", "Interface": "org.nordugrid.arcrest",
    "URL": "https://arc1.example.org:443/arex", "Queue": "grid",
    "User": "/DC=org/DC=example/CN=User Two", "VO": "dune", "Status": "completed", "ExitCode": 0,
    "mainfqan": "/dune/prod/Role=pilot", "benchmark": "HEPscore23:16.5",
    "SubmitTime": 1748865600, "EndTime": 1748874300, "NodeCount": 1, "CPUCount": 8,
    "UsedMemory": 2048000, "UsedVirtMem": 4096000, "UsedWalltime": 6600,
    "UsedCPUUserTime": 40000, "UsedCPUKernelTime": 2000,
    "LRMSSTART": "2025-06-02T12:30:11Z", "LRMSEND": "2025-06-02T14:20:11Z",
    "lrms": "slurm", "localuser": "dune003:dune",
}  # fmt: skip
"""Of 2025-06-02: submitted at 12:00:00, ran 12:30:11 to 14:20:11 (6600 s), done by 14:25:00."""


class Arc:
    """The database, and A-REX writing it."""

    def __init__(self, file: Path, form: int) -> None:
        self.file, self.form = file, form
        self.connection = sqlite3.connect(file)
        self.connection.execute("PRAGMA journal_mode = WAL")
        self.connection.execute("PRAGMA synchronous = OFF")
        self.connection.executescript(COMMON)
        ids = ("FQANID INTEGER NOT NULL,", "BenchmarkID INTEGER NOT NULL,")
        fqan, benchmark = ids if form == 2 else ("", "")
        self.connection.execute(AAR.format(fqan=fqan, benchmark=benchmark))
        for table in NAMED if form == 2 else (*NAMED[:3], NAMED[5]):
            self.connection.execute(
                f"CREATE TABLE {table} (ID INTEGER PRIMARY KEY AUTOINCREMENT, "
                "Name TEXT NOT NULL UNIQUE)"
            )
        self.connection.execute("INSERT INTO DBConfig VALUES ('DBSCHEMA_VERSION', ?)", [form])
        self.connection.commit()

    def add(self, **changes: object) -> None:
        """A job like JOB, with changes; it is durable when this returns."""
        job: dict[str, object] = {**JOB, **changes}
        row = {
            name: job[name]
            for name in ("JobID", "LocalJobID", "ExitCode", "SubmitTime", "EndTime", "NodeCount",
                         "CPUCount", "UsedMemory", "UsedVirtMem", "UsedWalltime",
                         "UsedCPUUserTime", "UsedCPUKernelTime")
        }  # fmt: skip
        row |= dict.fromkeys(("UsedScratch", "StageInVolume", "StageOutVolume"), 0)
        row |= {
            "EndpointID": self._endpoint(job["Interface"], job["URL"]),
            "QueueID": self._id("Queues", job["Queue"]),
            "UserID": self._id("Users", job["User"]),
            "VOID": self._id("WLCGVOs", job["VO"]),
            "StatusID": self._id("Status", job["Status"]),
        }
        if self.form == 2:
            row["FQANID"] = self._id("FQANs", job["mainfqan"] or "")
            row["BenchmarkID"] = self._id("Benchmarks", job["benchmark"] or "")
        names = ", ".join(row)
        marks = ", ".join("?" * len(row))
        number = self.connection.execute(
            f"INSERT INTO AAR ({names}) VALUES ({marks})", list(row.values())
        ).lastrowid
        self._more("JobEvents", number, job, "LRMSSTART", "LRMSEND")
        self._more("JobExtraInfo", number, job, "lrms", "localuser")
        if self.form == 1:
            self._more("JobExtraInfo", number, job, "benchmark")
            self._more("AuthTokenAttributes", number, job, "mainfqan")
        self.connection.commit()

    def finish(self, job_id: str, **changes: object) -> None:
        """A job that was in progress ends."""
        status = self._id("Status", "completed")
        given = "".join(f", {name} = ?" for name in changes)
        self.connection.execute(
            f"UPDATE AAR SET StatusID = ?{given} WHERE JobID = ?",
            [status, *changes.values(), job_id],
        )
        self.connection.commit()

    def _more(self, table: str, number: object, job: dict[str, object], *names: str) -> None:
        for name in names:
            if job[name]:
                self.connection.execute(
                    f"INSERT INTO {table} VALUES (?, ?, ?)", [number, name, job[name]]
                )

    def _id(self, table: str, name: object) -> object:
        self.connection.execute(f"INSERT OR IGNORE INTO {table} (Name) VALUES (?)", [name])
        [found] = self.connection.execute(f"SELECT ID FROM {table} WHERE Name = ?", [name])
        return found[0]

    def _endpoint(self, interface: object, url: object) -> object:
        select = "SELECT ID FROM Endpoints WHERE Interface = ? AND URL = ?"
        for (found,) in self.connection.execute(select, [interface, url]):
            return found
        return self.connection.execute(
            "INSERT INTO Endpoints (Interface, URL) VALUES (?, ?)", [interface, url]
        ).lastrowid


@contextmanager
def accounting(file: Path, form: int = 2) -> Iterator[Arc]:
    """A new database, held open as A-REX holds it."""
    made = Arc(file, form)
    try:
        yield made
    finally:
        made.connection.close()
