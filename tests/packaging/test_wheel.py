"""What is installed is what is in the tree: nothing is forgotten, nothing is added."""

from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("appliance", "ingest", "reports", "tui")


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    wheels = pytest.importorskip("hatchling.builders.wheel", reason="requirements/build.txt")
    folder = tmp_path_factory.mktemp("wheel")
    [wheel] = wheels.WheelBuilder(str(ROOT)).build(directory=str(folder), versions=["standard"])
    with ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_every_file_of_the_rooms_is_in_the_wheel(packed: set[str]) -> None:
    in_tree = {
        str(path.relative_to(ROOT))
        for room in ROOMS
        for path in (ROOT / room).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert {name for name in packed if ".dist-info/" not in name} == in_tree


def test_sql_migrations_styles_and_help_are_in_the_wheel(packed: set[str]) -> None:
    kinds = {(name.split("/")[0], Path(name).suffix) for name in packed}
    wanted = {("appliance", ".sql"), ("ingest", ".sql"), ("reports", ".sql"), ("tui", ".tcss"),
              ("tui", ".txt")}  # fmt: skip
    assert wanted <= kinds
    assert "appliance/migrations/0001_first.sql" in packed


def test_the_licence_goes_along(packed: set[str]) -> None:
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in packed)
