"""Law 8: HTTPS for whatever carries a credential, loopback excepted, unless a flag of that client says otherwise."""

from __future__ import annotations

import pytest

from oauth_core import InsecureTransportError

ENVIRONMENT = ("OAUTHLIB_INSECURE_TRANSPORT", "AUTHLIB_INSECURE_TRANSPORT", "OAUTH_INSECURE_TRANSPORT")


@pytest.fixture
def outside(fake):
    """The fake server under an address that is not loopback, though nothing leaves this machine."""
    return lambda path: fake.url(path).replace("127.0.0.1", "0.0.0.0")


@pytest.fixture(autouse=True)
def _environment(monkeypatch):
    """Variables by which other libraries are talked out of it."""
    for name in ENVIRONMENT:
        monkeypatch.setenv(name, "1")


@pytest.mark.parametrize("endpoint", ["token", "introspection", "revocation", "userinfo"])
def test_endpoints(fake_place, fake, new_client, outside, endpoint):
    """An endpoint in the clear is refused before anything is sent, whatever the environment says."""
    paths = {"token": "/token", "introspection": "/introspect", "revocation": "/revoke", "userinfo": "/userinfo"}
    options = {**fake_place.options(), f"{endpoint}_endpoint": outside(paths[endpoint])}
    client = new_client(**options, token=fake.issue_token("basic", user="alice"))
    call = {
        "token": lambda: client.fetch_token(grant_type="client_credentials"),
        "introspection": client.introspect_token,
        "revocation": client.revoke_token,
        "userinfo": client.userinfo,
    }[endpoint]
    with pytest.raises(InsecureTransportError, match="https"):
        call()
    assert fake.requests == ()


@pytest.mark.parametrize("placement", ["header", "body", "uri"])
def test_api_calls(fake_place, fake, new_client, outside, placement):
    """A token in the clear is refused before anything is sent; without the token the call goes out."""
    token = fake.issue_token("basic", user="alice")
    client = new_client(**fake_place.options(), token=token, token_placement=placement)
    with pytest.raises(InsecureTransportError, match="allow_insecure_http"):
        client.post(outside("/api/echo"))
    assert fake.requests == ()
    assert client.get(outside("/public/x"), withhold_token=True).status_code == 200


def test_permission(fake_place, fake, new_client, outside):
    """`allow_insecure_http=True` lets this client, and no other, talk in the clear."""
    options = {**fake_place.options(), "token_endpoint": outside("/token")}
    client = new_client(**options, allow_insecure_http=True)
    client.fetch_token(grant_type="client_credentials")
    assert client.get(outside("/api/echo")).status_code == 200
    with pytest.raises(InsecureTransportError):
        new_client(**options).fetch_token(grant_type="client_credentials")


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost.attacker.test/",
        "http://127.0.0.1.attacker.test/",
        "http://localhost:80@attacker.test/",
        "http://attacker.test#@127.0.0.1/",
        "http://attacker.test?@127.0.0.1/",
        "http://[::ffff:8.8.8.8]/",
        "HTTP://ATTACKER.TEST/",
    ],
)
def test_hosts_that_look_like_this_machine(fake, holder, url):
    """It is the parsed host that counts, and nothing that looks like it."""
    with pytest.raises(InsecureTransportError):
        holder.get(url)


def test_a_redirect_into_the_clear(fake, holder, following, outside):
    """A redirect from loopback to plain HTTP elsewhere is another origin: it carries no token."""
    from urllib.parse import quote

    target = quote(outside("/public/x"), safe="")
    answer = holder.get(fake.url(f"/api/redirect?status=302&to={target}"), **following)
    assert answer.status_code == 200
    assert fake.seen("public")[0].header("authorization") is None
