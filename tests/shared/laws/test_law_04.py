"""Law 4: the old refresh token is kept, a token is replaced in one step, and stored before it is used."""

from __future__ import annotations

import logging
from urllib.parse import parse_qs

import pytest

from oauth_core import MemoryTokenStore, TokenNotSavedError
from oauth_core.testing import faults


class Watching(MemoryTokenStore):
    """A store that notes how many API calls the server had seen when it was given a token."""

    def __init__(self, fake):
        super().__init__()
        self.fake = fake
        self.seen = []

    def save(self, key, token, previous):
        self.seen.append((self.fake.count("api"), token["access_token"]))
        return super().save(key, token, previous)


@pytest.mark.parametrize("sent", ["absent", "null", "empty"])
def test_answer_without_a_refresh_token(fake_place, fake, new_client, sent):
    """A refresh answer without a refresh token, or with an empty one, keeps the old one, time after time."""
    token = fake.issue_token("basic", user="alice")
    fake.settings.rotate_refresh_tokens = False
    fault = {
        "absent": faults.without("refresh_token"),
        "null": faults.with_members({"refresh_token": None}),
        "empty": faults.with_members({"refresh_token": ""}),
    }[sent]
    fake.inject(fault, "token", times=None)
    client = new_client(**fake_place.options(), token=token)
    for _ in range(2):
        fake_place.let_expire()
        assert client.get(fake_place.api_url).status_code == 200
        assert client.token["refresh_token"] == token["refresh_token"]
    spent = [parse_qs(seen.body.decode())["refresh_token"] for seen in fake.seen("token")]
    assert spent == [[token["refresh_token"]]] * 2


def test_rotation(fake_place, fake, holder):
    """A refresh answer with a new refresh token replaces the old one, and the new one is spent next."""
    first = holder.token["refresh_token"]
    for _ in range(2):
        fake_place.let_expire()
        holder.get(fake_place.api_url)
    one, two = (parse_qs(seen.body.decode())["refresh_token"][0] for seen in fake.seen("token"))
    assert (one, two != one, holder.token["refresh_token"] not in {one, two}) == (first, True, True)


def test_stored_before_used(fake_place, fake, new_client):
    """Every new token, the first included, reaches the store before any API call carries it."""
    store = Watching(fake)
    client = new_client(**fake_place.options(), grant_type="client_credentials", store=store)
    client.get(fake_place.api_url)
    fake_place.let_expire()
    client.get(fake_place.api_url)
    assert [calls for calls, _ in store.seen] == [0, 1]
    carried = [seen.header("authorization").removeprefix("Bearer ") for seen in fake.seen("api")]
    assert carried == [token for _, token in store.seen]


def test_replaced_in_one_step(fake_place, fake, holder):
    """While a renewal is under way the old token stands as it was; afterwards there is another object."""
    old = holder.token
    before = dict(old)
    seen = []

    def look(authority, proceed):
        seen.append(dict(holder.native.token))
        return proceed()

    fake_place.let_expire()
    fake.inject(faults.Fault("look", look), "token")
    holder.get(fake_place.api_url)
    assert seen == [before]
    assert old == before
    assert holder.token is not old


def test_store_failure(fake_place, fake, new_client, caplog):
    """A store that fails is reported; the new token is used, no second one is fetched, and the old one is not kept."""

    class Full(MemoryTokenStore):
        def save(self, key, token, previous):
            raise OSError("no space left on device")

    token = fake.issue_token("basic", user="alice")
    client = new_client(**fake_place.options(), token=token, store=Full())
    fake_place.let_expire()
    with caplog.at_level(logging.ERROR, logger="oauth_core"):
        assert client.get(fake_place.api_url).status_code == 200
        assert client.get(fake_place.api_url).status_code == 200
    assert "OSError" in caplog.text
    assert fake.count("token") == 1
    with pytest.raises(TokenNotSavedError):
        client.refresh_token()
    assert client.get(fake_place.api_url).status_code == 200
