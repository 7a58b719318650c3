"""The authorization request and the answer that comes back through the user's browser.

Rules of this room: both are frozen values that survive a trip through a session store as JSON, so that the callback
may be handled by another process; checks fail closed: what was sent must come back, and what metadata promises must
be there. Unsafe choices have names that say what is given up.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Self, TypeVar
from urllib.parse import parse_qsl, urlsplit

from ._callback import JWT_MODES, check_callback, plain_parameters
from ._errors import ProtocolViolation, UsageError
from ._messages import Pairs, Params, add_query, encode_form, pairs
from ._pkce import code_challenge as make_code_challenge
from ._pkce import generate_code_verifier, generate_token
from ._urls import check_endpoint

__all__ = ["AuthorizationRequest", "AuthorizationResponse"]

V = TypeVar("V")

_KINDS = {"code": "a code", "token": "an access_token", "id_token": "an id_token"}


@dataclass(frozen=True, slots=True, repr=False)
class AuthorizationResponse:
    """What a valid callback brought, with what the token request needs to go with it. RFC 6749 §4.1.2."""

    code: str | None
    state: str | None = None
    iss: str | None = None
    redirect_uri: str | None = None
    code_verifier: str | None = None
    nonce: str | None = None
    max_age: int | None = None
    acr_values: str | None = None
    requested_scope: str | None = None
    parameters: Pairs = ()

    def __repr__(self) -> str:
        return f"<AuthorizationResponse with {', '.join(name for name, _ in self.parameters)}>"

    def get(self, name: str) -> str | None:
        """Return any parameter of the callback by its name, or None."""
        return next((value for key, value in self.parameters if key == name), None)

    def __getattr__(self, name: str) -> str:
        if not name.startswith("_"):
            value = self.get(name)
            if value is not None:
                return value
        raise AttributeError(f"the authorization response has no parameter {name!r}")

    def to_json(self) -> str:
        """Return the response as JSON. It holds the code and the verifier: keep it where the session is kept."""
        return _to_json(self)

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """Return the response that ``to_json`` wrote. Raises ``UsageError`` where it is none."""
        return _from_json(cls, {f.name for f in fields(cls)}, text)


@dataclass(frozen=True, slots=True, repr=False, init=False)
class AuthorizationRequest:
    """A request to the authorization endpoint: open ``uri`` in the user's browser, then ``validate_callback``.

    ``state``, the ``nonce`` (where the scope has ``openid``) and the PKCE verifier are made anew unless given.
    ``state=None`` or ``nonce=None`` sends none and gives up that check, ``code_challenge_method=None`` gives up PKCE.
    ``issuer`` is compared with ``iss`` wherever the callback has one, and ``iss_required`` demands one. ``prompt``,
    ``acr_values`` and ``ui_locales`` are text or lists of words, ``max_age`` is in seconds, ``claims`` and
    ``authorization_details`` are structured, ``resource`` may be a list (OIDC Core §3.1.2.1, RFC 8707, RFC 9396). Any
    further keyword is sent as a parameter, a list repeats it; ``extra`` takes such parameters as pairs. With
    ``request_uri`` (RFC 9126) or ``request`` (RFC 9101), which stand for all parameters, ``uri`` holds only that, the
    ``client_id`` and, for a login by a request object, what OpenID Connect repeats beside it. ``sent_as`` is the
    corrected URL of ``with_uri``. RFC 6749 §4.1.1.
    """

    authorization_endpoint: str
    client_id: str
    redirect_uri: str | None
    scope: str | None
    response_type: str
    state: str | None
    nonce: str | None
    code_verifier: str | None
    code_challenge_method: str | None
    issuer: str | None
    iss_required: bool
    extra: Pairs
    allow_insecure_http: bool
    sent_as: str | None
    request_uri: str | None
    request: str | None

    def __init__(
        self,
        authorization_endpoint: str,
        client_id: str,
        *,
        redirect_uri: str | None = None,
        scope: str | Iterable[str] | None = None,
        response_type: str = "code",
        state: str | None = "",
        nonce: str | None = "",
        code_verifier: str | None = None,
        code_challenge_method: str | None = "S256",
        issuer: str | None = None,
        iss_required: bool = False,
        response_mode: str | None = None,
        prompt: str | Iterable[str] | None = None,
        max_age: int | str | None = None,
        login_hint: str | None = None,
        id_token_hint: object = None,
        acr_values: str | Iterable[str] | None = None,
        ui_locales: str | Iterable[str] | None = None,
        claims: str | Mapping[str, object] | None = None,
        resource: str | Iterable[str] | None = None,
        authorization_details: object = None,
        extra: Params = (),
        allow_insecure_http: bool = False,
        sent_as: str | None = None,
        request_uri: str | None = None,
        request: str | None = None,
        **parameters: object,
    ) -> None:
        check_endpoint(authorization_endpoint, "authorization_endpoint", allow_insecure_http=allow_insecure_http)
        if not client_id:
            raise UsageError("an authorization request needs a client_id")
        kinds = response_type.split()
        scope = scope if scope is None or isinstance(scope, str) else " ".join(scope)
        if nonce == "":
            nonce = generate_token() if "openid" in (scope or "").split() or "id_token" in kinds else None
        if code_challenge_method is None and code_verifier:
            raise UsageError("a code_verifier was given together with code_challenge_method=None, which means no PKCE")
        if code_challenge_method is not None and "code" in kinds:
            code_verifier = code_verifier or generate_code_verifier()
        else:
            code_verifier = None
        fix = object.__setattr__
        fix(self, "authorization_endpoint", authorization_endpoint)
        fix(self, "client_id", client_id)
        fix(self, "redirect_uri", redirect_uri)
        fix(self, "scope", scope)
        fix(self, "response_type", response_type)
        fix(self, "state", generate_token() if state == "" else state)
        fix(self, "nonce", nonce)
        fix(self, "code_verifier", code_verifier)
        fix(self, "code_challenge_method", code_challenge_method)
        fix(self, "issuer", issuer)
        fix(self, "iss_required", iss_required)
        named: dict[str, object] = {
            "resource": resource if resource is None or isinstance(resource, str) else tuple(resource),
            "prompt": _words(prompt),
            "max_age": max_age,
            "response_mode": response_mode,
            "login_hint": login_hint,
            "id_token_hint": _hint(id_token_hint),
            "acr_values": _words(acr_values),
            "ui_locales": _words(ui_locales),
            "claims": claims,
            "authorization_details": _details(authorization_details),
        }
        given = (*pairs(named), *pairs(parameters))
        fix(self, "extra", (*pairs(extra), *given))
        fix(self, "allow_insecure_http", allow_insecure_http)
        fix(self, "sent_as", sent_as)
        fix(self, "request_uri", request_uri)
        fix(self, "request", request)
        if request_uri is not None and request is not None:
            raise UsageError("an authorization request is sent as request_uri or as request, not as both")
        own = {name for name, _ in self._own_parameters()}  # a bad verifier or method is refused here already
        twice = sorted(own & {name for name, _ in self.extra})
        twice += sorted({name for name, _ in given} & {name for name, _ in pairs(extra)} - {"resource"})
        if twice:
            raise UsageError(f"{', '.join(twice)} would be sent twice; it has a keyword of its own or is made here")

    def __getattr__(self, name: str) -> str:
        if not name.startswith("_"):
            for key, value in self.extra:
                if key == name:
                    return value
        raise AttributeError(f"the authorization request has no parameter {name!r}")

    def __repr__(self) -> str:
        return f"<AuthorizationRequest of {self.client_id!r} for scope {self.scope!r}>"

    def __str__(self) -> str:
        return self.uri

    @property
    def code_challenge(self) -> str | None:
        """The PKCE challenge that is sent, or None without PKCE."""
        if self.code_verifier is None or self.code_challenge_method is None:
            return None
        return make_code_challenge(self.code_verifier, self.code_challenge_method)

    def _own_parameters(self) -> Pairs:
        challenge = self.code_challenge
        own = (
            ("response_type", self.response_type),
            ("client_id", self.client_id),
            ("redirect_uri", self.redirect_uri),
            ("scope", self.scope),
            ("state", self.state),
            ("nonce", self.nonce),
            ("code_challenge", challenge),
            ("code_challenge_method", self.code_challenge_method if challenge else None),
        )
        return tuple((name, value) for name, value in own if value is not None)

    @property
    def parameters(self) -> Pairs:
        """The parameters of the request, in the order in which they are sent, pushed or signed."""
        return (*self._own_parameters(), *self.extra)

    @property
    def uri(self) -> str:
        """The URL to open in the user's browser."""
        if self.sent_as is not None:
            return self.sent_as
        if self.request_uri is not None or self.request is not None:
            name, value = ("request_uri", self.request_uri) if self.request_uri else ("request", self.request or "")
            sent = (("client_id", self.client_id), *self._repeated(value), (name, value))
            return add_query(self.authorization_endpoint, encode_form(sent))
        return add_query(self.authorization_endpoint, encode_form(self.parameters))

    def _repeated(self, reference: str) -> Pairs:
        """Return what OpenID Connect wants beside a request object, and RFC 9101 §5 lets be there. OIDC Core §6.1.

        Beside the reference to a pushed request there is nothing.
        """
        if reference.startswith("urn:") or "openid" not in (self.scope or "").split():
            return ()
        return (("response_type", self.response_type), ("scope", "openid"))

    @property
    def wants_signed_response(self) -> bool:
        """Whether the answer must come as a JWT: ``response_mode`` is ``jwt`` or ends so. JARM §2.3."""
        sent = self.extra if self.sent_as is None else parse_qsl(urlsplit(self.sent_as).query)
        return dict(sent).get("response_mode") in JWT_MODES

    def with_uri(self, uri: str) -> Self:
        """Return the request that is sent as ``uri``, this one's ``uri`` after a correction.

        What is checked or sent later (redirect URI, scope, state, nonce) follows the correction; a state or nonce
        that the correction left out stays demanded.
        """
        sent = dict(parse_qsl(urlsplit(uri).query, keep_blank_values=True))
        return replace(
            self,
            redirect_uri=sent.get("redirect_uri"),
            scope=sent.get("scope"),
            response_type=sent.get("response_type", self.response_type),
            state=sent.get("state", self.state),
            nonce=sent.get("nonce", self.nonce),
            sent_as=uri,
        )

    def validate_callback(
        self, response: str | Mapping[str, object] | Iterable[tuple[str, str]]
    ) -> AuthorizationResponse:
        """Return the authorization response when it belongs to this request and is no error.

        ``response`` is the whole callback URL, its query, or the parameters; a signed one (JARM) is verified first, by
        the ``validate_callback`` of a client or by a ``JARMValidator``, whose result this method takes. Raises
        ``MismatchingStateError``, ``MismatchingIssuerError``, ``AuthorizationRefused`` for an error and
        ``ProtocolViolation`` where a parameter is repeated, one that was asked for (``response_type``) is missing, or
        the response was to be signed and is not. RFC 6749 §4.1.2, RFC 9207 §2.4.
        """
        found = plain_parameters(response, demanded=self.wants_signed_response)
        check_callback(found, state=self.state, issuer=self.issuer, iss_required=self.iss_required)
        members = dict(found)
        for kind in self.response_type.split():
            name = "access_token" if kind == "token" else kind
            if kind in _KINDS and not members.get(name):
                raise ProtocolViolation(
                    f"the callback holds neither {_KINDS[kind]} nor an error", error=f"missing_{name}"
                )
        extra = dict(self.extra)
        return AuthorizationResponse(
            code=members.get("code"),
            state=members.get("state"),
            iss=members.get("iss"),
            redirect_uri=self.redirect_uri,
            code_verifier=self.code_verifier,
            nonce=self.nonce,
            max_age=int(extra["max_age"]) if extra.get("max_age", "").isdecimal() else None,
            acr_values=extra.get("acr_values"),
            requested_scope=self.scope,
            parameters=found,
        )

    def to_json(self) -> str:
        """Return the request as JSON. It holds state and verifier: keep it where the user's session is kept."""
        return _to_json(self)

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """Return the request that ``to_json`` wrote. Raises ``UsageError`` where it is none."""
        return _from_json(cls, {f.name for f in fields(cls)}, text)


