"""Law 12: an unknown keyword of a constructor is a TypeError that names the nearest known one."""

from __future__ import annotations

import pytest

from oauth_core import UsageError

MISSPELT = {
    "client_secrt": "client_secret",
    "token_endpont": "token_endpoint",
    "redirect_url": "redirect_uri",
    "token_placment": "token_placement",
    "update_tokens": "update_token",
    "auto_refresh_ulr": "auto_refresh_url",
    "stor": "store",
    "allow_insecure": "allow_insecure_http",
}


@pytest.mark.parametrize("name", MISSPELT)
def test_misspelt(flavour, name):
    """A misspelt keyword is refused, and the right one is named."""
    with pytest.raises(TypeError, match=f"{name}.*{MISSPELT[name]}"):
        flavour.type(flavour.session)(**{name: "x"})


def test_nothing_near(flavour):
    """A keyword that is near to nothing is refused without a guess."""
    with pytest.raises(TypeError, match="zzqx") as caught:
        flavour.type(flavour.session)(zzqx=1)
    assert "did you mean" not in str(caught.value)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"redirect_uri": "https://a/"}, {"callback_uri": "https://b/"}),
        ({"token_endpoint": "https://a/"}, {"auto_refresh_url": "https://b/"}),
        ({"token_endpoint": "https://a/"}, {"token_url": "https://b/"}),
        ({"update_token": print}, {"token_updater": repr}),
    ],
)
def test_two_spellings(flavour, one, other):
    """Two spellings of one parameter that disagree are refused, both named."""
    with pytest.raises(TypeError, match=next(iter(other))):
        flavour.type(flavour.session)(**one, **other)


def test_other_spellings(new_client):
    """Alternate spellings mean what their canonical ones do."""
    client = new_client(client_key="id", callback_uri="https://c/", token_url="https://as.test/token")
    assert (client.client_id, client.redirect_uri) == ("id", "https://c/")
    assert client.metadata["token_endpoint"] == "https://as.test/token"


def test_unknown_auth_method_of_another_library(flavour):
    """A second positional meaning is not guessed at: what cannot be meant is refused at construction."""
    with pytest.raises(TypeError):
        flavour.type(flavour.session)("id", "secret", update_token="not a function")


def test_metadata_address_for_an_issuer(flavour):
    """The address of a metadata document in the place of the issuer is refused, and its own option is named."""
    with pytest.raises(UsageError, match="server_metadata_url="):
        flavour.type(flavour.session)(issuer="https://as.example/.well-known/openid-configuration")
