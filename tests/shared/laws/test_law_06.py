"""Law 6: `invalid_grant` on refresh drops the token and says that a person must authorize again."""

from __future__ import annotations

import pytest

from oauth_core import MemoryTokenStore, MissingTokenError, OAuth2Token, ReauthorizationRequired
from oauth_core.testing import faults


@pytest.fixture
def spent(fake, holder):
    """The session, after its refresh token was revoked elsewhere."""
    fake.revoke(holder.token["refresh_token"])
    return holder


def test_on_expiry(fake_place, fake, spent):
    """The call raises, the token is gone, and the next call asks nobody."""
    fake_place.let_expire()
    with pytest.raises(ReauthorizationRequired, match="authorize again") as caught:
        spent.get(fake_place.api_url)
    assert caught.value.error == "invalid_grant"
    assert spent.token is None
    with pytest.raises(MissingTokenError):
        spent.get(fake_place.api_url)
    assert (fake.count("token"), fake.count("api")) == (1, 0)


def test_on_rejection(fake_place, fake, spent):
    """A rejected token that cannot be renewed is dropped likewise."""
    fake.revoke(spent.token)
    with pytest.raises(ReauthorizationRequired):
        spent.get(fake_place.api_url)
    assert spent.token is None


def test_under_a_hook_that_raises_for_status(fake_place, spent, flavour):
    """A `raise_for_status` hook of the session does not put an error of its own in the place of this one."""

    def hook(response, **_):
        response.raise_for_status()

    async def async_hook(response):
        hook(response)

    if flavour.library == "requests":
        spent.native.hooks["response"].append(hook)
    else:
        spent.native.event_hooks["response"].append(async_hook if flavour.asynchronous else hook)
    fake_place.let_expire()
    with pytest.raises(ReauthorizationRequired):
        spent.get(fake_place.api_url)


def test_by_hand(fake, spent):
    """`refresh_token()` drops the token too."""
    with pytest.raises(ReauthorizationRequired):
        spent.refresh_token()
    assert spent.token is None


def test_a_foreign_refresh_token(fake, holder):
    """A refresh token that was passed in and is refused does not cost the session's own token."""
    old = holder.token
    with pytest.raises(ReauthorizationRequired):
        holder.refresh_token(refresh_token="somebody else's")
    assert holder.token is old


def test_other_errors_keep_the_token(fake_place, fake, holder):
    """Another error of the server, or an outage, drops nothing: the next call renews."""
    old = holder.token
    fake_place.let_expire()
    for fault in (faults.error("invalid_client", status=401), faults.unavailable(), faults.html_error()):
        fake.inject(fault, "token")
        with pytest.raises(Exception, match=r"invalid_client|temporarily_unavailable|502"):
            holder.get(fake_place.api_url)
        assert holder.token is old
    assert holder.get(fake_place.api_url).status_code == 200


def test_reloaded_once(fake_place, fake, new_client):
    """Before it gives up, a session looks whether another process has stored a successor, and uses that."""
    store = MemoryTokenStore()
    token = fake.issue_token("basic", user="alice")
    client = new_client(**fake_place.options(), token=token, store=store)
    client.refresh_token()
    successor = fake.issue_token("basic", user="alice", expires_in=10 * 86_400)

    def meanwhile(authority, proceed):
        store.delete("default")
        store.save("default", OAuth2Token(successor), None)
        return faults.error("invalid_grant").apply(authority, proceed)

    fake.inject(faults.Fault("meanwhile", meanwhile), "token")
    fake_place.let_expire()
    assert client.get(fake_place.api_url).status_code == 200
    assert client.token["access_token"] == successor["access_token"]


def test_a_repeatable_grant_needs_no_person(fake_place, fake, new_client):
    """Where a grant can be shown again it stands in for the refused refresh token."""
    token = fake.issue_token("basic", user="alice")
    client = new_client(**fake_place.options(), token=token, grant_type="client_credentials")
    fake.revoke(token["refresh_token"])
    fake_place.let_expire()
    assert client.get(fake_place.api_url).status_code == 200
    assert fake.count("token") == 2
