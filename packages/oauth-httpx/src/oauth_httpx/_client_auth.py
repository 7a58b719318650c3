"""The handler that authenticates an OAuth client in requests of the user's own, for any client of HTTPX or httpx2.

Rules of this room: the method is one of oauth_core's, and sees the request's method, URL and form, nothing else of it.
A handler is not callable: httpx2 would wrap it.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Generator
from typing import Any, ClassVar

from oauth_core import (
    AuthContext,
    ClientAuth,
    ClientSecretBasic,
    Flow,
    Request,
    UsageError,
    arun,
    check_secure,
    resolve_client_auth,
    run,
)

from ._auth import FORM, nothing_to_send, nothing_to_send_async
from ._binding import Binding
from ._runtime import current_runtime

__all__ = ["OAuth2ClientAuthBase"]


class OAuth2ClientAuthBase:
    """Authenticates an OAuth client in requests of your own: ``httpx.post(url, data=..., auth=OAuth2ClientAuth(...))``.

    ``method`` is what ``token_endpoint_auth_method`` takes. The request's body is a form. RFC 6749 §2.3.
    """

    binding: ClassVar[Binding]
    requires_request_body: ClassVar[bool] = False  # the flows below read it, where the method needs it
    requires_response_body: ClassVar[bool] = False

    def __init__(
        self,
        client_id: str,
        client_secret: object = None,
        method: object = "client_secret_basic",
        *,
        allow_insecure_http: bool = False,
    ) -> None:
        self._method = resolve_client_auth(method, client_id, client_secret)
        self.allow_insecure_http = allow_insecure_http

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self._method.client_id!r} by {self._method.method}>"

    def sync_auth_flow(self, request: Any) -> Generator[Any, Any, None]:
        """Add the client's proof to a request of a synchronous client. Raises ``InsecureTransportError``."""
        self._check(request)
        if self._reads_body:
            request.read()
        yield self._apply(request, run(self._proof(request), nothing_to_send))

    async def async_auth_flow(self, request: Any) -> AsyncGenerator[Any, Any]:
        """Add the client's proof to a request of an asynchronous client. Raises ``InsecureTransportError``."""
        self._check(request)
        if self._reads_body:
            await request.aread()
        runtime = current_runtime()
        proof = await arun(
            self._proof(request), nothing_to_send_async, sleep=runtime.sleep, to_thread=runtime.to_thread
        )
        yield self._apply(request, proof)

    @property
    def _reads_body(self) -> bool:
        return not isinstance(self._method, ClientSecretBasic)

    def _check(self, request: Any) -> None:
        check_secure(str(request.url), what="a client's secret", allow_insecure_http=self.allow_insecure_http)

    def _proof(self, request: Any) -> Flow[tuple[Request, Request]]:
        """Return the request as the method sees it, and as it leaves it (a flow)."""
        method: ClientAuth = self._method
        body = request.content if self._reads_body else b""
        kind = request.headers.get("Content-Type", FORM).partition(";")[0].strip().lower()
        if body and kind != FORM:
            raise UsageError(f"{method.method} authenticates requests with a form body; this one has {kind}")
        # Only what a method may change is handed to it: no header of the user's request passes through.
        before = Request(request.method, str(request.url), (), body)
        after = yield from method.authenticate(before, AuthContext(endpoint=before.url))
        return before, after

    def _apply(self, request: Any, proof: tuple[Request, Request]) -> Any:
        before, after = proof
        request.headers.update(after.headers)
        if after.url != before.url:
            request = self.binding.with_url(request, after.url)
        if after.body != before.body:
            request = self.binding.with_body(request, after.body, FORM)
        return request
