"""How the fake server finds out which client is calling.

Rules of this room: a request carries exactly one proof; which method may be used is what the client is registered
for; a failed proof is ``invalid_client`` and says nothing about secrets. RFC 6749 §2.3, §3.2.1, §5.2.
"""

from __future__ import annotations

import re
from base64 import b64decode
from hmac import compare_digest
from urllib.parse import unquote_plus

from oauth_core._messages import Pairs, Request

from ._authority import Authority, ClientAuthMethod
from ._clients import RegisteredClient
from ._wire import Refusal, single

__all__ = ["BasicMethod", "PostMethod", "authenticate"]

_BASIC_CHALLENGE = (("WWW-Authenticate", 'Basic realm="token", charset="UTF-8"'),)
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")


def authenticate(authority: Authority, request: Request, form: Pairs) -> tuple[RegisteredClient, str]:
    """Return the calling client and the name of the method by which it proved itself.

    Raises ``Refusal``: ``invalid_request`` for two proofs in one request or two different client ids,
    ``invalid_client`` for a wrong, missing or unregistered one.
    """
    methods: list[ClientAuthMethod] = []
    for method in authority.auth_methods.values():
        if method not in methods:
            methods.append(method)
    proofs = [(method, found) for method in methods if (found := method.read(authority, request, form)) is not None]
    if len(proofs) > 1:
        raise Refusal("invalid_request", "the client authenticates by more than one method in one request")
    named = single(form, "client_id")
    if not proofs:
        if request.header("authorization") is not None:
            raise _refused(request, "this authorization scheme does not authenticate a client here")
        if named is None:
            raise _refused(request, "no client authentication, and no client_id")
        return _public_client(authority, request, named)
    method, client_id = proofs[0]
    if named is not None and named != client_id:
        raise Refusal("invalid_request", "client_id differs from the client that authenticates")
    client = authority.clients.get(client_id)
    if client is None:
        raise _refused(request, "the client is not known")
    name = method.verify(authority, client, request, form)
    if name not in client.auth_methods:
        raise _refused(request, f"the client is not registered for {name}")
    return client, name


def _public_client(authority: Authority, request: Request, client_id: str) -> tuple[RegisteredClient, str]:
    client = authority.clients.get(client_id)
    if client is None:
        raise _refused(request, "the client is not known")
    if "none" not in client.auth_methods:
        raise _refused(request, "this client must authenticate")
    return client, "none"


def _refused(request: Request, description: str) -> Refusal:
    """Return the refusal; a client that tried a header is challenged to use Basic. RFC 6749 §5.2."""
    tried_header = request.header("authorization") is not None
    return Refusal("invalid_client", description, status=401, headers=_BASIC_CHALLENGE if tried_header else ())


class BasicMethod:
    """``client_secret_basic``: id and secret form-encoded in a Basic header. RFC 6749 §2.3.1."""

    def read(self, authority: Authority, request: Request, form: Pairs) -> str | None:
        """Return the client id of the header, as sent where a client of raw credentials has that id."""
        credentials = _basic(request)
        if credentials is None:
            return None
        raw = authority.clients.get(credentials[0])
        return credentials[0] if raw is not None and raw.raw_basic else unquote_plus(credentials[0])

    def verify(self, authority: Authority, client: RegisteredClient, request: Request, form: Pairs) -> str:
        """Check the secret, form-decoded unless the client is registered as ``raw_basic``."""
        credentials = _basic(request)
        sent = "" if credentials is None else credentials[1]
        if not client.raw_basic:
            if _STRAY_PERCENT.search(sent):
                raise _refused(request, "the Basic credentials are not form-encoded (RFC 6749 §2.3.1)")
            sent = unquote_plus(sent)
        if not _same(client.client_secret, sent):
            raise _refused(request, "the secret is wrong")
        return "client_secret_basic"


class PostMethod:
    """``client_secret_post``: id and secret as form parameters. RFC 6749 §2.3.1."""

    def read(self, authority: Authority, request: Request, form: Pairs) -> str | None:
        """Return the client id of a form that holds a secret; an absent id matches no client."""
        return None if single(form, "client_secret") is None else single(form, "client_id") or ""

    def verify(self, authority: Authority, client: RegisteredClient, request: Request, form: Pairs) -> str:
        """Check the secret."""
        if not _same(client.client_secret, single(form, "client_secret") or ""):
            raise _refused(request, "the secret is wrong")
        return "client_secret_post"


def _basic(request: Request) -> tuple[str, str] | None:
    """Return id and secret of a Basic header as they were sent. Raises ``Refusal`` where it is malformed."""
    scheme, _, value = (request.header("authorization") or "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        text = b64decode(value.strip(), validate=True).decode()
    except ValueError:
        raise _refused(request, "the Basic credentials are not base64 of UTF-8") from None
    client_id, colon, secret = text.partition(":")
    if not colon:
        raise _refused(request, "the Basic credentials hold no colon")
    return client_id, secret


def _same(expected: str | None, sent: str) -> bool:
    return expected is not None and compare_digest(expected.encode(), sent.encode())
