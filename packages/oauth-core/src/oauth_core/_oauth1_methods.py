"""The signature methods of OAuth 1.0, and the registry for a user's own. RFC 5849 §3.4.

Rules of this room: a method turns credentials into a function once, so that keys are prepared and parsed once;
comparing is done in constant time; SHA-1 is here because the protocol names it.
"""

from __future__ import annotations

import hmac
from binascii import Error as Base64Error
from binascii import a2b_base64, b2a_base64
from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TypeAlias

from ._errors import UsageError
from ._oauth1_base_string import escape
from ._oauth1_credentials import OAuth1Credentials
from ._oauth1_rsa import Hash, RSAKey

__all__ = [
    "SIGNATURE_HMAC",
    "SIGNATURE_HMAC_SHA1",
    "SIGNATURE_HMAC_SHA256",
    "SIGNATURE_HMAC_SHA512",
    "SIGNATURE_METHODS",
    "SIGNATURE_PLAINTEXT",
    "SIGNATURE_RSA",
    "SIGNATURE_RSA_SHA1",
    "SIGNATURE_RSA_SHA256",
    "SIGNATURE_RSA_SHA512",
    "SignatureMethod",
    "register_signature_method",
]

SIGNATURE_HMAC_SHA1 = "HMAC-SHA1"
SIGNATURE_HMAC_SHA256 = "HMAC-SHA256"
SIGNATURE_HMAC_SHA512 = "HMAC-SHA512"
SIGNATURE_RSA_SHA1 = "RSA-SHA1"
SIGNATURE_RSA_SHA256 = "RSA-SHA256"
SIGNATURE_RSA_SHA512 = "RSA-SHA512"
SIGNATURE_PLAINTEXT = "PLAINTEXT"
# The names that requests-oauthlib's users import.
SIGNATURE_HMAC = SIGNATURE_HMAC_SHA1
SIGNATURE_RSA = SIGNATURE_RSA_SHA1

Sign: TypeAlias = Callable[[str], str]
Verify: TypeAlias = Callable[[str, str], bool]


@dataclass(frozen=True, slots=True)
class SignatureMethod:
    """A signature method: its name, and how credentials become a signing and a verifying function.

    ``signer(credentials)`` returns ``base_string -> signature``; ``verifier(credentials)`` returns
    ``(base_string, signature) -> bool``. ``plaintext`` marks a method whose signature is the secret itself,
    ``base64`` one whose signatures are base64 and are escaped the short way.
    """

    name: str
    signer: Callable[[OAuth1Credentials], Sign]
    verifier: Callable[[OAuth1Credentials], Verify]
    plaintext: bool = False
    base64: bool = False


def register_signature_method(
    name: str,
    sign: Callable[[str, OAuth1Credentials], str],
    *,
    verify: Callable[[str, OAuth1Credentials, str], bool] | None = None,
) -> SignatureMethod:
    """Make ``signature_method=name`` usable everywhere; ``sign(base_string, credentials)`` returns the signature.

    ``verify(base_string, credentials, signature)`` is needed only where verifying is not signing and comparing.
    Raises ``UsageError`` for the name of a method of the protocol. RFC 5849 §3.4.
    """
    if name in SIGNATURE_METHODS:
        raise UsageError(f"{name} is a method of the protocol and cannot be replaced; choose another name")
    if not name or not name.isascii() or not name.isprintable():
        raise UsageError("a signature method is named by printable ASCII text such as HMAC-SHA3-256")

    def signer(credentials: OAuth1Credentials) -> Sign:
        return lambda text: sign(text, credentials)

    def verifier(credentials: OAuth1Credentials) -> Verify:
        if verify is None:
            return lambda text, signature: _same(sign(text, credentials), signature)
        return lambda text, signature: verify(text, credentials, signature)

    method = _REGISTERED[name] = SignatureMethod(name, signer, verifier)
    return method


def signature_method(name: str) -> SignatureMethod:
    """Return the method of this name, in any letter case. Raises ``UsageError`` for an unknown one."""
    found = _BUILT_IN.get(name) or _REGISTERED.get(name)
    if found is None and isinstance(name, str):
        found = _BUILT_IN.get(name.upper().replace("_", "-"))
    if found is None:
        known = [*_BUILT_IN, *_REGISTERED]
        near = get_close_matches(str(name).upper(), known, 1)
        hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(known)}"
        raise UsageError(f"unknown signature_method {name!r}; {hint} (register_signature_method adds one)")
    return found


def secrets_key(credentials: OAuth1Credentials) -> str:
    """Return the key of the HMAC methods, which is the whole signature of PLAINTEXT. RFC 5849 §3.4.2, §3.4.4."""
    return f"{escape(credentials.client_secret or '')}&{escape(credentials.token_secret or '')}"


def _same(expected: str, given: str) -> bool:
    return hmac.compare_digest(expected.encode("utf-8"), given.encode("utf-8", "surrogatepass"))


def _hmac(name: str, digest: Hash) -> SignatureMethod:
    def signer(credentials: OAuth1Credentials) -> Sign:
        key = secrets_key(credentials).encode("ascii")
        mac = hmac.digest

        def sign(text: str) -> str:
            return b2a_base64(mac(key, text.encode("ascii"), digest), newline=False).decode("ascii")

        return sign

    def verifier(credentials: OAuth1Credentials) -> Verify:
        sign = signer(credentials)
        return lambda text, signature: _same(sign(text), signature)

    return SignatureMethod(name, signer, verifier, base64=True)


def _rsa(name: str, digest: Hash) -> SignatureMethod:
    def key_of(credentials: OAuth1Credentials) -> RSAKey:
        if credentials.rsa_key is None:
            raise UsageError(f"{name} signs with an RSA key: pass rsa_key=")
        return credentials.rsa_key

    def signer(credentials: OAuth1Credentials) -> Sign:
        sign = key_of(credentials).signer(digest)
        return lambda text: b2a_base64(sign(text.encode("ascii")), newline=False).decode("ascii")

    def verifier(credentials: OAuth1Credentials) -> Verify:
        key = key_of(credentials)

        def verify(text: str, signature: str) -> bool:
            try:
                raw = a2b_base64(signature.encode("ascii"), strict_mode=True)
            except (Base64Error, UnicodeEncodeError):
                return False
            return key.verify(raw, text.encode("ascii"), digest)

        return verify

    return SignatureMethod(name, signer, verifier, base64=True)


def _plaintext() -> SignatureMethod:
    def signer(credentials: OAuth1Credentials) -> Sign:
        key = secrets_key(credentials)
        return lambda _text: key

    def verifier(credentials: OAuth1Credentials) -> Verify:
        key = secrets_key(credentials)
        return lambda _text, signature: _same(key, signature)

    return SignatureMethod(SIGNATURE_PLAINTEXT, signer, verifier, plaintext=True)


_BUILT_IN: dict[str, SignatureMethod] = {
    method.name: method
    for method in (
        _hmac(SIGNATURE_HMAC_SHA1, "sha1"),
        _hmac(SIGNATURE_HMAC_SHA256, "sha256"),
        _hmac(SIGNATURE_HMAC_SHA512, "sha512"),
        _rsa(SIGNATURE_RSA_SHA1, "sha1"),
        _rsa(SIGNATURE_RSA_SHA256, "sha256"),
        _rsa(SIGNATURE_RSA_SHA512, "sha512"),
        _plaintext(),
    )
}
_REGISTERED: dict[str, SignatureMethod] = {}
SIGNATURE_METHODS = tuple(_BUILT_IN)
