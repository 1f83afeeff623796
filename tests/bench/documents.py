"""Realistic XML messages in any number: CAR jobs as ARC sends them, StAR records of a store."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

MESSAGES, RECORDS = 200, 1000
_START = 1_767_225_600  # 2026-01-01
_VOS = ("atlas", "cms", "lhcb", "alice", "ops", "dteam", "biomed", "ilc", "na62", "t2k.org")
_STAR = "http://eu-emi.eu/namespaces/2011/02/storagerecord"
_CAR = "http://eu-emi.eu/namespaces/2012/11/computerecord"


def write_car(folder: Path) -> list[Path]:
    """200 messages of 1,000 different CAR records, in a new folder."""
    chance = random.Random(1)
    return _write(folder, (_car(chance) for _ in range(MESSAGES)))


def write_star(folder: Path) -> list[Path]:
    """200 messages of 1,000 different StAR records, in a new folder."""
    chance = random.Random(1)
    return _write(folder, (_star(chance, number) for number in range(MESSAGES)))


def _write(folder: Path, texts: Iterator[str]) -> list[Path]:
    folder.mkdir(parents=True)
    files = []
    for number, text in enumerate(texts):
        files.append(folder / f"{number:04}.xml")
        files[-1].write_text(text)
    return files


def _car(chance: random.Random) -> str:
    records = "".join(_job(chance) for _ in range(RECORDS))
    return f'<urf:UsageRecords xmlns:urf="{_CAR}">\n{records}</urf:UsageRecords>\n'


def _job(chance: random.Random) -> str:
    ended, wall = _START + chance.randrange(10_000_000), chance.randrange(60, 100_000)
    vo, cores, user = chance.choice(_VOS), chance.choice((1, 1, 4, 8)), chance.randrange(300)
    number = chance.randrange(10**12)
    return f"""<urf:UsageRecord>
  <urf:RecordIdentity urf:createTime="{_time(ended + 60)}" urf:recordId="gsiftp://ce/{number}"/>
  <urf:JobIdentity>
    <urf:GlobalJobId>gsiftp://ce.north.example:2811/jobs/{number}</urf:GlobalJobId>
    <urf:LocalJobId>{number}</urf:LocalJobId>
  </urf:JobIdentity>
  <urf:UserIdentity>
    <urf:GlobalUserName urf:type="opensslCompat">/DC=ch/CN=user{user}</urf:GlobalUserName>
    <urf:Group>{vo}</urf:Group>
    <urf:GroupAttribute urf:type="FQAN">/{vo}/Role=pilot</urf:GroupAttribute>
    <urf:LocalUserId>pilot{user:03}</urf:LocalUserId>
  </urf:UserIdentity>
  <urf:Status>completed</urf:Status>
  <urf:Infrastructure urf:type="grid" urf:description="JURA-ARC-slurm"/>
  <urf:WallDuration>PT{wall}S</urf:WallDuration>
  <urf:CpuDuration urf:usageType="all">PT{int(wall * cores * chance.random())}S</urf:CpuDuration>
  <urf:ServiceLevel urf:type="HEPSPEC">12.35</urf:ServiceLevel>
  <urf:Memory urf:type="Physical" urf:storageUnit="KB">{chance.randrange(8_000_000)}</urf:Memory>
  <urf:Memory urf:type="Shared" urf:storageUnit="KB">{chance.randrange(8_000_000)}</urf:Memory>
  <urf:NodeCount>1</urf:NodeCount>
  <urf:Processors>{cores}</urf:Processors>
  <urf:EndTime>{_time(ended)}</urf:EndTime>
  <urf:StartTime>{_time(ended - wall)}</urf:StartTime>
  <urf:MachineName>arc.north.example</urf:MachineName>
  <urf:SubmitHost>gsiftp://arc.north.example:2811/jobs</urf:SubmitHost>
  <urf:Queue>{chance.choice(("long", "short", "grid"))}</urf:Queue>
  <urf:Site urf:type="gocdb">EXAMPLE-NORTH</urf:Site>
</urf:UsageRecord>
"""


def _star(chance: random.Random, number: int) -> str:
    records = "".join(_share(chance, number * RECORDS + n) for n in range(RECORDS))
    return f'<sr:StorageUsageRecords xmlns:sr="{_STAR}">\n{records}</sr:StorageUsageRecords>\n'


def _share(chance: random.Random, number: int) -> str:
    day, vo, used = _START + number // 100 * 3600, chance.choice(_VOS), chance.randrange(10**15)
    return f"""<sr:StorageUsageRecord>
  <sr:RecordIdentity sr:createTime="{_time(day)}" sr:recordId="se.north.example/{number}"/>
  <sr:StorageSystem>se.north.example</sr:StorageSystem>
  <sr:Site>EXAMPLE-NORTH</sr:Site>
  <sr:StorageShare>pool-{number % 100}</sr:StorageShare>
  <sr:StorageMedia>{chance.choice(("disk", "tape"))}</sr:StorageMedia>
  <sr:StorageClass>replicated</sr:StorageClass>
  <sr:FileCount>{chance.randrange(10**6)}</sr:FileCount>
  <sr:DirectoryPath>/pnfs/north.example/data/{vo}</sr:DirectoryPath>
  <sr:SubjectIdentity>
    <sr:LocalUser>user{chance.randrange(300)}</sr:LocalUser>
    <sr:LocalGroup>{vo}</sr:LocalGroup>
    <sr:UserIdentity>/DC=ch/CN=user{chance.randrange(300)}</sr:UserIdentity>
    <sr:Group>{vo}</sr:Group>
    <sr:GroupAttribute sr:attributeType="subgroup">sim</sr:GroupAttribute>
    <sr:GroupAttribute sr:attributeType="role">production</sr:GroupAttribute>
    <sr:GroupAttribute sr:attributeType="authority">/O=Example/CN=voms</sr:GroupAttribute>
  </sr:SubjectIdentity>
  <sr:StartTime>{_time(day - 86_400)}</sr:StartTime>
  <sr:EndTime>{_time(day)}</sr:EndTime>
  <sr:ResourceCapacityUsed>{used}</sr:ResourceCapacityUsed>
  <sr:LogicalCapacityUsed>{used // 2}</sr:LogicalCapacityUsed>
  <sr:ResourceCapacityAllocated>{used * 2}</sr:ResourceCapacityAllocated>
</sr:StorageUsageRecord>
"""


def _time(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%SZ}"
