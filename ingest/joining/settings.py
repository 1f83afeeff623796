"""The settings that joining follows, and their place in the staging area."""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypedDict

from duckdb import DuckDBPyConnection

from appliance.config import Join, JoinMap
from appliance.errors import UsageError
from appliance.folding import fold
from appliance.moments import BEGINNING
from ingest.joining.factors import factors

_RULES = 2
"""Of `ingest/sql/join_*.sql`: another number has everything joined anew."""
_END = datetime(9999, 12, 31)  # noqa: DTZ001


class Scaling(TypedDict):
    """See `levels.jobs`."""

    scale_by: str
    speeds: bool


@dataclass(frozen=True, slots=True)
class Settings:
    """The section [join], checked."""

    join: Join

    @classmethod
    def of(cls, join: Join) -> "Settings":
        """Those of a configuration.

        Raises:
            UsageError: An entry that says nothing, a window that holds no time, a factor that
                cannot be, or a file of factors that cannot be read.
        """
        if join.window_days < 0 or join.early_days < 0 or not join.window_days + join.early_days:
            raise UsageError("join.window_days and join.early_days leave no time")
        for number, host in enumerate(join.host):
            if bool(host.ce) != bool(host.machine_name):
                raise UsageError(f"join.host[{number}] wants ce and machine_name")
        for number, entry in enumerate(join.map):
            if not entry.vo and entry != JoinMap():
                raise UsageError(f"join.map[{number}] has no vo")
        hosts = [host for host in join.host if host.ce]  # what says nothing is as not there
        entries = [entry for entry in join.map if entry.vo]
        return cls(replace(join, host=hosts, map=entries, factor=factors(join), qhost=None))

    def digest(self) -> str:
        """What tells these settings from others."""
        return hashlib.sha256(f"{_RULES} {self.join!r}".encode()).hexdigest()

    @property
    def near(self) -> timedelta:
        """How far apart an event and a gatekeeper's line may be to have to do with each other.

        Beyond it an equal id is one that was used again: `no_gatekeeper`, not `outside_window`. And
        to look for the ids of new events among all lines ever costs 0.4 s in 10 M lines.
        """
        return timedelta(days=2 * max(self.join.window_days, self.join.early_days))

    def matching(self) -> dict[str, object]:
        """The parameters of `join_match.sql`."""
        return {
            "early": timedelta(days=self.join.early_days),
            "window": timedelta(days=self.join.window_days),
            "near": self.near,
            "local_jobs": self.join.local_jobs,
            "batch_host_benchmark": self.join.batch_host_benchmark,
        }

    def same_id(self, statement: str) -> str:
        """A statement that compares ids of jobs with those that gatekeepers have.

        `{g.lrms_id}` and `{e.id}` are exact, or what they are to the reference's database.
        """
        alike = fold if "case_folding" in self.join.as_apel else str
        return statement.replace("{g.lrms_id}", alike("g.lrms_id")).replace(
            "{e.id}", alike("coalesce(e.join_id, e.job_name)")
        )

    def scaling(self) -> Scaling:
        """What factors for the speed of hosts multiply, and whether execution hosts have some."""
        return {"scale_by": self.join.scale_by, "speeds": bool(self.join.factor)}

    def stage(self, cursor: DuckDBPyConnection) -> None:
        """Put what the configuration lists into the staging area."""
        for table in ("join_hosts", "join_map", "join_factors"):
            cursor.execute(f"TRUNCATE stage.{table}")
        for host in self.join.host:
            values = [host.ce, host.machine_name]
            cursor.execute("INSERT INTO stage.join_hosts VALUES (?, ?)", values)
        for number, m in enumerate(self.join.map):
            said = [number, m.user, m.group, m.token_issuer, m.token_subject]
            said += [m.vo, m.vo_group or None, m.vo_role or None]
            cursor.execute(
                f"INSERT INTO stage.join_map VALUES ({', '.join('?' * 10)})",
                [*said, m.from_ or BEGINNING, m.until or _END],
            )
        if self.join.factor:
            rows = [(n, f.host.lower(), f.wall, f.cpu, f.from_ or BEGINNING, f.until or _END)
                    for n, f in enumerate(self.join.factor)]  # fmt: skip
            cursor.executemany("INSERT INTO stage.join_factors VALUES (?, ?, ?, ?, ?, ?)", rows)
