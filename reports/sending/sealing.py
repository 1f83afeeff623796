"""Signing and encrypting by what `acct.toml` says, with the files as they are now."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from appliance.config import Publish, Trust
from appliance.errors import AcctError, UsageError
from appliance.keypair import KeyPair, own_files, read_certificate, read_pair, validity_warnings
from reports.sending import smime
from reports.sending.transport import Sealed


def _now() -> datetime:
    return datetime.now(UTC)


class Sealer:
    """Turns a text of the queue into what travels; reads a file again when it was renewed."""

    def __init__(
        self, publish: Publish, trust: Trust, clock: Callable[[], datetime] = _now
    ) -> None:
        """Read the files once.

        Raises:
            UsageError: One is not set, cannot be read, or does not serve.
        """
        self._publish = publish
        self._clock = clock
        try:
            self._own = own_files(trust) if publish.sign else None
            if publish.sign and self._own is None:
                raise AcctError(
                    "nothing to sign with",
                    hint="set certificate and key in [trust], or publish.sign = false",
                )
            if publish.encrypt_to and not publish.sign:
                raise AcctError(
                    "publish.encrypt_to without publish.sign: nobody accepts what is not signed"
                )
            self._stamp = self._files_stamp()
            self._read()
        except AcctError as error:
            raise UsageError(error.args[0], hint=error.hint) from None

    def __call__(self, text: bytes) -> Sealed:
        """Signed and encrypted, as configured.

        Raises:
            Unfit: The text cannot be sent at all.
            AcctError: A file cannot be read, or a certificate has expired.
        """
        if (stamp := self._files_stamp()) != self._stamp:
            self._read()
            self._stamp = stamp
        for who, certificate in self._certificates():
            if certificate.not_valid_after_utc < self._clock():
                ends = f"{certificate.not_valid_after_utc:%Y-%m-%d %H:%M}Z"
                raise AcctError(f"{who} expired {ends}", hint="renew it; messages wait")
        if self._pair is None:
            return Sealed(text, "text/plain")
        signed = smime.sign(text, self._pair)
        if self._recipient is None:
            return Sealed(signed, smime.SIGNED)
        encrypted = smime.encrypt(signed, self._recipient, self._publish.cipher)
        return Sealed(encrypted, smime.ENCRYPTED)

    def warnings(self) -> list[str]:
        """What is wrong with the certificates, or soon will be."""
        found = []
        for who, certificate in self._certificates():
            found += validity_warnings(who, certificate.not_valid_after_utc, self._clock())
        if self._pair and self._pair.certificate == self._recipient:
            found.append("publish.encrypt_to is our own certificate; set the receiver's")
        return found

    def _certificates(self) -> Iterator[tuple[str, x509.Certificate]]:
        if self._pair and self._own:
            yield f"our certificate {self._own[0]}", self._pair.certificate
        if self._recipient:
            yield f"the receiver's certificate {self._publish.encrypt_to}", self._recipient

    def _files(self) -> list[Path]:
        return [
            *(self._own or ()),
            *([self._publish.encrypt_to] if self._publish.encrypt_to else []),
        ]

    def _files_stamp(self) -> object:
        try:
            found = [file.stat() for file in self._files()]
        except OSError:
            return None  # reading says what is wrong
        return [(one.st_mtime_ns, one.st_size, one.st_ino) for one in found]

    def _read(self) -> None:
        self._pair = _signer(*self._own) if self._own else None
        file = self._publish.encrypt_to
        self._recipient = _recipient(file) if file else None


def _signer(certificate: Path, key: Path) -> KeyPair:
    pair = read_pair(certificate, key)
    if not isinstance(pair.key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise AcctError(f"{key} is neither an RSA nor an EC key", hint="get a certificate for one")
    return pair


def _recipient(file: Path) -> x509.Certificate:
    certificate = read_certificate(file, "publish.encrypt_to")
    if not isinstance(certificate.public_key(), rsa.RSAPublicKey):
        raise AcctError(
            f"nobody can encrypt to {file}: it is not RSA", hint="ask the receiver for an RSA one"
        )
    return certificate
