"""S/MIME as SSM sends it: signed with openssl's `smime -sign -text`, then encrypted.

Transport sheet, 2.1 to 2.4. On the wire all lines end in LF, and no byte is above 0x7F: receivers
of old read ASCII and die of anything else.
"""

import base64
import quopri
import secrets

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.ciphers import algorithms
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

from appliance.keypair import KeyPair
from reports.sending.transport import Unfit

SIGNED = "multipart/signed"
ENCRYPTED = "application/pkcs7-mime"
CIPHERS: dict[str, type[algorithms.AES128] | type[algorithms.AES256]] = {
    "aes128": algorithms.AES128,
    "aes256": algorithms.AES256,
}
_PLAIN = b"Content-Type: text/plain\n\n"
_QUOTED = (
    b"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n"
)
_SIGNED_HEAD = b"""\
MIME-Version: 1.0
Content-Type: multipart/signed; protocol="application/x-pkcs7-signature"; micalg="sha-256"; \
boundary="%b"

This is an S/MIME signed message

"""
_SIGNATURE_HEAD = b"""\
Content-Type: application/x-pkcs7-signature; name="smime.p7s"
Content-Transfer-Encoding: base64
Content-Disposition: attachment; filename="smime.p7s"

"""
_ENCRYPTED_HEAD = b"""\
MIME-Version: 1.0
Content-Disposition: attachment; filename="smime.p7m"
Content-Type: application/x-pkcs7-mime; smime-type=enveloped-data; name="smime.p7m"
Content-Transfer-Encoding: base64

"""
"""As openssl writes them; Python's own MIME writer takes ten times as long."""
_MISTAKEN = b"pkcs7-mime"
"""Receivers of old take a message in which this stands anywhere for an encrypted one."""


def entity(text: bytes) -> bytes:
    """The part that is signed: headers and text, lines ending in LF.

    A lone CR does not survive transport in text mode, so it ends a line here already.

    Raises:
        Unfit: The text is empty, or not UTF-8.
    """
    lines = text.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if not lines.strip():
        raise Unfit("the message is empty", hint="remove it from the outgoing queue")
    if lines.isascii() and _MISTAKEN not in lines:
        return _PLAIN + lines
    try:
        lines.decode()
    except UnicodeDecodeError:
        raise Unfit("the message is not UTF-8", hint="write it anew") from None
    return _QUOTED + quopri.encodestring(lines).replace(_MISTAKEN, b"pkcs7=2Dmime")


def sign(text: bytes, pair: KeyPair) -> bytes:
    """The signed message: detached, SHA-256, with the signer's certificate alone.

    Raises:
        Unfit: See `entity`.
        TypeError: The key is neither RSA nor EC.
    """
    if not isinstance(pair.key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise TypeError("only RSA and EC keys sign S/MIME")
    part = entity(text)
    builder = pkcs7.PKCS7SignatureBuilder().set_data(part.replace(b"\n", b"\r\n"))
    builder = builder.add_signer(pair.certificate, pair.key, hashes.SHA256())
    how = [pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary]
    signature = base64.encodebytes(builder.sign(Encoding.DER, how))
    boundary = b"----" + secrets.token_hex(16).upper().encode()
    return b"".join(
        [
            _SIGNED_HEAD % boundary,
            b"--%b\n%b\n--%b\n" % (boundary, part, boundary),
            _SIGNATURE_HEAD,
            b"%b\n--%b--\n\n" % (signature, boundary),
        ]
    )


def encrypt(message: bytes, to: x509.Certificate, cipher: str = "aes128") -> bytes:
    """The message for the holder of a certificate with an RSA key; CBC, as everybody can read."""
    builder = pkcs7.PKCS7EnvelopeBuilder().set_data(message).add_recipient(to)
    builder = builder.set_content_encryption_algorithm(CIPHERS[cipher])
    return _ENCRYPTED_HEAD + base64.encodebytes(builder.encrypt(Encoding.DER, []))
