"""FAPI2SPFinalClientTest, happy paths: pushed, with PKCE, by key or certificate, tokens bound to either."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from urllib.parse import parse_qs, urlsplit

import pytest

from oauth_core import Response
from oauth_core.testing import faults
from tests.shared.certification.provider import altering, asked

KINDS = [
    ("private_key_jwt", "dpop"),
    ("private_key_jwt", "mtls"),
    ("tls_client_auth", "dpop"),
    ("tls_client_auth", "mtls"),
]


def payload(token: str) -> dict[str, object]:
    part = token.split(".")[1]
    return json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))


@pytest.fixture
def api(request, fake_place):
    """Where the API is for this way of binding."""
    return lambda binding: (
        f"{request.getfixturevalue('certified_url')}/api/x" if binding == "mtls" else fake_place.api_url
    )


@pytest.mark.parametrize("nonce", [None, "n-1"], ids=["without nonces", "with nonces"])
@pytest.mark.parametrize(("auth", "binding"), KINDS)
def test_happy_path(request, demanding, operations, open_client, log_in, api, auth, binding, nonce):
    """Everything but client id and reference was pushed, S256 included; the bound token works at API and userinfo."""
    operations.nonce = nonce
    client = open_client(auth, binding)
    token = log_in(client)
    (opened,), (pushed,) = demanding.seen("authorize"), demanding.seen("par")
    assert set(parse_qs(urlsplit(opened.url).query)) == {"client_id", "request_uri"}
    form = dict(pushed.form)
    assert (form["code_challenge_method"], form["response_type"]) == ("S256", "code")
    assert {"state", "nonce", "code_challenge", "redirect_uri", "scope"} <= set(form)
    assert ("dpop_jkt" in form) == (binding == "dpop")
    assert token.token_type == ("DPoP" if binding == "dpop" else "Bearer")
    assert client.userinfo()["sub"] == "alice"
    assert client.get(api(binding)).status_code == 200
    facts = demanding.find(token).claims["cnf"]
    assert set(facts) == {"jkt" if binding == "dpop" else "x5t#S256"}
    assert client.refresh_token().access_token != token.access_token
    assert client.get(api(binding)).status_code == 200
    calls = [one for one in demanding.requests if one.endpoint in {"par", "token"}]
    if auth == "tls_client_auth":
        certified = request.getfixturevalue("certified_url")
        assert {one.url for one in calls} == {f"{certified}/par", f"{certified}/token"}
        assert not any(one.param("client_assertion") for one in calls)


def test_the_audience_of_assertions(demanding, open_client, log_in):
    """Every client assertion is meant for the issuer, named as text, and is used once."""
    client = open_client()
    log_in(client)
    client.refresh_token()
    calls = [one for one in demanding.requests if one.endpoint in {"par", "token"}]
    claims = [payload(one.param("client_assertion")) for one in calls]
    assert [one["aud"] for one in claims] == [demanding.issuer] * 3
    assert {one["iss"] for one in claims} == {one["sub"] for one in claims} == {"fapi"}
    assert len({one["jti"] for one in claims}) == 3
    assert all(0 < one["exp"] - one["iat"] <= 300 for one in claims)


@pytest.mark.parametrize(("auth", "binding"), [("private_key_jwt", "dpop"), ("tls_client_auth", "mtls")])
@pytest.mark.parametrize(
    "fault",
    [
        faults.without("expires_in"),
        faults.with_members({"token_type": "dPoP"}),
        faults.with_members({"token_type": "DPOP"}),
        faults.without("scope"),
        faults.with_members({"refresh_expires_in": 0, "x-custom": {"a": [1]}}),
    ],
    ids=lambda fault: fault.name,
)
def test_answers_that_are_fine(demanding, open_client, log_in, api, auth, binding, fault):
    """No `expires_in`, no `scope`, `token_type` in any letter case, members that nobody knows: the token works."""
    if "token_type" in fault.name and binding == "mtls":
        fault = faults.with_members({"token_type": "bEaReR"})
    demanding.inject(fault, "token")
    client = open_client(auth, binding)
    token = log_in(client)
    assert (token.expires_at is None) == ("expires_in" in fault.name and "refresh" not in fault.name)
    assert client.get(api(binding)).status_code == 200
    assert demanding.count("token") == 1


@pytest.mark.parametrize("scheme", ["DPoP", "dpop", "DPOP", "dPoP"])
def test_the_scheme_of_a_challenge(fake_place, demanding, operations, open_client, log_in, scheme):
    """The scheme of a DPoP challenge is read in any letter case: the request goes out again with the nonce."""
    client = open_client()
    log_in(client)
    headers = (("WWW-Authenticate", f'{scheme} error="use_dpop_nonce", algs="ES256"'), ("DPoP-Nonce", "n-2"))
    demanding.inject(faults.respond(Response(401, headers)), "api")
    operations.nonce = "n-2"
    assert client.get(fake_place.api_url).status_code == 200
    assert [payload(one.header("dpop")).get("nonce") for one in demanding.seen("api")] == [None, "n-2"]
    assert demanding.count("token") == 1


def test_an_audience_of_one_element(demanding, operations, open_client, log_in):
    """An ID token whose `aud` is an array of the client alone is fine."""
    operations.alter = altering(aud=["fapi"])
    assert log_in(open_client()).id_token


def test_nothing_is_asked_twice(demanding, open_client, log_in):
    """A login is one request to each endpoint, the keys included."""
    client = open_client()
    log_in(client)
    assert sorted(asked(demanding)) == ["authorize", "jwks", "metadata", "par", "token"]


def test_a_public_client_cannot(demanding, open_client):
    """A client that cannot prove who it is gets no reference, and no browser is opened."""
    from oauth_core import ServerRefusal

    client = open_client(client_secret=None, token_endpoint_auth_method="none")
    with pytest.raises(ServerRefusal, match="invalid_client"):
        client.authorization_request()
    assert asked(demanding) == ["metadata", "par"]
