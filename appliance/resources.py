"""Text files of the package: SQL, styles, help. They are found in a zip as well."""

from functools import cache
from importlib import resources


@cache
def text(package: str, name: str) -> str:
    """The text of a file that lies in a package, such as `text("reports", "sql/work.sql")`."""
    return resources.files(package).joinpath(name).read_text(encoding="utf-8")


def names(package: str, folder: str, ending: str) -> list[str]:
    """The file names in a package's folder that end so, sorted."""
    found = resources.files(package).joinpath(folder).iterdir()
    return sorted(entry.name for entry in found if entry.name.endswith(ending))
