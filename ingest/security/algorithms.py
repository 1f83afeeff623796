"""Which algorithms a message may use, and signatures checked with them.

Source: transport sheet 2.4; RFC 3370, RFC 4056, RFC 5754.
"""

from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from ingest.security.asn1 import SEQUENCE, Node
from ingest.security.refusal import RefusalError, printable

SHORTEST_RSA = 2048
SHORTEST_RSA_LEGACY = 1024
_LONGEST_RSA = 8192  # beyond it a single verification takes too long
_LARGEST_SALT = 512
_RSA = "1.2.840.113549.1.1.1"
_PSS = "1.2.840.113549.1.1.10"
_MGF1 = "1.2.840.113549.1.1.8"
_SHA1 = "1.3.14.3.2.26"
_CURVES = ("secp256r1", "secp384r1", "secp521r1")
_DIGESTS: dict[str, type[hashes.HashAlgorithm]] = {
    _SHA1: hashes.SHA1,
    "2.16.840.1.101.3.4.2.1": hashes.SHA256,
    "2.16.840.1.101.3.4.2.2": hashes.SHA384,
    "2.16.840.1.101.3.4.2.3": hashes.SHA512,
    "2.16.840.1.101.3.4.2.4": hashes.SHA224,
}
_RSA_WITH: dict[str, type[hashes.HashAlgorithm]] = {
    "1.2.840.113549.1.1.5": hashes.SHA1,
    "1.2.840.113549.1.1.11": hashes.SHA256,
    "1.2.840.113549.1.1.12": hashes.SHA384,
    "1.2.840.113549.1.1.13": hashes.SHA512,
    "1.2.840.113549.1.1.14": hashes.SHA224,
}
_ECDSA_WITH: dict[str, type[hashes.HashAlgorithm]] = {
    "1.2.840.10045.4.1": hashes.SHA1,
    "1.2.840.10045.4.3.1": hashes.SHA224,
    "1.2.840.10045.4.3.2": hashes.SHA256,
    "1.2.840.10045.4.3.3": hashes.SHA384,
    "1.2.840.10045.4.3.4": hashes.SHA512,
}


@dataclass(frozen=True, slots=True)
class Scheme:
    """How the signature value was made: PKCS#1 v1.5, PSS or ECDSA, and the hash it names."""

    padding: padding.PKCS1v15 | padding.PSS | None
    """None: ECDSA."""
    named: type[hashes.HashAlgorithm] | None
    """None: plain `rsaEncryption`, which names no hash."""


def algorithm_of(identifier: Node) -> tuple[str, Node | None]:
    """An AlgorithmIdentifier's object identifier and parameters."""
    fields = identifier.children(SEQUENCE, least=1)
    return fields[0].oid(), fields[1] if len(fields) > 1 else None


def digest_of(identifier: Node, *, legacy: bool) -> hashes.HashAlgorithm:
    """The digest that an AlgorithmIdentifier names.

    Raises:
        RefusalError: ALGO, when it is not allowed.
    """
    oid, _ = algorithm_of(identifier)
    if oid == _SHA1 and not legacy:
        raise RefusalError(
            "ALGO", "the digest is SHA-1; sign with SHA-256, or set trust.legacy_algorithms"
        )
    if oid not in _DIGESTS:
        raise RefusalError("ALGO", f"digest algorithm {oid} is not allowed; sign with SHA-256")
    return _DIGESTS[oid]()


def scheme_of(identifier: Node) -> Scheme:
    """The signature scheme that an AlgorithmIdentifier names.

    Raises:
        RefusalError: ALGO, when it is not allowed.
    """
    oid, parameters = algorithm_of(identifier)
    if oid == _RSA:
        return Scheme(padding.PKCS1v15(), None)
    if oid in _RSA_WITH:
        return Scheme(padding.PKCS1v15(), _RSA_WITH[oid])
    if oid in _ECDSA_WITH:
        return Scheme(None, _ECDSA_WITH[oid])
    if oid == _PSS:
        return _pss(parameters)
    raise RefusalError("ALGO", f"signature algorithm {oid} is not allowed; use RSA or ECDSA")


def _pss(parameters: Node | None) -> Scheme:
    """RSASSA-PSS-params; what is absent has its default, SHA-1 and 20. Source: RFC 4055, 3.1."""
    named: type[hashes.HashAlgorithm] = hashes.SHA1
    masked: type[hashes.HashAlgorithm] = hashes.SHA1
    salt = 20
    for member in parameters.children(SEQUENCE) if parameters else []:
        inner = member.children(least=1)[0]
        if member.tag == 0xA0:  # noqa: PLR2004 - context tags of the structure
            named = _digest_named(inner)
        elif member.tag == 0xA1:  # noqa: PLR2004
            oid, masking = algorithm_of(inner)
            if oid != _MGF1 or masking is None:
                raise RefusalError("ALGO", "the PSS mask function is not MGF1")
            masked = _digest_named(masking)
        elif member.tag == 0xA2:  # noqa: PLR2004
            salt = inner.integer()
    if not 0 <= salt <= _LARGEST_SALT:
        raise RefusalError("ALGO", "the PSS salt has an impossible length")
    return Scheme(padding.PSS(padding.MGF1(masked()), salt), named)


def _digest_named(identifier: Node) -> type[hashes.HashAlgorithm]:
    return type(digest_of(identifier, legacy=True))


def check_key(key: object, whose: str, *, legacy: bool) -> None:
    """Raises `RefusalError` (ALGO) unless keys of this kind and size are allowed."""
    if isinstance(key, rsa.RSAPublicKey):
        shortest = SHORTEST_RSA_LEGACY if legacy else SHORTEST_RSA
        if shortest <= key.key_size <= _LONGEST_RSA:
            return
        what = f"an RSA key of {key.key_size} bits"
    elif isinstance(key, ec.EllipticCurvePublicKey):
        if key.curve.name in _CURVES:
            return
        what = f"a key on the curve {key.curve.name}"
    else:
        what = "a key that is neither RSA nor ECDSA"
    raise RefusalError("ALGO", f"{printable(whose)} has {what}; use RSA of 2048 bits or P-256")


def signature_fits(
    key: object, scheme: Scheme, digest: hashes.HashAlgorithm, signature: bytes, signed: bytes
) -> bool:
    """Whether the key made this signature over these bytes."""
    try:
        if isinstance(key, rsa.RSAPublicKey) and scheme.padding is not None:
            key.verify(signature, signed, scheme.padding, digest)
        elif isinstance(key, ec.EllipticCurvePublicKey) and scheme.padding is None:
            key.verify(signature, signed, ec.ECDSA(digest))
        else:
            return False
    except (InvalidSignature, UnsupportedAlgorithm, ValueError):
        return False
    return True
