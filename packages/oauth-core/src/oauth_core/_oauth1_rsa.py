"""RSA keys for OAuth 1.0 signatures: PEM or cryptography keys, parsed once.

Rules of this room: cryptography is imported when the first key is loaded and at no other time; no message holds
any part of a key or passphrase.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

from ._errors import MissingPluginError, UsageError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
    from cryptography.hazmat.primitives.hashes import HashAlgorithm

__all__ = ["RSAKey"]

Hash = Literal["sha1", "sha256", "sha512"]


class RSAKey:
    """An RSA key that signs, or verifies only where it is public."""

    __slots__ = ("_private", "_public")

    def __init__(self, private: RSAPrivateKey | None, public: RSAPublicKey) -> None:
        self._private = private
        self._public = public

    def __repr__(self) -> str:
        return f"<RSAKey {'private' if self.is_private else 'public'}, {self._public.key_size} bits>"

    def __reduce__(self) -> tuple[object, ...]:
        from cryptography.hazmat.primitives import serialization as s

        if self._private is None:
            pem = self._public.public_bytes(s.Encoding.PEM, s.PublicFormat.SubjectPublicKeyInfo)
        else:
            pem = self._private.private_bytes(s.Encoding.PEM, s.PrivateFormat.PKCS8, s.NoEncryption())
        return (RSAKey.load, (pem,))

    @classmethod
    def load(cls, key: object, *, passphrase: str | bytes | None = None) -> RSAKey:
        """Read a private key, public key or certificate: PEM text or bytes, a cryptography key, or an ``RSAKey``.

        Raises ``UsageError`` for what is no RSA key, for an encrypted PEM without its passphrase and for a wrong
        one; ``MissingPluginError`` where cryptography is not installed.
        """
        if isinstance(key, RSAKey):
            return key
        try:
            from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
        except ImportError:
            raise MissingPluginError(
                "RSA signatures need the cryptography package: pip install 'oauth-core[rsa]'"
            ) from None
        if isinstance(key, str):
            key = key.encode("utf-8")
        if isinstance(key, (bytes, bytearray, memoryview)):
            key = _read_pem(bytes(key), passphrase)
        if isinstance(key, RSAPrivateKey):
            return cls(key, key.public_key())
        if isinstance(key, RSAPublicKey):
            return cls(None, key)
        raise UsageError(f"rsa_key is no RSA key but a {type(key).__name__}; pass a PEM or a cryptography RSA key")

    @property
    def is_private(self) -> bool:
        """True where the key can sign."""
        return self._private is not None

    def signer(self, algorithm: Hash) -> Callable[[bytes], bytes]:
        """Return a function that makes PKCS #1 v1.5 signatures. Raises ``UsageError`` for a public key."""
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15

        private, padding, digest = self._private, PKCS1v15(), _hash(algorithm)
        if private is None:
            raise UsageError("rsa_key is a public key or certificate; signing needs the private key")
        return lambda data: private.sign(data, padding, digest)

    def verify(self, signature: bytes, data: bytes, algorithm: Hash) -> bool:
        """Tell whether ``signature`` is this key's PKCS #1 v1.5 signature of ``data``."""
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15

        try:
            self._public.verify(signature, data, PKCS1v15(), _hash(algorithm))
        except InvalidSignature:
            return False
        return True


def _hash(algorithm: Hash) -> HashAlgorithm:
    from cryptography.hazmat.primitives import hashes

    if algorithm == "sha1":
        return hashes.SHA1()  # noqa: S303 - the method is named RSA-SHA1; servers that know no other are many
    return hashes.SHA256() if algorithm == "sha256" else hashes.SHA512()


def _read_pem(pem: bytes, passphrase: str | bytes | None) -> object:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
    from cryptography.x509 import load_pem_x509_certificate

    secret = passphrase.encode("utf-8") if isinstance(passphrase, str) else passphrase or None
    try:
        if b"PRIVATE KEY-----" in pem:
            # A passphrase for a key that needs none is refused by cryptography; here it is only unused.
            encrypted = b"ENCRYPTED" in pem
            if encrypted and secret is None:
                raise UsageError("rsa_key is encrypted; pass its passphrase as rsa_passphrase=")
            return load_pem_private_key(pem, secret if encrypted else None)
        if b"CERTIFICATE-----" in pem:
            return load_pem_x509_certificate(pem).public_key()
        if b"PUBLIC KEY-----" in pem:
            return load_pem_public_key(pem)
    except (ValueError, TypeError, UnsupportedAlgorithm) as exc:
        if b"ENCRYPTED" in pem:
            raise UsageError("rsa_key cannot be decrypted; is rsa_passphrase right?") from None
        raise UsageError(f"rsa_key cannot be read as PEM ({type(exc).__name__}); is it whole?") from None
    raise UsageError(
        "rsa_key is no PEM: it must hold a -----BEGIN PRIVATE KEY----- block (pass the text of the file, not its path)"
    )
