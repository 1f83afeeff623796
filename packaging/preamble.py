"""Run by the zipapp before acct: a Python that it was not built for gets a sentence to act on."""

import sys
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

_HERE = Path(__file__).parents[1]

if not any((_HERE / f"_duckdb{suffix}").exists() for suffix in EXTENSION_SUFFIXES):
    built_for = " ".join(path.name.split(".")[1] for path in _HERE.glob("_duckdb.*.so"))
    sys.exit(
        f"acct: this zipapp was built for {built_for}, and {sys.executable} is "
        f"{sys.version_info.major}.{sys.version_info.minor}"
    )
