"""How a client proves who it is, at every endpoint that asks."""

from __future__ import annotations

from base64 import b64decode
from urllib.parse import parse_qsl

import pytest

from oauth_core import ClientSecretBasic, ClientSecretPost, OAuthError, PublicApp, UsageError
from oauth_core.testing import RegisteredClient
from tests.shared.needs import needs


def form(seen) -> dict[str, str]:
    return dict(parse_qsl(seen.body.decode(), keep_blank_values=True))


def basic(seen) -> str:
    scheme, _, value = (seen.header("authorization") or "").partition(" ")
    assert scheme == "Basic"
    return b64decode(value).decode()


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post", "odd"])
def test_secret(place, new_client, method):
    """Basic and post authenticate at token, introspection and revocation; reserved and non-ASCII characters survive."""
    client = new_client(**{**place.options(method), "scope": "api"})
    token = client.fetch_token()
    assert client.introspect_token(token=token)["active"] is True
    assert client.revoke_token(token=token["access_token"]).status == 200


@needs("jwt_bearer")
@pytest.mark.parametrize("method", ["client_secret_jwt", "private_key_jwt"])
def test_assertion(place, new_client, method):
    """The methods of an installed oauth-jwt are found by their names."""
    options = place.options(method)
    if method == "private_key_jwt":
        options["client_secret"] = place.server.clients[method].private_jwk
    client = new_client(**{**options, "scope": "api"})
    token = client.fetch_token()
    assert client.introspect_token(token=token)["active"] is True


def test_public_client(place, new_client):
    """A client without a secret sends its id and no credential."""
    client = new_client(**place.options("none"))
    request = client.authorization_request()
    assert client.authorization_code(request.validate_callback(place.authorize(request.uri)))["access_token"]
    assert client.refresh_token()["access_token"]


@pytest.mark.parametrize(
    "auth",
    [ClientSecretBasic("basic", "a-secret"), ("basic", "a-secret"), ClientSecretPost("post", "another-secret")],
    ids=["value", "pair", "post"],
)
def test_auth_of_one_call(fake_place, fake, new_client, auth):
    """`auth=` authenticates one call and is forgotten."""
    client = new_client(**fake_place.options("none"))
    assert client.fetch_token(auth=auth)["access_token"]
    with pytest.raises(OAuthError) as caught:
        client.fetch_token()
    assert caught.value.error == "unauthorized_client"


def test_credentials_of_one_call(fake_place, fake, new_client):
    """`client_id` and `client_secret` authenticate one call; they are not sent as parameters beside a Basic header."""
    options = fake_place.options("none")
    del options["token_endpoint_auth_method"]
    client = new_client(**options)
    assert client.fetch_token(client_id="basic", client_secret="a-secret")["access_token"]
    sent = fake.seen("token")[0]
    assert basic(sent) == "basic:a-secret"
    assert not {"client_id", "client_secret"} & form(sent).keys()
    assert client.client_id == "public"


def test_include_client_id(fake_place, fake, new_client):
    """`include_client_id=True` sends the id as a parameter beside the header."""
    client = new_client(**fake_place.options())
    client.fetch_token(include_client_id=True)
    assert form(fake.seen("token")[0])["client_id"] == "basic"


def test_method_as_a_value(fake_place, fake, new_client):
    """`token_endpoint_auth_method` takes a method as a value too."""
    options = {**fake_place.options("none"), "client_id": None}
    options["token_endpoint_auth_method"] = ClientSecretBasic("basic", "a-secret")
    assert new_client(**options).fetch_token()["access_token"]
    options["token_endpoint_auth_method"] = PublicApp("public")
    assert new_client(**options).resource_owner_password("alice", "wonderland")["access_token"]


def test_raw_basic(fake_place, fake, new_client):
    """A server that does not decode the credentials is served by the raw switch, which has to be named."""
    fake.register(RegisteredClient("raw", "100%+secret", auth_methods=("client_secret_basic",), raw_basic=True))
    options = {**fake_place.options(), "client_id": "raw", "client_secret": "100%+secret"}
    with pytest.raises(OAuthError, match="raw"):
        new_client(**options).fetch_token()
    options["token_endpoint_auth_method"] = ClientSecretBasic("raw", "100%+secret", raw=True)
    assert new_client(**options).fetch_token()["access_token"]


