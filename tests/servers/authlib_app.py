# mypy: ignore-errors
# Authlib brings no types.
"""The Flask application around Authlib's server: its pages, its endpoints and the protected API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from authlib.integrations.flask_oauth2 import AuthorizationServer, ResourceProtector, current_token
from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6750 import BearerTokenValidator
from flask import Flask, jsonify, request
from werkzeug.wrappers import Response

from tests.servers.authlib_grants import register_all
from tests.servers.authlib_models import Store, Token

if TYPE_CHECKING:
    from tests.servers.authlib_server import AuthlibServer


def make_app(harness: AuthlibServer, store: Store) -> Flask:
    """The application of a server that is about to start."""
    issuer = harness.issuer
    app = Flask("authlib-server")
    app.config["OAUTH2_REFRESH_TOKEN_GENERATOR"] = True

    def save_token(token: dict[str, Any], oauth_request: Any) -> None:
        store.tokens.append(
            Token(
                access_token=token["access_token"],
                refresh_token=token.get("refresh_token"),
                client=oauth_request.client,
                username=oauth_request.user,
                scope=token.get("scope", ""),
                expires_in=token["expires_in"],
            )
        )

    server = AuthorizationServer(app, query_client=store.clients.get, save_token=save_token)
    server.register_token_generator(
        "default", _with_lifetime(server.create_bearer_token_generator(app.config), harness)
    )
    register_all(server, store, issuer, {harness.user.username: harness.user.password})

    class Validator(BearerTokenValidator):
        def authenticate_token(self, token_string: str) -> Token | None:
            return store.by_access_token(token_string)

    protect = ResourceProtector()
    protect.register_token_validator(Validator(realm="api"))

    @app.get("/.well-known/oauth-authorization-server")
    def discovery() -> Response:
        return jsonify(harness.metadata)

    @app.get("/authorize")
    def authorize() -> Any:
        user = None if request.args.get("login_hint") == "deny" else harness.user.username
        try:
            grant = server.get_consent_grant(end_user=user)
        except OAuth2Error as error:
            return server.handle_error_response(server.create_oauth2_request(None), error)
        return server.create_authorization_response(grant_user=user, grant=grant)

    @app.post("/token")
    def token() -> Any:
        return server.create_token_response()

    for path, name in [
        ("revoke", "revocation"),
        ("introspect", "introspection"),
        ("device_authorization", "device_authorization"),
        ("register", "client_registration"),
    ]:
        app.add_url_rule(f"/{path}", name, lambda name=name: server.create_endpoint_response(name), methods=["POST"])

    @app.route("/register/<client_id>", methods=["GET", "PUT", "DELETE"])
    def manage(client_id: str) -> Any:
        return server.create_endpoint_response("client_configuration")

    @app.route("/api", defaults={"path": ""}, methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
    @app.route("/api/<path:path>", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
    @protect()
    def api(path: str) -> Response:
        body = request.get_data()
        return jsonify(
            method=request.method,
            path=request.path,
            query=list(request.args.items(multi=True)),
            headers={name.lower(): value for name, value in request.headers.items()},
            body=body.decode(),
            length=len(body),
            sub=current_token.username,
            client_id=current_token.client.client_id,
            scope=current_token.scope,
            scheme="bearer",
            placement="header",
        )

    return app


def _with_lifetime(generate: Any, harness: AuthlibServer) -> Any:
    """Authlib's generator, with the lifetime that the harness has at the moment."""

    def generator(*args: Any, **kwargs: Any) -> Any:
        return generate(*args, **(kwargs | {"expires_in": harness.access_token_ttl}))

    return generator
