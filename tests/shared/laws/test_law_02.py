"""Law 2: authorization-server calls follow no redirect, time out, and are read under a deadline and a size limit."""

from __future__ import annotations

import importlib
import time

import pytest

from oauth_core import BodyReader, OAuthError, ProtocolViolation, TransportError
from oauth_core.testing import faults

CALLS = {
    "token": lambda client: client.fetch_token(grant_type="client_credentials"),
    "introspect": lambda client: client.introspect_token(),
    "revoke": lambda client: client.revoke_token(),
    "userinfo": lambda client: client.userinfo(),
}


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("endpoint", CALLS)
def test_no_redirect_is_followed(fake, elsewhere, holder, endpoint, status):
    """A redirect of any endpoint, within its origin or out of it, is an error with its status; it is not followed."""
    for target in (elsewhere.endpoint(endpoint), fake.url("/public/moved")):
        fake.inject(faults.redirect(target, status=status), endpoint)
        with pytest.raises(ProtocolViolation, match="redirect") as caught:
            CALLS[endpoint](holder)
        assert caught.value.status_code == status
    assert elsewhere.requests == ()
    assert fake.count("public") == 0


def test_redirected_renewal(fake_place, fake, elsewhere, holder, following):
    """An API call that follows redirects does not follow one for its renewal: the secret stays where it belongs."""
    fake.inject(faults.redirect(elsewhere.token_endpoint, status=307), "token", times=None)
    fake_place.let_expire()
    with pytest.raises(OAuthError):
        holder.get(fake_place.api_url, **following)
    assert elsewhere.requests == ()


def transport(flavour):
    """The module of the adapter that carries requests to the server."""
    return importlib.import_module(f"{flavour.module.partition('.')[0]}._transport")


def test_each_operation_gets_ten_seconds(fake, holder, flavour, monkeypatch):
    """Without a setting each operation of a call to the server times out after 10 seconds."""
    module = transport(flavour)
    assert module.DEFAULT_TIMEOUT == 10
    for each in (module, importlib.import_module(module.__name__.replace("_transport", "_client"))):
        monkeypatch.setattr(each, "DEFAULT_TIMEOUT", 0.3, raising=each is module)
    fake.inject(faults.slow(30), "token")
    started = time.monotonic()
    with pytest.raises(TransportError) as caught:
        holder.fetch_token(grant_type="client_credentials")
    assert caught.value.timeout
    assert time.monotonic() - started < 5


def test_timeout_of_one_call(fake, holder):
    """`timeout=` of a call to the server is kept, and the error says that time ran out."""
    fake.inject(faults.slow(30), "introspect")
    started = time.monotonic()
    with pytest.raises(TransportError) as caught:
        holder.introspect_token(timeout=0.3)
    assert caught.value.timeout
    assert time.monotonic() - started < 5


def test_a_server_that_drips(fake, holder, flavour, monkeypatch):
    """A body that comes byte by byte is given up at a total deadline, 30 seconds unless shortened here."""
    asked = {}

    class Impatient(BodyReader):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            asked["seconds"] = self._seconds
            self._end -= self._seconds - 0.5

    monkeypatch.setattr(transport(flavour), "BodyReader", Impatient)
    fake.inject(faults.dripping(0.1), "token")
    started = time.monotonic()
    with pytest.raises(TransportError) as caught:
        holder.fetch_token(grant_type="client_credentials")
    assert caught.value.timeout
    assert asked["seconds"] == 30
    assert time.monotonic() - started < 5


@pytest.mark.parametrize("fault", [faults.huge(), faults.huge(announced=False), faults.endless()], ids=repr)
def test_ten_gigabytes(fake, holder, fault):
    """A body of ten gigabytes, announced or not, or without an end, is given up past one mebibyte."""
    fake.inject(fault, "token")
    started = time.monotonic()
    with pytest.raises(TransportError, match="1048576"):
        holder.fetch_token(grant_type="client_credentials")
    assert time.monotonic() - started < 5
