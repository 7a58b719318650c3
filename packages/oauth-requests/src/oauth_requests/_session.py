"""``OAuth2Session``: a ``requests.Session`` that holds a token.

Rules of this room: API requests stay Requests' own; the session only adds its auth handler and a default time-out, and
keeps credentials to the origin they were meant for. All that is OAuth lives in oauth_core.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import requests

from oauth_core import (
    OPTION_NAMES,
    OAuth2Settings,
    Request,
    Response,
    SessionMethods,
    TokenSource,
    unknown_keyword,
)

from ._auth import NoAuth, TokenAuth, client_of_this_colour
from ._transport import HTTP_OPTIONS, perform

__all__ = ["OAuth2Session"]


class OAuth2Session(SessionMethods, requests.Session):
    """A Requests session that puts its token on each request and renews it in time.

    ``token_endpoint_auth_method`` names how the client authenticates (``client_secret_basic`` unless the server's
    metadata excludes it). ``update_token(token, refresh_token=, access_token=)`` or ``token_updater(token)`` is called
    for every renewed token; ``store`` sees every token under ``store_key``. ``leeway`` is how many seconds before its
    end a token is renewed; ``default_timeout`` (seconds) is for API requests and, instead of 10 s, for the server's
    endpoints. ``client`` lends its configuration; of one of oauthlib, client id, scope and token are taken over.
    Endpoints are given one by one, by ``metadata`` (a mapping), or found through ``issuer``, ``server_metadata_url`` or
    ``webfinger``; ``grant`` or ``grant_type`` obtains the first token without a call of yours. ``auto_refresh_url`` is
    another spelling of ``token_endpoint``; ``auto_refresh_kwargs`` are parameters of renewals alone. ``dpop`` is the
    key that tokens are bound to; ``id_token_validator``, ``jarm_validator``, ``userinfo_validator`` and
    ``introspection_validator`` judge what the server signs (oauth-jwt has all). Raises ``TypeError`` for an unknown
    keyword.
    """

    __attrs__: ClassVar[list[str]] = [  # type: ignore[misc]  # what pickles
        *requests.Session.__attrs__,
        "_code_verifier",
        "_config",
        "_nonce",
        "_settings",
        "_signed",
        "_source",
        "default_timeout",
        "state",
    ]
    _http_options = HTTP_OPTIONS
    _source: TokenSource

    def __init__(  # noqa: PLR0917 - the order of the class that people move from
        self,
        client_id: str | None = None,
        client_secret: object = None,
        token_endpoint_auth_method: object = None,
        revocation_endpoint_auth_method: object = None,
        scope: object = None,
        state: str | None = None,
        redirect_uri: str | None = None,
        token: Mapping[str, object] | None = None,
        token_placement: str = "header",
        update_token: Callable[..., object] | None = None,
        leeway: float = 60,
        default_timeout: Any = None,
        *,
        client: object = None,
        **options: Any,
    ) -> None:
        for name in options:
            if name not in OPTION_NAMES:
                raise unknown_keyword(type(self).__name__, name, {*OPTION_NAMES, "default_timeout", "token_placement"})
        if _of_oauthlib(client):
            client_id = client_id or getattr(client, "client_id", None)
            scope = scope or getattr(client, "scope", None)
            token = token or getattr(client, "token", None) or None
            client = None
        settings = OAuth2Settings(
            {
                **options,
                "client_id": client_id,
                "client_secret": client_secret,
                "token_endpoint_auth_method": token_endpoint_auth_method,
                "revocation_endpoint_auth_method": revocation_endpoint_auth_method,
                "scope": scope,
                "redirect_uri": redirect_uri,
                "token": token,
                "update_token": update_token,
                "leeway": leeway,
            },
            base=None if client is None else client_of_this_colour(client).config,
        )
        requests.Session.__init__(self)
        self.default_timeout = default_timeout
        self._set_up(settings, state, self.new_source)
        self.auth = TokenAuth(
            self._source,
            token_placement=token_placement,
            hooks=settings.config.hooks,
            allow_insecure_http=settings.config.allow_insecure_http,
            dpop=settings.config.dpop,
        )

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self.client_id!r}>"

    def _send(self, request: Request, options: Mapping[str, object]) -> Response:
        return perform(self, request, options, timeout=self.default_timeout)

    if TYPE_CHECKING:  # at run time they are Requests' own, which hand on what they do not know

        def get(self, url: Any, *args: Any, withhold_token: bool = False, **kwargs: Any) -> requests.Response: ...
        def options(self, url: Any, *args: Any, withhold_token: bool = False, **kwargs: Any) -> requests.Response: ...
        def head(self, url: Any, *args: Any, withhold_token: bool = False, **kwargs: Any) -> requests.Response: ...
        def post(self, url: Any, *args: Any, withhold_token: bool = False, **kwargs: Any) -> requests.Response: ...
        def put(self, url: Any, *args: Any, withhold_token: bool = False, **kwargs: Any) -> requests.Response: ...
        def patch(self, url: Any, *args: Any, withhold_token: bool = False, **kwargs: Any) -> requests.Response: ...
        def delete(self, url: Any, *args: Any, withhold_token: bool = False, **kwargs: Any) -> requests.Response: ...

    def request(
        self, method: Any, url: Any, *args: Any, withhold_token: bool = False, **kwargs: Any
    ) -> requests.Response:
        """Send an API request with the token; ``withhold_token=True`` sends none.

        Takes what ``requests.Session.request`` takes. Raises ``MissingTokenError`` without a token and a grant.
        """
        if withhold_token:
            if kwargs.get("auth") is not None:
                raise TypeError("pass withhold_token or auth, not both")
            kwargs["auth"] = NoAuth()
        if kwargs.get("timeout") is None and self.default_timeout is not None and len(args) < 7:
            kwargs["timeout"] = self.default_timeout
        return super().request(method, url, *args, **kwargs)


# What a client of oauthlib stands for that each call of ``fetch_token`` infers anew.
_INFERRED = frozenset({"authorization_code", "client_credentials", "password"})


def _of_oauthlib(client: object) -> bool:
    """Tell whether this is a client of oauthlib, as requests-oauthlib takes. Raises ``TypeError`` for some kinds."""
    if not any(kind.__module__.startswith("oauthlib.") for kind in type(client).__mro__):
        return False
    if getattr(client, "grant_type", None) in _INFERRED:
        return True
    raise TypeError(
        f"a session does not take over a {type(client).__name__} of oauthlib: assertions are AssertionSession's, and "
        "the implicit grant is asked for by authorization_url(..., response_type='token')"
    )
