"""OIDCCClientTest RequestUriSignedWithRS256, RequestUriSignedWithNone: a request in an object, sent or fetched."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import replace
from json import dumps, loads
from urllib.parse import parse_qsl, urlsplit

import pytest

from oauth_core import MismatchingStateError, UsageError
from oauth_core.testing import RegisteredClient, faults
from oauth_jwt import Key, RequestObject

HOSTED = "https://client.example/request.jwt"


@pytest.fixture(scope="session")
def client_key():
    return Key.generate("RS256")


@pytest.fixture
def options(fake_place, validator, fake, register, client_key):
    """A client that signs what it asks for, and is registered with its key."""
    register(jwks={"keys": [client_key.public_jwk()]})
    signer = RequestObject("basic", fake.issuer, client_key)
    own = {"id_token_validator": validator, "request_object": signer, "scope": "openid read"}
    return {**fake_place.discovered(), **own}


@pytest.fixture
def hosted(fake):
    """What stands at the client's URL: the provider fetches it when a request refers to it."""
    objects: dict[str, str] = {}

    def fetch(_authority, params):
        reference = dict(params).get("request_uri")
        if reference not in objects:
            return params
        return tuple((n, v) if n != "request_uri" else ("request", objects[reference]) for n, v in params)

    fake.authority.readers.insert(0, fetch)
    return objects


def query(request) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(request.uri).query))


def test_by_value(fake_place, fake, client):
    """A signed request goes as `request`; beside it stands only what OpenID Connect wants repeated."""
    request = client.authorization_request(max_age=600, claims={"userinfo": {"email": None}})
    sent = query(request)
    assert {name: sent[name] for name in set(sent) - {"request"}} == {
        "client_id": "basic",
        "response_type": "code",
        "scope": "openid",
    }
    token = client.authorization_code(request.validate_callback(fake_place.authorize(request.uri)))
    assert token.scope == "openid read"


def test_no_login_repeats_nothing(client):
    """Where nobody logs in, nothing stands beside the object but the client's id."""
    assert set(query(client.authorization_request(scope="read"))) == {"client_id", "request"}


def test_by_reference(fake_place, fake, client, hosted):
    """RequestUriSignedWithRS256: a client hosts the signed object and sends its URL; the login is checked as ever."""
    made = client.authorization_request()
    hosted[HOSTED] = made.request
    request = replace(made, request=None, request_uri=HOSTED)
    assert query(request)["request_uri"] == HOSTED
    assert "request" not in query(request)
    assert client.authorization_code(request.validate_callback(fake_place.authorize(request.uri))).id_token
    fake.inject(faults.wrong_state(), "authorize")
    with pytest.raises(MismatchingStateError):
        request.validate_callback(fake_place.authorize(request.uri))


def test_by_reference_unsigned(fake_place, new_client, options, hosted, fake):
    """RequestUriSignedWithNone: a client may refer to an object of its own making, one that is not signed too."""
    plain = new_client(**{**options, "request_object": None})
    made = plain.authorization_request()
    claims = {**dict(made.parameters), "iss": "basic", "aud": fake.issuer}
    parts = [urlsafe_b64encode(dumps(part).encode()).rstrip(b"=").decode() for part in ({"alg": "none"}, claims)]
    opened: list[str] = []

    def read(_authority, params):
        reference = dict(params).get("request_uri")
        if reference != HOSTED:
            return params
        opened.append(reference)
        return tuple((name, str(value)) for name, value in loads(urlsafe_b64decode(parts[1] + "==")).items())

    fake.authority.readers.insert(0, read)
    request = replace(made, request_uri=HOSTED)
    assert plain.authorization_code(request.validate_callback(fake_place.authorize(request.uri))).id_token
    assert opened == [HOSTED]


def test_pushed(fake_place, fake, client):
    """A signed request is pushed whole; the browser carries the reference and nothing that it stands for."""
    request = client.pushed_authorization_request()
    assert set(query(request)) == {"client_id", "request_uri"}
    form = {name for name, _ in fake.seen("par")[0].form}
    assert "request" in form
    assert not form & {"scope", "state", "redirect_uri", "nonce"}
    assert client.authorization_code(request.validate_callback(fake_place.authorize(request.uri))).id_token


def test_a_provider_that_demands_signatures(fake, new_client, options):
    """Where the metadata demand signed requests, a client without a signer is told so before anything is sent."""
    fake.authority.metadata["require_signed_request_object"] = True
    client = new_client(**{**options, "request_object": None})
    with pytest.raises(UsageError, match="request_object="):
        client.authorization_request()
    assert fake.count("authorize") == 0


@pytest.mark.parametrize("change", ["key", "audience", "expired"])
def test_an_object_that_the_provider_does_not_believe(fake_place, fake, new_client, options, client_key, change):
    """The provider refuses an object by another key, for another server, or past its end; no callback is made of it."""
    from oauth_core.testing import NotRedirected

    key = Key.generate("RS256") if change == "key" else client_key
    audience = "https://other.example" if change == "audience" else fake.issuer
    clock = (lambda: 1.0) if change == "expired" else fake_place.clock
    client = new_client(**{**options, "request_object": RequestObject("basic", audience, key, clock=clock)})
    with pytest.raises(NotRedirected, match="invalid_request_object"):
        fake.authorize(client.authorization_request().uri)


@pytest.mark.parametrize("pushes", [True, False])
def test_structures_in_an_object(fake, client, register, client_key, pushes):
    """Resources, claims and typed details come through an object as they were meant; a client may have to sign."""
    register(jwks={"keys": [client_key.public_jwk()]}, require_signed_request_object=True)
    details = [{"type": "payment", "amount": "1.50"}, {"type": "account", "actions": ["list"]}]
    resources = ["https://one.example", "https://two.example"]
    make = client.pushed_authorization_request if pushes else client.authorization_request
    request = make(authorization_details=details, resource=resources)
    token = client.authorization_code(request.validate_callback(fake.authorize(request.uri)))
    assert token["authorization_details"] == details
    (code,) = [fake.authority.tokens.find_code(dict(one.form)["code"]) for one in fake.seen("token")]
    assert [value for name, value in code.params if name == "resource"] == resources


def test_two_ways_at_once(client):
    """A request is sent by value or by reference, never both."""
    made = client.authorization_request()
    with pytest.raises(UsageError, match="not as both"):
        replace(made, request_uri=HOSTED)


def test_an_unknown_reference(fake, new_client, options):
    """A reference that the provider does not know is refused by it."""
    from oauth_core.testing import NotRedirected

    fake.register(RegisteredClient("other", "s"))
    client = new_client(**{**options, "request_object": None})
    with pytest.raises(NotRedirected, match="invalid_request_uri"):
        fake.authorize(replace(client.authorization_request(), request_uri="https://client.example/no").uri)
