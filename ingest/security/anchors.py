"""The CA directory: anchors, intermediates and CRLs, told apart by content, never by name.

Source: transport sheet 3.1.
"""

import binascii
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509

from appliance.errors import AcctError
from appliance.keypair import UNREADABLE
from ingest.security import names
from ingest.security.asn1 import Asn1Error, parse
from ingest.security.certificate import (
    Certificate,
    CertificateError,
    load_certificate,
)
from ingest.security.crls import Crl, read_crl
from ingest.security.watched import Watched

_HINT = "put PEM files of the CAs there (the ca-policy packages do), or set trust.ca_path"
_BEGIN, _END, _DASHES = b"-----BEGIN ", b"-----END ", b"-----"
_CERTIFICATES = (b"CERTIFICATE", b"X509 CERTIFICATE")
_CRL = b"X509 CRL"
_TRUSTED = b"TRUSTED CERTIFICATE"
_DER_STARTS = (b"\x30\x80", b"\x30\x81", b"\x30\x82", b"\x30\x83", b"\x30\x84")
_EVERY_S = 60.0
_NAMED_SO = re.compile(r"\.(pem|crt|cer|der|r?\d)$")
_METADATA = (".signing_policy", ".namespaces", ".info", ".crl_url", ".README", ".txt")


@dataclass(slots=True)
class Authorities:
    """Whom the administrator trusts, at one moment."""

    anchors: list[Certificate] = field(default_factory=list)
    """Self-signed."""
    intermediates: list[Certificate] = field(default_factory=list)
    crls: dict[names.Name, list[Crl]] = field(default_factory=dict)
    """By issuer."""
    warnings: list[str] = field(default_factory=list)


def watched_authorities(path: Path, clock: Callable[[], float]) -> Watched[Authorities]:
    """The directory, or bundle, read again within a minute of a change."""
    return Watched(
        path,
        stamp=lambda: _stamp(path),
        load=lambda: load_authorities(path),
        every_s=_EVERY_S,
        clock=clock,
    )


def _stamp(path: Path) -> object:
    """Changes when a file of the directory (or the bundle) does; some milliseconds."""
    return [(str(file), *_version(file)) for file in [path, *_files(path)]]


def load_authorities(path: Path) -> Authorities:
    """Everything that the directory, or the one bundle file, holds.

    A broken file is a warning.

    Raises:
        OSError: The path cannot be read at all.
        AcctError: No trust anchor in it.
    """
    found, seen = Authorities(), set[bytes]()
    read: set[tuple[int, int]] = set()
    for file in _files(path) if path.is_dir() else [path]:
        version = _version(file)
        if version[2:] not in read:  # the same file under its hash and its alias
            read.add(version[2:])
            _add_file(found, file, seen)
    if not found.anchors:
        raise AcctError(f"no CA certificate in {path}", hint=_HINT)
    return found


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return []
    return sorted(file for file in path.iterdir() if not file.name.endswith(_METADATA))


def _version(file: Path) -> tuple[int, int, int, int]:
    try:
        status = file.stat()
    except OSError:  # a dangling link
        return 0, 0, 0, 0
    return status.st_mtime_ns, status.st_size, status.st_dev, status.st_ino


def _add_file(found: Authorities, file: Path, seen: set[bytes]) -> None:
    try:
        if not file.is_file():
            return
        data = file.read_bytes()
    except OSError as error:
        found.warnings.append(f"{file} cannot be read: {error.strerror}; check its permissions")
        return
    blocks = list(_blocks(data))
    if not blocks and _NAMED_SO.search(file.name):
        found.warnings.append(f"{file} holds no certificate and no CRL; fetch it again")
    for label, der in blocks:
        if label == _TRUSTED:
            found.warnings.append(f"{file} is a TRUSTED CERTIFICATE; convert it: openssl x509")
        elif der not in seen:
            seen.add(der)
            _add(found, file, label, der)


def _blocks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """(label, DER) of each PEM block; of a DER file the label is empty. Broken base64: no DER."""
    if data.startswith(_DER_STARTS):
        yield b"", data
    at = data.find(_BEGIN)
    while at >= 0:
        label = data[at + len(_BEGIN) : at + 80].partition(_DASHES)[0]
        begin = at + len(_BEGIN) + len(label) + len(_DASHES)
        end = data.find(_END + label, begin)
        if label in (*_CERTIFICATES, _CRL, _TRUSTED):
            yield label, _from_base64(data[begin : end if end >= 0 else len(data)])
        at = data.find(_BEGIN, begin)


def _from_base64(text: bytes) -> bytes:
    try:
        return binascii.a2b_base64(text)
    except binascii.Error:
        return b""


def _add(found: Authorities, file: Path, label: bytes, der: bytes) -> None:
    try:
        if label == _CRL or (not label and not _is_certificate(der)):
            crl = _read_crl(der)
            found.crls.setdefault(crl.issuer, []).append(crl)
        else:
            certificate = load_certificate(der)
            group = found.anchors if certificate.self_signed else found.intermediates
            group.append(certificate)
    except UNREADABLE:
        found.warnings.append(f"{file} holds no readable certificate or CRL; replace it")


def _is_certificate(der: bytes) -> bool:
    try:
        load_certificate(der)
    except CertificateError:
        return False
    return True


def _read_crl(der: bytes) -> Crl:
    """A CRL; cryptography's Name may fail on odd strings, so the issuer is read from the bytes."""
    loaded = x509.load_der_x509_crl(der)
    listed = parse(loaded.tbs_certlist_bytes).children(least=3)
    issuer = next((node for node in listed[1:4] if _is_name(node.raw)), None)
    if issuer is None:
        raise Asn1Error("a CRL without issuer")
    return read_crl(loaded, names.read_name(issuer.raw))


def _is_name(der: bytes) -> bool:
    try:
        return bool(names.read_name(der))
    except Asn1Error:
        return False
