"""The credentials that the OAuth 1.0 servers of the tests know; secrets and a key pair made anew for every run."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

SIGNATURE_METHODS = (
    "HMAC-SHA1",
    "HMAC-SHA256",
    "HMAC-SHA512",
    "RSA-SHA1",
    "RSA-SHA256",
    "RSA-SHA512",
    "PLAINTEXT",
)


@dataclass(frozen=True, slots=True)
class Token:
    """A temporary or an access token with its secret."""

    token: str
    secret: str


def new_token() -> Token:
    """A token with characters that have to be escaped."""
    return Token(f"token-{secrets.token_hex(6)}", f"s+e %{secrets.token_hex(6)}&=/~ü")


@dataclass(frozen=True, slots=True)
class OAuth1Client:
    """A client with a shared secret and an RSA key: it may use every signature method."""

    client_key: str = "client key & co"
    client_secret: str = field(default_factory=lambda: f"k%y+&={secrets.token_hex(6)}~é")
    private_key: rsa.RSAPrivateKey = field(
        default_factory=lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048)
    )

    @property
    def private_pem(self) -> str:
        """The private key as PKCS#8."""
        return self.private_key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode()

    @property
    def public_pem(self) -> str:
        """The public key, as the server has it."""
        return (
            self.private_key.public_key()
            .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
            .decode()
        )
