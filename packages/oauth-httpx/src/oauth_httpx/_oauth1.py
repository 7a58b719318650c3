"""OAuth 1.0 for any client of HTTPX or httpx2: the handler that signs requests.

Rules of this room: what is signed is the request in its final form, as the library has built it; a stream is never
read. A refusal that is about the time of day is answered once. All that is OAuth lives in oauth_core. The two flows
are twins; what they decide stands in the functions that both call.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Generator
from typing import Any, ClassVar, Self, cast

from oauth_core import (
    BodyReader,
    OAuth1Core,
    OAuth1Token,
    Response,
    TransportError,
    make_oauth1_core,
)

from ._binding import Binding, SealedStream, body_file, peek, peek_async, shorten
from ._redirects import HopAuth
from ._runtime import awaited

__all__ = ["OAuth1AuthBase"]

_REFUSALS = frozenset({400, 401, 403})
_TURNED = "oauth1_turned"  # marks a hop that a redirect has turned from a POST into a GET


class OAuth1AuthBase(HopAuth):
    """Signs requests of any client, synchronous or asynchronous. RFC 5849 §3.

    ``OAuth1Auth(client_key, client_secret, token, token_secret)``; ``client_id``, ``resource_owner_key``,
    ``resource_owner_secret`` and ``callback_uri`` name the same. Further keywords are those of ``OAuth1Core``:
    ``signature_method``, ``signature_type`` (``HEADER``, ``QUERY``, ``BODY``), ``rsa_key``, ``realm``, ``verifier``,
    ``force_include_body``, ``client_class`` and so on. A client of the library sends a redirect with the signature of
    the request before, which servers refuse: follow redirects with ``OAuth1Client``, whose hops are signed anew.
    Raises ``TypeError`` for an unknown keyword and ``UsageError`` for what cannot sign.
    """

    binding: ClassVar[Binding]
    requires_request_body: ClassVar[bool] = False
    requires_response_body: ClassVar[bool] = False

    def __init__(
        self,
        client_key: str = "",
        client_secret: str | None = None,
        token: str | None = None,
        token_secret: str | None = None,
        redirect_uri: str | None = None,
        **options: Any,
    ) -> None:
        first = (client_key or None, client_secret, token, token_secret, redirect_uri)
        self.core = make_oauth1_core(type(self).__name__, first, options)
        self._steps = True

    @classmethod
    def of(cls, core: OAuth1Core) -> Self:
        """Return a handler that signs API requests with the credentials that a client holds."""
        auth = cls.__new__(cls)
        auth.core = core
        auth._steps = False  # noqa: SLF001 - its own
        return auth

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.core!r}>"

    @property
    def token(self) -> OAuth1Token:
        """The token in use, to persist."""
        return self.core.token

    def sync_auth_flow(self, request: Any) -> Generator[Any, Any, None]:
        """Sign a request of a synchronous client, and once more where the server refused the time of day.

        Raises ``UsageError`` where it cannot carry the signature and ``InsecureTransportError`` for PLAINTEXT over
        plain HTTP to another machine.
        """
        repeatable, file = self._body_of(request)
        position = None if file is None else file.tell()
        signed = self._sign(request)
        response = yield signed
        if not repeatable or response.status_code not in _REFUSALS or response.request is not signed:
            return
        if not self.core.adjust_clock(_neutral(response, peek(response, self.binding))):
            return
        shorten(response, self.binding.capped)
        if file is not None:
            file.seek(position)
        yield self._sign(request)

    async def async_auth_flow(self, request: Any) -> AsyncGenerator[Any, Any]:
        """Sign a request of an asynchronous client, and once more where the server refused the time of day.

        Raises ``UsageError`` where it cannot carry the signature and ``InsecureTransportError`` for PLAINTEXT over
        plain HTTP to another machine.
        """
        repeatable, file = self._body_of(request)
        position = None if file is None else await awaited(file.tell())
        signed = self._sign(request)
        response = yield signed
        if not repeatable or response.status_code not in _REFUSALS or response.request is not signed:
            return
        if not self.core.adjust_clock(_neutral(response, await peek_async(response, self.binding))):
            return
        shorten(response, self.binding.capped_async)
        if file is not None:
            await awaited(file.seek(position))
        yield self._sign(request)

    def _body_of(self, request: Any) -> tuple[bool, Any]:
        if self.binding.is_bytes(request.stream):
            return True, None
        return body_file(request.stream)

    def _sign(self, request: Any) -> Any:
        """Return the signed request; with the signature in the header it is the same object."""
        signer = self.core.step_signer if self._steps else self.core.signer
        if _TURNED in request.extensions:
            signer = signer.replace(signature_type="HEADER")
        headers, stream, url = request.headers, request.stream, str(request.url)
        is_socket = request.url.scheme in {"ws", "wss"}  # httpx2 opens WebSockets by an HTTP request
        if is_socket:
            url = f"http{url[2:]}"
        body = request.read() if self.binding.is_bytes(stream) else stream
        signed_url, authorization, signed_body, content_type = signer.sign_parts(
            request.method, url, headers.get("Content-Type"), body, host=headers.get("Host")
        )
        if authorization is not None:
            headers["Authorization"] = authorization
        if signed_body is not body:
            return self.binding.with_body(request, cast("bytes", signed_body), content_type)
        if content_type is not None:
            headers["Content-Type"] = content_type
        if signed_url is url:
            return request
        return self.binding.with_url(request, f"ws{signed_url[4:]}" if is_socket else signed_url)

    def next_hop(self, upcoming: Any, content: bytes | None, *, at_home: bool) -> Any:
        """Return the request that follows a redirect, or None where it would carry the signature along."""
        in_body = isinstance(upcoming.stream, SealedStream)
        if not at_home:
            return None if in_body or "oauth_signature" in str(upcoming.url) else upcoming
        if in_body and content is not None:
            return self.binding.with_body(upcoming, content)
        if self.core.signer.signature_type == "BODY" and upcoming.method in {"GET", "HEAD"}:
            upcoming.extensions = {**upcoming.extensions, _TURNED: True}
        return upcoming


def _neutral(response: Any, body: bytes) -> Response:
    coding = None if response.is_stream_consumed else response.headers.get("Content-Encoding")
    try:
        reader = BodyReader(coding)
        reader.feed(body)
        body = reader.finish()
    except TransportError:
        body = b""  # a report that cannot be read reports nothing
    return Response(response.status_code, tuple(response.headers.multi_items()), body)
