# mypy: ignore-errors
# Authlib brings no types.
"""The grants and endpoints of Authlib's server, filled in with our store. Authlib decides what the protocol says."""

from __future__ import annotations

import secrets
import time
from typing import Any

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import grants
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7523 import JWTBearerClientAssertion, JWTBearerGrant
from authlib.oauth2.rfc7591 import ClientRegistrationEndpoint
from authlib.oauth2.rfc7592 import ClientConfigurationEndpoint
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oauth2.rfc7662 import IntrospectionEndpoint
from authlib.oauth2.rfc8628 import DeviceAuthorizationEndpoint, DeviceCodeGrant, DeviceCredentialDict
from authlib.oauth2.rfc9207 import IssuerParameter
from joserfc.jwk import KeySet, OctKey

from tests.servers.authlib_models import Client, Code, Store, Token

JWT_METHODS = ["client_secret_jwt", "private_key_jwt"]
CONFIDENTIAL = ["client_secret_basic", "client_secret_post", *JWT_METHODS]
ALL_METHODS = [*CONFIDENTIAL, "none"]
DEVICE_INTERVAL = 1


def register_all(server: AuthorizationServer, store: Store, issuer: str, users: dict[str, str]) -> None:
    """Teach `server` every grant and endpoint that Authlib brings and these tests use."""
    _register_grants(server, store, issuer, users)
    _register_client_assertions(server, store, issuer)
    _register_token_endpoints(server, store)
    _register_device_endpoint(server, store, issuer)
    _register_registration(server, store, issuer)

    class Issuer(IssuerParameter):
        def get_issuer(self) -> str:
            return issuer

    # The extension registers its own hook when it is called with the server.
    server.register_extension(Issuer())


def _register_grants(server: AuthorizationServer, store: Store, issuer: str, users: dict[str, str]) -> None:
    class AuthorizationCodeGrant(grants.AuthorizationCodeGrant):
        TOKEN_ENDPOINT_AUTH_METHODS = ALL_METHODS

        def save_authorization_code(self, code: str, request: Any) -> None:
            data = request.payload.data
            store.codes[code] = Code(
                code=code,
                client_id=request.client.client_id,
                username=request.user,
                redirect_uri=request.payload.redirect_uri,
                scope=request.scope,
                code_challenge=data.get("code_challenge"),
                code_challenge_method=data.get("code_challenge_method"),
            )

        def query_authorization_code(self, code: str, client: Client) -> Code | None:
            found = store.codes.get(code)
            usable = found and found.client_id == client.client_id and found.expires_at > time.time()
            return found if usable else None

        def delete_authorization_code(self, authorization_code: Code) -> None:
            del store.codes[authorization_code.code]

        def authenticate_user(self, authorization_code: Code) -> str:
            return authorization_code.username

    class PasswordGrant(grants.ResourceOwnerPasswordCredentialsGrant):
        TOKEN_ENDPOINT_AUTH_METHODS = ALL_METHODS

        def authenticate_user(self, username: str, password: str) -> str | None:
            return username if users.get(username) == password else None

    class ClientCredentialsGrant(grants.ClientCredentialsGrant):
        TOKEN_ENDPOINT_AUTH_METHODS = CONFIDENTIAL

    class RefreshTokenGrant(grants.RefreshTokenGrant):
        TOKEN_ENDPOINT_AUTH_METHODS = ALL_METHODS
        INCLUDE_NEW_REFRESH_TOKEN = True

        def authenticate_refresh_token(self, refresh_token: str) -> Token | None:
            token = store.by_refresh_token(refresh_token)
            return token if token and not token.refresh_revoked and not token.refresh_expired else None

        def authenticate_user(self, refresh_token: Token) -> str | None:
            return refresh_token.username

        def revoke_old_credential(self, refresh_token: Token) -> None:
            refresh_token.refresh_revoked = True

    class DeviceGrant(DeviceCodeGrant):
        TOKEN_ENDPOINT_AUTH_METHODS = ALL_METHODS

        def query_device_credential(self, device_code: str) -> DeviceCredentialDict | None:
            return store.device_codes.get(device_code)

        def query_user_grant(self, user_code: str) -> tuple[str, bool] | None:
            return store.decisions.get(user_code)

        def should_slow_down(self, credential: DeviceCredentialDict) -> bool:
            before, credential["polled_at"] = credential.get("polled_at"), time.time()
            return before is not None and credential["polled_at"] - before < DEVICE_INTERVAL * 0.9

    class BearerGrant(JWTBearerGrant):
        def resolve_issuer_client(self, issuer: str) -> Client | None:
            return store.clients.get(issuer)

        def resolve_client_public_key(self, client: Client) -> KeySet:
            return KeySet.import_key_set(client.metadata["jwks"])

        def authenticate_user(self, subject: str) -> str | None:
            return subject if subject in users else None

        def get_audiences(self) -> list[str]:
            return [issuer, f"{issuer}/token"]

        def has_granted_permission(self, client: Client, user: str) -> bool:
            return True

    server.register_grant(AuthorizationCodeGrant, [CodeChallenge(required=True)])
    for grant in (PasswordGrant, ClientCredentialsGrant, RefreshTokenGrant, DeviceGrant, BearerGrant):
        server.register_grant(grant)


