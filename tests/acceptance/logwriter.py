"""A batch system that writes its log in odd pieces, and whoever rotates it: a process of its own.

    python -m tests.acceptance.logwriter FOLDER SEED

It ends when its standard input does, and says what it wrote: lines, and the sum of wall times.
"""

import gzip
import json
import random
import select
import shutil
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

_START = 1_748_867_411  # 2025-06-02


class Writer:
    """One log and its rotations."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.chance = random.Random(seed)
        self.folder, self.log = folder, folder / "slurm_acc"
        self.lines = self.wall = self.rotations = 0
        self.out = self.log.open("ab", buffering=0)

    def line(self) -> bytes:
        self.lines += 1
        wall = self.chance.randrange(60, 86_000)
        self.wall += wall
        ended = _START + self.lines
        start, end = (f"{datetime.fromtimestamp(t, UTC):%Y-%m-%dT%H:%M:%S}"
                      for t in (ended - wall, ended))  # fmt: skip
        clock = f"{wall // 3600:02}:{wall // 60 % 60:02}:{wall % 60:02}"
        return (f"{self.lines}|n|u|g|{start}|{end}|{clock}|{wall}|q|1|1|wn|||COMPLETED\n").encode()

    def write(self) -> None:
        """Some lines, in pieces that end anywhere."""
        content = b"".join(self.line() for _ in range(self.chance.randrange(1, 60)))
        while content:
            size = self.chance.randrange(1, len(content) + 1)
            self.out.write(content[:size])
            content = content[size:]
            time.sleep(self.chance.random() * 0.02)

    def rename(self) -> None:
        """As logrotate does; the writer still has the old file open for half a line."""
        self.rotations += 1
        line = self.line()
        half = self.chance.randrange(1, len(line))
        self.out.write(line[:half])
        self.log.rename(self.folder / f"slurm_acc.{self.rotations}")
        time.sleep(self.chance.random() * 0.05)
        self.out.write(line[half:])
        self.out.close()
        self.out = self.log.open("ab", buffering=0)

    def copy_and_truncate(self) -> None:
        """As logrotate does with `copytruncate`, while nothing is written."""
        self.rotations += 1
        shutil.copyfile(self.log, self.folder / f"slurm_acc.{self.rotations}")
        time.sleep(self.chance.random() * 0.05)
        self.out.truncate(0)

    def compress(self) -> None:
        """As gzip does: the new file grows beside the old one."""
        plain = [p for p in self.folder.glob("slurm_acc.*") if p.suffix != ".gz"]
        if plain:
            chosen = self.chance.choice(plain)
            content = gzip.compress(chosen.read_bytes())
            with chosen.with_name(f"{chosen.name}.gz").open("wb", buffering=0) as out:
                half = len(content) // 2
                out.write(content[:half])
                time.sleep(self.chance.random() * 0.05)
                out.write(content[half:])
            chosen.unlink()

    def run(self) -> None:
        doing = [self.write] * 12 + [self.rename, self.copy_and_truncate, self.compress]
        while not select.select([sys.stdin], [], [], 0)[0]:
            self.chance.choice(doing)()
        print(json.dumps([self.lines, self.wall, self.rotations]))


if __name__ == "__main__":
    Writer(Path(sys.argv[1]), int(sys.argv[2])).run()
