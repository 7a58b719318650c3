"""OAuth 1.0 for Requests: ``OAuth1Auth`` for any session, and ``OAuth1Session``.

Rules of this room: what is signed is the request in its final form, as Requests has prepared it; a stream is never
read. A hop to the same origin is signed anew, one to another origin carries nothing. All that is OAuth lives in
oauth_core.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, ClassVar, TypeAlias, cast

import requests
from requests import PreparedRequest
from requests.auth import AuthBase

from oauth_core import (
    SIGNATURE_TYPE_HEADER,
    OAuth1Core,
    OAuth1Methods,
    OAuth1Token,
    Request,
    Response,
    make_oauth1_core,
)

from ._hops import at_home, follow_hops, unfollowed_elsewhere
from ._replay import DRAINED, replay, replayable
from ._transport import HTTP_OPTIONS, perform

__all__ = ["OAuth1Auth", "OAuth1Session"]

Plain: TypeAlias = "tuple[str, Any, str | None]"  # URL, body and content type before they were signed


class OAuth1Auth(AuthBase):
    """Signs requests of any Requests session. RFC 5849 §3.

    ``OAuth1Auth(client_key, client_secret, token, token_secret)``; ``resource_owner_key``, ``resource_owner_secret``
    and ``callback_uri`` are also ``token``, ``token_secret`` and ``redirect_uri``. Further keywords are those of
    ``OAuth1Core``: ``signature_method``, ``signature_type`` (``HEADER``, ``QUERY``, ``BODY``), ``rsa_key``, ``realm``,
    ``verifier``, ``force_include_body``, ``client_class`` and so on. Raises ``TypeError`` for an unknown keyword and
    ``UsageError`` for what cannot sign.
    """

    def __init__(
        self,
        client_key: str = "",
        client_secret: str | None = None,
        resource_owner_key: str | None = None,
        resource_owner_secret: str | None = None,
        callback_uri: str | None = None,
        **options: Any,
    ) -> None:
        first = (client_key or None, client_secret, resource_owner_key, resource_owner_secret, callback_uri)
        self.core = make_oauth1_core(type(self).__name__, first, options)
        self._steps = True

    @classmethod
    def of(cls, core: OAuth1Core) -> OAuth1Auth:
        """Return a handler that signs API requests with the credentials that a session holds."""
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

    def __call__(self, r: PreparedRequest) -> PreparedRequest:
        """Sign the request in its final form.

        Raises ``UsageError`` where it cannot carry the signature and ``InsecureTransportError`` for PLAINTEXT over
        plain HTTP to another machine.
        """
        follow_hops(r, self)
        plain = (r.url or "", r.body, r.headers.get("Content-Type"))
        self._sign(r)
        r.hooks["response"].insert(0, partial(self._on_response, plain))
        return r

    def place_on_hop(self, r: PreparedRequest) -> None:
        """Sign a hop to the same origin anew."""
        r.headers.pop("Authorization", None)
        self._sign(r)

    def take_off(self, r: PreparedRequest) -> None:
        """Send a hop to another origin without credentials."""
        r.headers.pop("Authorization", None)

    def _sign(self, r: PreparedRequest) -> None:
        signer = self.core.step_signer if self._steps else self.core.signer
        if getattr(r, "hopped", False) and signer.signature_type == "BODY" and r.body is None:
            signer = signer.replace(signature_type="HEADER")  # the redirect has turned a POST into a GET
        headers = r.headers
        url, authorization, body, content_type = signer.sign_parts(
            r.method or "GET", r.url or "", headers.get("Content-Type"), r.body, host=headers.get("Host")
        )
        if authorization is not None:
            headers["Authorization"] = authorization
        if content_type is not None:
            headers["Content-Type"] = content_type
        r.url = url
        if body is not r.body:
            encoded = body.encode("utf-8") if isinstance(body, str) else bytes(cast("bytes", body))
            r.body = encoded
            headers["Content-Length"] = str(len(encoded))

    def _on_response(self, plain: Plain, response: requests.Response, **kwargs: Any) -> requests.Response:
        request = response.request
        if self.core.signer.signature_type != SIGNATURE_TYPE_HEADER:
            response = unfollowed_elsewhere(response, plain[0])
        if response.status_code not in {400, 401, 403} or not at_home(request, plain[0]) or not replayable(request):
            return response
        neutral = Response(response.status_code, tuple(response.headers.items()), _report(response, **kwargs))
        if not self.core.adjust_clock(neutral):
            return response

        hopped = getattr(request, "hopped", False)

        def prepare(again: PreparedRequest) -> None:
            if not hopped:
                again.url, again.body, content_type = plain
                if content_type is None:
                    again.headers.pop("Content-Type", None)
                else:
                    again.headers["Content-Type"] = content_type
            again.headers.pop("Authorization", None)
            self._sign(again)

        return replay(response, prepare, self._on_response, **kwargs)


def _report(response: requests.Response, **kwargs: Any) -> bytes:
    """Return the body in which a server may report why it refused: one that Requests reads anyway, or a short one."""
    announced = response.headers.get("Content-Length", "")
    if kwargs.get("stream") and not (announced.isdigit() and int(announced) <= DRAINED):
        return b""
    return response.content


class OAuth1Session(OAuth1Methods, requests.Session):
    """A Requests session that signs its requests, and takes the three steps to an access token. RFC 5849.

    ``OAuth1Session(client_key, client_secret)``, then ``fetch_request_token``, ``create_authorization_url``,
    ``parse_authorization_response`` and ``fetch_access_token``; or with ``resource_owner_key`` and
    ``resource_owner_secret`` (also ``token``, ``token_secret``) at once. Further keywords are those of ``OAuth1Core``:
    ``signature_method``, ``signature_type`` (``HEADER``, ``QUERY``, ``BODY``), ``rsa_key``, ``realm``, ``verifier``,
    ``force_include_body``, ``client_class`` and so on. ``default_timeout`` (seconds) is for API requests and, instead
    of 10 s, for the token steps. Raises ``TypeError`` for an unknown keyword.
    """

    __attrs__: ClassVar[list[str]] = [*requests.Session.__attrs__, "_core", "default_timeout"]  # type: ignore[misc]  # what pickles
    _http_options = HTTP_OPTIONS

    def __init__(
        self,
        client_key: str = "",
        client_secret: str | None = None,
        resource_owner_key: str | None = None,
        resource_owner_secret: str | None = None,
        callback_uri: str | None = None,
        *,
        default_timeout: Any = None,
        **options: Any,
    ) -> None:
        first = (client_key or None, client_secret, resource_owner_key, resource_owner_secret, callback_uri)
        self._core = make_oauth1_core(type(self).__name__, first, options)
        requests.Session.__init__(self)
        self.default_timeout = default_timeout
        self.auth = OAuth1Auth.of(self._core)

    def _send(self, request: Request, options: Mapping[str, object]) -> Response:
        return perform(self, request, options, timeout=self.default_timeout)

    def request(self, method: Any, url: Any, *args: Any, **kwargs: Any) -> requests.Response:
        """Send a signed request. Takes what ``requests.Session.request`` takes."""
        if kwargs.get("timeout") is None and self.default_timeout is not None and len(args) < 7:
            kwargs["timeout"] = self.default_timeout
        return super().request(method, url, *args, **kwargs)
