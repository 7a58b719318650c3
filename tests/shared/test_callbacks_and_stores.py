"""Who hears of new tokens: callbacks and stores."""

from __future__ import annotations

import logging

import pytest

from oauth_core import MemoryTokenStore, OAuth2Token, TokenNotSavedError


@pytest.fixture
def token(fake):
    return fake.issue_token("basic", user="alice")


def test_update_token(fake_place, new_client, token):
    """`update_token` gets every renewed token with the old refresh token and access token."""
    heard = []

    def update_token(token, refresh_token=None, access_token=None):
        heard.append((token, refresh_token, access_token))

    client = new_client(**fake_place.options(), token=token, update_token=update_token)
    fake_place.let_expire()
    client.get(fake_place.api_url)
    client.refresh_token()
    first, second = heard
    assert first[1:] == (token["refresh_token"], token["access_token"])
    assert second == (client.token, first[0]["refresh_token"], first[0]["access_token"])
    assert isinstance(first[0], OAuth2Token)


def test_callbacks_of_any_shape(fake_place, new_client, token):
    """A callback that takes fewer parameters gets fewer; `token_updater` gets the token alone."""
    heard = []
    for options in (
        {"update_token": heard.append},
        {"update_token": lambda token, access_token: heard.append(access_token)},
        {"update_token": lambda token, **kwargs: heard.append(sorted(kwargs))},
        {"token_updater": heard.append},
    ):
        client = new_client(**fake_place.options(), token=token, **options)
        token = client.refresh_token()
    assert heard[0]["access_token"] == heard[1]
    assert heard[2] == ["access_token", "refresh_token"]
    assert heard[3] == token


def test_asynchronous_callback(fake_place, new_client, flavour, token):
    """An asynchronous callback is awaited by an asynchronous client and refused by a synchronous one."""
    heard = []

    async def update_token(token, refresh_token=None, access_token=None):
        heard.append((token, refresh_token))

    options = {**fake_place.options(), "token": token, "update_token": update_token}
    if not flavour.asynchronous:
        with pytest.raises(TypeError, match="synchronous"):
            new_client(**options)
        return
    client = new_client(**options)
    fake_place.let_expire()
    assert client.get(fake_place.api_url).status_code == 200
    assert heard == [(client.token, token["refresh_token"])]


def test_failing_callback(fake_place, new_client, token, caplog):
    """A callback that fails loses no token: an implicit renewal logs it, an explicit call raises."""

    def update_token(token):
        raise RuntimeError(f"the disk is full, {token['access_token']}")

    client = new_client(**fake_place.options(), token=token, update_token=update_token)
    fake_place.let_expire()
    with caplog.at_level(logging.ERROR, logger="oauth_core"):
        assert client.get(fake_place.api_url).status_code == 200
    assert "could not be saved" in caplog.text
    renewed = client.token
    assert renewed["access_token"] not in caplog.text
    with pytest.raises(TokenNotSavedError):
        client.refresh_token()
    assert client.token["access_token"] != renewed["access_token"]
    assert client.get(fake_place.api_url).status_code == 200


def test_store_sees_every_token(fake_place, new_client):
    """A store sees every token, the first one included, under its key."""
    store = MemoryTokenStore()
    client = new_client(
        **{**fake_place.options(), "scope": "read"}, grant_type="client_credentials", store=store, store_key="service"
    )
    client.get(fake_place.api_url)
    first = store.load("service")
    assert first == client.token
    fake_place.let_expire()
    client.get(fake_place.api_url)
    assert store.load("service") == client.token != first


def test_store_is_read_first(fake_place, fake, new_client):
    """A token in the store is used without any request, by whoever starts later."""
    store = MemoryTokenStore()
    options = {**fake_place.options(), "scope": "read", "grant_type": "client_credentials", "store": store}
    new_client(**options).get(fake_place.api_url)
    assert new_client(**options).get(fake_place.api_url).status_code == 200
    assert fake.count("token") == 1


