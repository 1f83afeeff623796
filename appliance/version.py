"""This program's version, as the installed distribution says it."""

from importlib.metadata import PackageNotFoundError, version

try:
    VERSION = version("acct")
except PackageNotFoundError:  # run from a source tree that nobody installed
    VERSION = "0"
