"""The value that a test installs and holds: everything that keys add to the fake server."""

from __future__ import annotations

from functools import partial

from oauth_core.testing import Authority, Endpoint

from ._answers import (
    claims_endpoint,
    claims_token,
    hybrid_response,
    id_token_member,
    logout_token,
    read_request_object,
    signed_response,
    with_signed_answers,
)
from ._assertions import JWT_BEARER, AssertionMethod, jwt_bearer, named_by_assertion
from ._proofs import bound_token, demand_proof
from ._state import KeyState

__all__ = ["KeyOperations", "install"]

KINDS = ({"id_token"}, {"code", "token"}, {"id_token", "token"}, {"code", "id_token"}, {"code", "id_token", "token"})


MODES = ["query", "fragment", "form_post", "jwt", "query.jwt", "fragment.jwt", "form_post.jwt"]


class KeyOperations(KeyState):
    """All that keys add to a fake server: ``server.install(KeyOperations())``.

    ``nonce`` is demanded in every DPoP proof (None: no nonce). ``alter(kind, header, claims)`` may change anything
    before it is signed; ``kind`` is ``id_token``, ``userinfo``, ``introspection``, ``authorization``, ``logout`` or
    ``claims``. ``forge(kind, token)`` returns what takes the place of a signed token. ``keys`` are the server's own by
    algorithm, made when first needed unless given; after a change of them ``publish()`` shows it. Clients say in
    ``RegisteredClient.metadata`` what they are registered for, in the words of RFC 7591: ``jwks``,
    ``id_token_signed_response_alg``, ``dpop_bound_access_tokens``, ….
    """

    def __call__(self, authority: Authority) -> None:
        """Add everything to the tables of a server."""
        self._authority = authority
        for name in ("client_secret_jwt", "private_key_jwt"):
            authority.auth_methods[name] = AssertionMethod(self, name)
        authority.grants[JWT_BEARER] = jwt_bearer(self)
        authority.token_schemes["dpop"] = partial(bound_token, self)
        authority.token_members.append(partial(id_token_member, self))
        authority.sign_response = partial(signed_response, self)
        authority.readers.append(partial(read_request_object, self))
        for kinds in KINDS:
            authority.response_types[frozenset(kinds)] = hybrid_response(self, frozenset(kinds))
        for path, endpoint in list(authority.endpoints.items()):
            if endpoint.name == "token":
                handler = demand_proof(self, named_by_assertion(endpoint.handler))
            elif endpoint.name == "userinfo":
                handler = with_signed_answers(self, endpoint.handler, "userinfo")
            elif endpoint.name == "introspect":
                handler = with_signed_answers(self, endpoint.handler, "introspection")
            else:
                continue
            authority.endpoints[path] = Endpoint(endpoint.name, handler, endpoint.member, endpoint.streams)
        authority.endpoints["/claims"] = Endpoint("claims", partial(claims_endpoint, self))
        self.key("RS256")
        self.publish()
        authority.metadata |= {
            "token_endpoint_auth_signing_alg_values_supported": ["HS256", "HS384", "HS512", *self.asymmetric],
            "id_token_signing_alg_values_supported": ["HS256", *self.asymmetric],
            "dpop_signing_alg_values_supported": list(self.asymmetric),
            "subject_types_supported": ["public"],
            "request_parameter_supported": True,
            "response_modes_supported": MODES,
        }

    def logout_token(self, client_id: str, *, sub: str | None = None, sid: str | None = None) -> str:
        """Return what this server would post to a client's back-channel logout address.

        Raises ``RuntimeError`` where it is installed at no server. OIDC Back-Channel Logout §2.4.
        """
        if self._authority is None:
            raise RuntimeError("these key operations are installed at no server: call server.install() first")
        return logout_token(self, self._authority, self._authority.clients[client_id], sub, sid)

    def claims_token(self, user: str) -> str:
        """Return the claims about a person as a JWT, for another server to hand on; ``/claims`` gives the same.

        That endpoint, ``server.endpoint("claims")``, wants a token of this server that stands for the person. Raises
        ``RuntimeError`` where it is installed at no server. OIDC Core §5.6.2.
        """
        if self._authority is None:
            raise RuntimeError("these key operations are installed at no server: call server.install() first")
        return claims_token(self, self._authority, self._authority.users[user])


def install(authority: Authority) -> None:
    """Add key operations with their defaults: what the entry points name."""
    KeyOperations()(authority)
