"""Law 9: no secret in a `repr`, a text, a log record or an exception; exceptions hold nothing native."""

from __future__ import annotations

import logging
import pickle
import traceback

import pytest

from oauth_core import OAuthError, Request
from oauth_core.testing import RegisteredClient, faults

SECRET = "top-s3cret-%+value"


@pytest.fixture
def secretive(fake_place, fake, new_client):
    """A session whose secret can be recognised, with a token."""
    fake.register(RegisteredClient("secretive", SECRET, redirect_uris=("https://client.example/callback",)))
    options = {**fake_place.options(), "client_id": "secretive", "client_secret": SECRET}
    return new_client(**options, token=fake.issue_token("secretive", user="alice"))


def secrets_of(client, fake) -> set[str]:
    """Everything that must not be seen: the secret, and every token and code that was issued."""
    found = {SECRET, "top-s3cret", *(token.value for token in fake.authority.tokens)}
    return {each for each in found if each}


def everything(client, fake_place, fake) -> list[OAuthError]:
    """Do what a session does, with every kind of failure on the way, and return the errors."""
    errors = []

    def failing(call, *switched):
        for fault, on in switched:
            fake.inject(fault, on)
        with pytest.raises(OAuthError) as caught:
            call()
        fake.clear_faults()
        errors.append(caught.value)

    client.get(fake_place.api_url)
    client.introspect_token()
    client.userinfo()
    failing(lambda: client.introspect_token(), (faults.html_error(), "introspect"))
    failing(lambda: client.fetch_token(), (faults.error("invalid_client", "no", status=401), "token"))
    failing(lambda: client.fetch_token(), (faults.dropped(), "token"))
    failing(lambda: client.fetch_token(), (faults.without("token_type"), "token"))
    failing(lambda: client.fetch_token(timeout=0.2), (faults.slow(5), "token"))
    failing(lambda: client.fetch_token(code="a-code-that-nobody-issued"))
    failing(lambda: client.resource_owner_password("alice", "a-wrong-password"))
    fake_place.let_expire()
    client.get(fake_place.api_url)
    fake.inject(faults.unauthorized(), "api")
    client.get(fake_place.api_url)
    fake.revoke(client.token["refresh_token"])
    fake_place.let_expire()
    failing(lambda: client.get(fake_place.api_url))
    failing(lambda: client.get(fake_place.api_url))
    return errors


def test_logs(fake_place, fake, secretive, caplog):
    """With all logging at DEBUG, that of the HTTP libraries included, no secret is written."""
    with caplog.at_level(logging.DEBUG):
        everything(secretive, fake_place, fake)
    assert caplog.records
    for record in caplog.records:
        shown = f"{record.getMessage()} {record.args!r}"
        for secret in (*secrets_of(secretive, fake), "a-wrong-password", "a-code-that-nobody-issued"):
            assert secret not in shown, record.name


def test_exceptions(fake_place, fake, secretive):
    """No error shows a secret, in whatever form it is looked at, nor holds a client or a native response."""
    for error in everything(secretive, fake_place, fake):
        shown = [repr(error), str(error), repr(error.__dict__), repr(error.args), repr(pickle.dumps(error))]
        shown.append("".join(traceback.format_exception_only(error)))
        for secret in (*secrets_of(secretive, fake), "a-wrong-password", "a-code-that-nobody-issued"):
            assert not any(secret in each for each in shown), error
        seen = error
        while seen is not None:
            assert type(seen).__module__.partition(".")[0] in {"oauth_core", "builtins"}, seen
            assert all(isinstance(each, (str, int, float, bool, type(None))) for each in vars(seen).values())
            seen = seen.__cause__ or seen.__context__


def test_reprs(fake_place, fake, secretive):
    """Nothing that a user may print shows a secret."""
    native = secretive.native
    request = secretive.authorization_request()
    response = request.validate_callback(fake.authorize(request.uri))
    looked_at = [
        native,
        native.config,
        native.auth,
        native.token,
        native.token_source,
        native.token_source.renewal,
        native.metadata,
        request,
        response,
    ]
    hidden = {*secrets_of(secretive, fake), response.code, request.code_verifier}
    for each in looked_at:
        shown = f"{each!r} {each}" if each is not request else repr(each)  # the text of a request is its URL
        assert not any(secret in shown for secret in hidden), type(each)


def test_neutral_requests():
    """A neutral request shows no credential, wherever its `repr` ends up."""
    request = Request("POST", "https://as.test/token", (("Authorization", "Basic abc"),), b"client_secret=abc")
    assert "abc" not in f"{request!r} {request}"
