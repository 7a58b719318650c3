"""Parameters that have names: what they look like on the wire, whichever method and flavour sends them."""

from __future__ import annotations

import json
from urllib.parse import parse_qsl, urlsplit

import pytest

from oauth_core import AuthorizationDetail, granted_details

NAMED = {
    "claims": {"id_token": {"acr": None}},
    "ui_locales": ["fr-CA", "en"],
    "prompt": ["login", "consent"],
    "max_age": 0,
    "login_hint": "alice",
    "id_token_hint": "h.p.s",
    "acr_values": ["gold", "silver"],
    "response_mode": "query",
    "their_own": True,
}
ON_THE_WIRE = {
    "claims": '{"id_token":{"acr":null}}',
    "ui_locales": "fr-CA en",
    "prompt": "login consent",
    "max_age": "0",
    "login_hint": "alice",
    "id_token_hint": "h.p.s",
    "acr_values": "gold silver",
    "response_mode": "query",
    "their_own": "true",
}
RESOURCES = ["https://one.example", "https://two.example"]
DETAIL = AuthorizationDetail("payment", actions=["initiate"])


@pytest.fixture
def client(fake_place, new_client):
    """A session that finds everything by the issuer."""
    return new_client(**{**fake_place.discovered(), "scope": "openid read"})


def sent_by(fake, client, method) -> tuple[tuple[str, str], ...]:
    """The parameters of an authorization request as this method sends them."""
    if method == "create_authorization_url":
        url, _ = client.create_authorization_url(fake.authorization_endpoint, **NAMED, resource=RESOURCES)
        return tuple(parse_qsl(urlsplit(url).query))
    request = getattr(client, method)(**NAMED, resource=RESOURCES)
    if method == "pushed_authorization_request":
        return fake.seen("par")[0].form
    return tuple(parse_qsl(urlsplit(request.uri).query))


@pytest.mark.parametrize(
    "method", ["authorization_request", "create_authorization_url", "pushed_authorization_request"]
)
def test_an_authorization_request(fake, client, method):
    """Words are joined, structures are JSON, resources repeat, and any other keyword is an extra pair."""
    sent = sent_by(fake, client, method)
    assert {name: value for name, value in sent if name in ON_THE_WIRE} == ON_THE_WIRE
    assert [value for name, value in sent if name == "resource"] == RESOURCES


def test_a_backchannel_request(fake, client):
    """A backchannel request joins words and repeats resources as an authorization request does."""
    client.backchannel_authentication_request(
        ["openid", "read"],
        login_hint="alice",
        acr_values=["gold", "silver"],
        ui_locales=["fr-CA", "en"],
        resource=RESOURCES,
    )
    form = fake.seen("backchannel")[0].form
    assert [value for name, value in form if name == "resource"] == RESOURCES
    sent = {"scope": "openid read", "acr_values": "gold silver", "ui_locales": "fr-CA en", "login_hint": "alice"}
    assert sent.items() <= dict(form).items()


@pytest.mark.parametrize(
    "details",
    [DETAIL, [DETAIL], (DETAIL,), dict(DETAIL), [dict(DETAIL)], json.dumps([dict(DETAIL)])],
    ids=["object", "list", "tuple", "mapping", "list of mappings", "text"],
)
@pytest.mark.parametrize(
    ("endpoint", "method", "arguments"),
    [
        ("token", "client_credentials", {}),
        ("token", "token_exchange", {"subject_token_type": "access_token"}),
        ("device", "authorize_device", {}),
        ("backchannel", "backchannel_authentication_request", {"login_hint": "alice"}),
        ("par", "pushed_authorization_request", {}),
    ],
)
def test_authorization_details(fake, client, endpoint, method, arguments, details):
    """Details are a list on the wire wherever they are sent, also a single one. RFC 9396 §2."""
    if method == "token_exchange":
        arguments = {**arguments, "subject_token": fake.issue_token("basic", user="alice")["access_token"]}
    getattr(client, method)(**arguments, authorization_details=details)
    (seen,) = fake.seen(endpoint)
    assert json.loads(dict(seen.form)["authorization_details"]) == [dict(DETAIL)]


def test_details_of_a_token_request(client):
    """What a token request asks for in detail comes back typed with its token."""
    assert granted_details(client.client_credentials(authorization_details=DETAIL)) == (DETAIL,)


@pytest.mark.parametrize("mode", ["query", "fragment"])
def test_where_the_answer_stands(fake_place, client, mode):
    """The answer is read from the query and from the fragment, as `response_mode` asks."""
    request = client.authorization_request(response_mode=mode)
    callback = fake_place.authorize(request.uri)
    assert bool(urlsplit(callback).fragment) == (mode == "fragment")
    assert client.authorization_code(request.validate_callback(callback)).access_token