def test_another_process_has_renewed(fake_place, fake, new_client, token):
    """A session whose refresh token was spent elsewhere takes the successor from the store."""
    store = MemoryTokenStore()
    store.save("default", OAuth2Token(token), None)
    one, other = (new_client(**fake_place.options(), store=store) for _ in range(2))
    assert one.get(fake_place.api_url).status_code == 200
    assert other.get(fake_place.api_url).status_code == 200
    fake_place.let_expire()
    assert one.get(fake_place.api_url).status_code == 200
    assert other.get(fake_place.api_url).status_code == 200
    assert fake.count("token") == 1
    assert one.token == other.token


def test_failing_store(fake_place, new_client, token, caplog):
    """A store that cannot save is reported, and the token stays usable in memory."""

    class Broken(MemoryTokenStore):
        def save(self, key, token, previous):
            raise OSError("read-only file system")

    client = new_client(**fake_place.options(), token=token, store=Broken())
    fake_place.let_expire()
    with caplog.at_level(logging.ERROR, logger="oauth_core"):
        assert client.get(fake_place.api_url).status_code == 200
    assert "could not be saved (OSError in " in caplog.text
    assert "Broken.save, test_callbacks_and_stores.py line " in caplog.text
    assert "read-only" not in caplog.text
    with pytest.raises(TokenNotSavedError, match="OSError in .*Broken.save"):
        client.fetch_token(grant_type="client_credentials")
    assert client.get(fake_place.api_url).status_code == 200


def test_asynchronous_store(fake_place, new_client, flavour, token):
    """An asynchronous store serves asynchronous clients, and is refused by synchronous ones."""

    class Later:
        def __init__(self):
            self.kept = MemoryTokenStore()

        async def load(self, key):
            return self.kept.load(key)

        async def save(self, key, token, previous):
            return self.kept.save(key, token, previous)

        async def delete(self, key):
            self.kept.delete(key)

    store = Later()
    options = {**fake_place.options(), "token": token, "store": store}
    if not flavour.asynchronous:
        with pytest.raises(TypeError, match="synchronous"):
            new_client(**options)
        return
    client = new_client(**options)
    fake_place.let_expire()
    assert client.get(fake_place.api_url).status_code == 200
    assert store.kept.load("default") == client.token


def test_dropped_token_leaves_the_store(fake_place, fake, new_client, token):
    """A token that is spent for good is dropped from the store too."""
    store = MemoryTokenStore()
    client = new_client(**fake_place.options(), token=token, store=store)
    client.refresh_token()
    assert store.load("default") == client.token
    fake.revoke(client.token["refresh_token"])
    fake_place.let_expire()
    with pytest.raises(Exception, match="authorize again"):
        client.get(fake_place.api_url)
    assert store.load("default") is None


def test_what_is_no_store(new_client):
    """A class, and what has no place for a token, is refused where the client is made."""
    with pytest.raises(TypeError, match=r"MemoryTokenStore\(\)"):
        new_client(store=MemoryTokenStore)
    with pytest.raises(TypeError, match="load, save and delete.*a dict"):
        new_client(store={})


def test_a_store_that_says_nothing(fake_place, new_client, token, caplog):
    """What a store or callback does wrong by its contract is said in our words, which hold no secret."""

    class Silent(MemoryTokenStore):
        def save(self, key, token, previous):
            super().save(key, token, previous)

    client = new_client(**fake_place.options(), token=token, store=Silent())
    fake_place.let_expire()
    assert client.get(fake_place.api_url).status_code == 200
    assert "save() returns True, or False" in caplog.text


@pytest.mark.parametrize("wrong", [lambda: None, lambda token, old, older: None])
@pytest.mark.parametrize("option", ["update_token", "token_updater"])
def test_a_callback_that_takes_another_call(new_client, option, wrong):
    """A callback that cannot be called with a token is refused where the client is made, not when it is needed."""
    with pytest.raises(TypeError, match="called as update_token"):
        new_client(**{option: wrong})


@pytest.mark.parametrize("wrong", ['{"access_token": "a"}', 7, object()])
def test_what_is_no_token(new_client, wrong):
    """Text, or whatever else is no mapping, is refused in the place of a token."""
    with pytest.raises(TypeError, match="a token is a mapping with 'access_token'"):
        new_client(token=wrong)
