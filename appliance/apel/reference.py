"""Where APEL's options are here, for people: `docs/from-apel.md` is made from the table."""

from collections.abc import Iterator

from appliance.apel.options import OPTIONS

_HEAD = """\
# From APEL's configuration

Made from `appliance/apel/options.py` by `make docs`; do not edit.

`acct init --from-apel /etc/apel` reads what is there of parser.cfg, client.cfg and SSM's
sender.cfg, writes an acct.toml that says the same, and sets the benchmarks. What needs a look is
told, and stands at the end of acct.toml. Which option becomes what:
"""
_FILES = {
    "parser": "parser.cfg: what apelparser reads",
    "client": "client.cfg: what apelclient joins, publishes and sends",
    "sender": "sender.cfg: whom ssmsend sends to",
}


def reference() -> str:
    """The table as Markdown."""
    return "\n".join([_HEAD, *(line for file in _FILES for line in _table(file))])


def _table(file: str) -> Iterator[str]:
    yield f"## {_FILES[file]}\n\n| option | acct.toml | how |\n|---|---|---|"
    for option in OPTIONS:
        if option.file == file:
            places = ", ".join(f"`{place}`" for place in option.places if place[0] != "(")
            yield f"| `{option.name}` | {places} | {option.doc} |"
    yield ""


if __name__ == "__main__":
    print(reference(), end="")