def _register_client_assertions(server: AuthorizationServer, store: Store, issuer: str) -> None:
    class Assertion(JWTBearerClientAssertion):
        def __init__(self, method: str) -> None:
            super().__init__(leeway=0)
            self.CLIENT_AUTH_METHOD = method

        def __call__(self, query_client: Any, request: Any) -> Client | None:
            # Authlib tries one method after the other; an assertion may be looked at only by its client's own.
            assertion = request.form.get("client_assertion")
            if not assertion:
                return None
            client = query_client(self.extract_assertion(assertion)[1].get("sub"))
            if client and client.auth_method != self.CLIENT_AUTH_METHOD:
                return None
            found: Client | None = super().__call__(query_client, request)
            return found

        def get_audiences(self) -> list[str]:
            return [issuer, f"{issuer}/token"]

        def validate_jti(self, claims: dict[str, Any], jti: str) -> bool:
            fresh = (claims["sub"], jti) not in store.used_assertions
            store.used_assertions.add((claims["sub"], jti))
            return fresh

        def resolve_client_public_key(self, client: Client) -> OctKey | KeySet:
            if self.CLIENT_AUTH_METHOD == "client_secret_jwt":
                return OctKey.import_key(client.client_secret or "")
            return KeySet.import_key_set(client.metadata["jwks"])

    for method in JWT_METHODS:
        server.register_client_auth_method(method, Assertion(method))


def _register_token_endpoints(server: AuthorizationServer, store: Store) -> None:
    class Revocation(RevocationEndpoint):
        CLIENT_AUTH_METHODS = ALL_METHODS

        def query_token(self, token_string: str, token_type_hint: str | None) -> Token | None:
            return store.find(token_string, token_type_hint)

        def revoke_token(self, token: Token, request: Any) -> None:
            token.revoked = True
            # An access token that is revoked leaves its refresh token alive; the other way round it does not.
            if token.refresh_token == request.form["token"]:
                token.refresh_revoked = True

    class Introspection(IntrospectionEndpoint):
        CLIENT_AUTH_METHODS = CONFIDENTIAL

        def query_token(self, token_string: str, token_type_hint: str | None) -> Token | None:
            return store.find(token_string, token_type_hint)

        def check_permission(self, token: Token, client: Client, request: Any) -> bool:
            return True

        def introspect_token(self, token: Token) -> dict[str, Any]:
            return {
                "active": True,
                "client_id": token.client.client_id,
                "token_type": "Bearer",
                "username": token.username,
                "sub": token.username,
                "scope": token.scope,
                "exp": int(token.issued_at + token.expires_in),
                "iat": int(token.issued_at),
            }

    server.register_endpoint(Revocation)
    server.register_endpoint(Introspection)


def _register_device_endpoint(server: AuthorizationServer, store: Store, issuer: str) -> None:
    class DeviceAuthorization(DeviceAuthorizationEndpoint):
        CLIENT_AUTH_METHODS = ALL_METHODS
        INTERVAL = DEVICE_INTERVAL
        EXPIRES_IN = 600

        def get_verification_uri(self) -> str:
            return f"{issuer}/device"

        def save_device_credential(self, client_id: str, scope: str, data: dict[str, Any]) -> None:
            expires_at = time.time() + data["expires_in"]
            store.device_codes[data["device_code"]] = DeviceCredentialDict(
                client_id=client_id, scope=scope, expires_at=expires_at, **data
            )

    server.register_endpoint(DeviceAuthorization)


def _register_registration(server: AuthorizationServer, store: Store, issuer: str) -> None:
    metadata = {
        "scopes_supported": ["api", "read", "write"],
        "token_endpoint_auth_methods_supported": ALL_METHODS,
    }

    def registration_info(client: Client) -> dict[str, str]:
        token = secrets.token_urlsafe(24)
        store.registration_tokens[token] = client.client_id
        return {
            "registration_client_uri": f"{issuer}/register/{client.client_id}",
            "registration_access_token": token,
        }

    class Registration(ClientRegistrationEndpoint):
        def authenticate_token(self, request: Any) -> bool:
            return True  # registration is open to everybody

        def get_server_metadata(self) -> dict[str, Any]:
            return metadata

        def save_client(self, client_info: dict[str, Any], client_metadata: dict[str, Any], request: Any) -> Client:
            client = Client(client_info["client_id"], client_info["client_secret"], client_metadata)
            store.clients[client.client_id] = client
            return client

        def generate_client_registration_info(self, client: Client, request: Any) -> dict[str, str]:
            return registration_info(client)

    class Management(ClientConfigurationEndpoint):
        def authenticate_token(self, request: Any) -> _RegistrationToken | None:
            value = request.headers.get("Authorization", "").removeprefix("Bearer ")
            owner = store.registration_tokens.get(value)
            return None if owner is None else _RegistrationToken(owner)

        def authenticate_client(self, request: Any) -> Client | None:
            return store.clients.get(request.uri.rsplit("/", 1)[-1])

        def revoke_access_token(self, request: Any, token: _RegistrationToken) -> None:
            for value, owner in list(store.registration_tokens.items()):
                if owner == token.client_id:
                    del store.registration_tokens[value]

        def check_permission(self, client: Client, request: Any) -> bool:
            return True

        def introspect_client(self, client: Client) -> dict[str, Any]:
            return {"client_id": client.client_id, "client_secret": client.client_secret, **client.metadata}

        def delete_client(self, client: Client, request: Any) -> None:
            del store.clients[client.client_id]

        def update_client(self, client: Client, client_metadata: dict[str, Any], request: Any) -> Client:
            client.metadata = client_metadata
            return client

        def get_server_metadata(self) -> dict[str, Any]:
            return metadata

        def generate_client_registration_info(self, client: Client, request: Any) -> dict[str, str]:
            return registration_info(client)

    server.register_endpoint(Registration)
    server.register_endpoint(Management)


class _RegistrationToken:
    """The right to manage one client."""

    def __init__(self, client_id: str) -> None:
        self.client_id = client_id

    def check_client(self, client: Client) -> bool:
        return client.client_id == self.client_id
