"""The locked versions: of everything that is asked for, one set, and tied to no place."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
LOCKS = ("run", "build", "test", "dist")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LINE = re.compile(r"(?P<name>[a-z0-9-]+)==(?P<version>[0-9][\w.]*)( ; .+)? \\|"
                  r"    --hash=sha256:[0-9a-f]{64}( \\)?|#.*|")  # fmt: skip


def lines(lock: str) -> list[str]:
    return (ROOT / f"requirements/{lock}.txt").read_text(encoding="ascii").splitlines()


def versions(lock: str) -> dict[str, str]:
    found = (LINE.fullmatch(line) for line in lines(lock))
    return {m["name"]: m["version"] for m in found if m and m["name"]}


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_says_versions_and_hashes_and_nothing_else(lock: str) -> None:
    # No address of an index, no path, no option that holds on one machine only.
    assert [line for line in lines(lock) if not LINE.fullmatch(line)] == []
    assert versions(lock)


@pytest.mark.parametrize("lock", LOCKS)
def test_all_locks_hold_the_same_version_of_a_package(lock: str) -> None:
    mine = versions(lock)
    for other in LOCKS:
        theirs = versions(other)
        both = mine.keys() & theirs
        assert {name: mine[name] for name in both} == {name: theirs[name] for name in both}


def test_tests_and_artefacts_run_on_what_users_get() -> None:
    run = versions("run").items()
    assert run <= versions("test").items()
    assert run <= versions("dist").items()


@pytest.mark.parametrize(
    ("lock", "wanted"),
    [
        ("run", PROJECT["project"]["dependencies"]),
        ("test", PROJECT["project"]["optional-dependencies"]["test"]),
        ("dist", PROJECT["project"]["optional-dependencies"]["dist"]),
        ("build", PROJECT["build-system"]["requires"]),
    ],
)
def test_what_pyproject_asks_for_is_locked(lock: str, wanted: list[str]) -> None:
    locked = versions(lock)
    for requirement in map(Requirement, wanted):
        version = locked.get(canonicalize_name(requirement.name))
        said = f"make lock: {requirement} is wanted, {version} is locked"
        assert version is not None, said
        assert requirement.specifier.contains(version), said
