"""From the verified part of a message to the text that the record parsers read."""

import codecs
import re

from ingest.security import mime
from ingest.security.refusal import RefusalError, printable

_CHARSETS = re.compile(
    r"utf-?8|(us-)?ascii|iso-?8859-?\d{1,2}|latin-?\d|windows-125\d|cp-?125\d|koi8-[ru]"
    r"|utf-?16(-?[lb]e)?"
)  # not just any codec of Python's: some are no text, some take quadratic time


def text_of_part(part: bytes) -> str:
    """A part's text: transfer encoding and charset undone, CRLF to LF, outer white space gone.

    A part without MIME headers is text from its first byte, in UTF-8.

    Raises:
        RefusalError: TEXT, MIME (parts inside), CMS (one more layer of signing or encryption).
    """
    entity = mime.read_entity(part) or mime.Entity({}, part)
    if entity.kind.startswith(("multipart/", "message/")):
        raise RefusalError("MIME", f"the content is {printable(entity.kind, 40)}; send text alone")
    if entity.kind.endswith(("pkcs7-mime", "pkcs7-signature")):
        raise RefusalError("CMS", "one more layer of S/MIME inside; sign once, then encrypt once")
    decoded = mime.transfer_decoded(entity, code="TEXT")
    text = _decoded(decoded, entity.parameter("charset"))
    if b"\r" in decoded:  # a search for one byte is free, the replacement is not
        text = text.replace("\r\n", "\n")
    text = text.strip()
    if not text:
        raise RefusalError("EMPTY", "the message's text is empty; nothing can be loaded from it")
    return text


_DECLARED = re.compile(
    rb"""\s*<\?xml\s[^>]{0,60}?encoding\s*=\s*["']([\w.-]{1,20})["']""", re.ASCII
)
_WIDE = re.compile(r"utf-?16.*")


def _declared(data: bytes) -> str:
    """The encoding that an XML declaration names; whoever could read it does not write UTF-16."""
    found = _DECLARED.match(data)
    name = found[1].decode() if found else ""
    return "" if _WIDE.fullmatch(name.lower()) else name


def _decoded(data: bytes, charset: str) -> str:
    given = charset.strip() or _declared(data)
    name = given.lower().replace("_", "-") or "utf-8"
    if not _CHARSETS.fullmatch(name):
        raise RefusalError("TEXT", f"unknown charset {printable(name, 40)}; send UTF-8")
    try:
        codec = codecs.lookup(name).name
        return data.decode("utf-8-sig" if codec == "utf-8" else codec)
    except (UnicodeDecodeError, LookupError) as error:
        at = f" at byte {error.start}" if isinstance(error, UnicodeDecodeError) else ""
        raise RefusalError("TEXT", f"the text is not valid {name}{at}; send UTF-8") from None