def test_custom_method(fake_place, fake, new_client):
    """A `(name, function)` pair is a method of one's own, chosen by its name."""

    def authenticate(client, method, uri, headers, body):
        return uri, {**headers, "X-Signed-By": client.client_id}, f"{body}&client_id=post&client_secret=another-secret"

    options = {**fake_place.options(), "token_endpoint_auth_method": "house_style"}
    client = new_client(**options)
    client.register_client_auth_method(("house_style", authenticate))
    assert client.fetch_token()["access_token"]
    assert fake.seen("token")[0].header("x-signed-by") == "basic"


def test_secret_from_a_callable(fake_place, fake, new_client, flavour):
    """A secret may be a callable that is asked for every request; an asynchronous one where the client is."""
    secrets = iter(["a-secret", "wrong"])
    client = new_client(**{**fake_place.options(), "client_secret": lambda: next(secrets)})
    assert client.fetch_token()["access_token"]
    with pytest.raises(OAuthError) as caught:
        client.fetch_token()
    assert caught.value.error == "invalid_client"

    async def later() -> str:
        return "a-secret"

    client = new_client(**{**fake_place.options(), "client_secret": later})
    if flavour.asynchronous:
        assert client.fetch_token()["access_token"]
    else:
        with pytest.raises(TypeError, match="async"):
            client.fetch_token()


def test_revocation_has_its_own_method(fake_place, fake, new_client):
    """`revocation_endpoint_auth_method` is for that endpoint alone."""
    fake.register(RegisteredClient("both", "a-secret"))
    options = {**fake_place.options(), "client_id": "both", "revocation_endpoint_auth_method": "client_secret_post"}
    client = new_client(**options)
    token = client.fetch_token()
    client.revoke_token(token=token)
    assert basic(fake.seen("token")[0]) == "both:a-secret"
    assert form(fake.seen("revoke")[0])["client_secret"] == "a-secret"


def test_metadata_decides_between_the_methods(fake_place, fake, new_client):
    """Without a configured method, metadata that excludes the default wins over it."""
    fake.authority.metadata["token_endpoint_auth_methods_supported"] = ["client_secret_post"]
    options = fake_place.options("client_secret_post")
    client = new_client(client_id="post", client_secret="another-secret", issuer=options["issuer"])
    assert client.fetch_token()["access_token"]


@pytest.mark.parametrize("name", ["client_secret_basic", "client_secret_post"])
def test_wrong_secret(place, new_client, name):
    """A wrong secret is `invalid_client`, and the error does not repeat it."""
    client = new_client(**{**place.options(name), "client_secret": "not-the-right-one"})
    with pytest.raises(OAuthError) as caught:
        client.fetch_token(scope="api")
    assert caught.value.error == "invalid_client"
    assert "not-the-right-one" not in f"{caught.value!r} {caught.value}"


def test_unknown_method(fake_place, new_client):
    """A method that nobody knows is refused by name, with those that are known."""
    client = new_client(**{**fake_place.options(), "token_endpoint_auth_method": "client_secret_bsic"})
    with pytest.raises(OAuthError, match="client_secret_bsic"):
        client.fetch_token()


KEYS = {
    "text": "-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n",
    "bytes": b"-----BEGIN EC PRIVATE KEY-----\nMIIB\n-----END EC PRIVATE KEY-----\n",
    "jwk": {"kty": "EC", "crv": "P-256", "d": "d"},
    "json": ' {"kty": "EC", "crv": "P-256", "d": "d"}',
}


@pytest.mark.parametrize("method", [None, "client_secret_post"])
@pytest.mark.parametrize("key", KEYS.values(), ids=KEYS)
def test_a_key_is_no_secret(fake_place, fake, new_client, key, method):
    """A private key that is passed as the secret of a method which would send it is not sent."""
    client = new_client(**fake_place.options() | {"client_secret": key, "token_endpoint_auth_method": method})
    with pytest.raises(UsageError, match="private_key_jwt") as caught:
        client.fetch_token()
    assert "MIIB" not in str(caught.value)
    assert fake.count("token") == 0


def test_a_pair_is_no_secret(new_client):
    """Arguments in the order of the endpoint client of Requests are refused where a session is made."""
    with pytest.raises(TypeError, match="token_endpoint="):
        new_client(client_id="https://as.example/token", client_secret=("app", "secret"))