def _words(value: str | Iterable[str] | None) -> str | None:
    return value if value is None or isinstance(value, str) else " ".join(value)


def _hint(token: object) -> object:
    """The text of an ID token, or of the token answer or the validated claims that hold it."""
    if token is None or isinstance(token, str):
        return token
    text = token.get("id_token") if isinstance(token, Mapping) else None
    text = text or getattr(token, "id_token", None)
    if isinstance(text, str):
        return text
    raise UsageError("id_token_hint is the text of an ID token, or a token that holds one")


def _details(value: object) -> object:
    if value is None or isinstance(value, str):
        return value
    from ._details import authorization_details

    return authorization_details(value)


def _to_json(value: AuthorizationRequest | AuthorizationResponse) -> str:
    return json.dumps({f.name: getattr(value, f.name) for f in fields(value)})


def _from_json(cls: type[V], names: set[str], text: str | bytes) -> V:
    problem = f"this is not the JSON of an {cls.__name__}"
    try:
        members = json.loads(text)
    except ValueError:
        raise UsageError(problem) from None
    if not isinstance(members, dict) or set(members) - names:
        raise UsageError(problem)
    try:
        for name in ("extra", "parameters"):
            if name in members:
                members[name] = tuple((str(key), str(value)) for key, value in members[name])
        return cls(**members)
    except (TypeError, ValueError):
        raise UsageError(problem) from None
