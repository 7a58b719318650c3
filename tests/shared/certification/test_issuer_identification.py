"""The issuer in authorization responses (RFC 9207): who answered, so that no code reaches another provider."""

from __future__ import annotations

import pytest

from oauth_core import AuthorizationRefused, MismatchingIssuerError, ProtocolViolation
from oauth_core.testing import faults
from tests.shared.certification.provider import asked

OTHER = "https://attacker.test"


@pytest.fixture
def client(new_client, fake_place):
    """A client that knows the issuer and finds the rest; it asks for no ID token, which would name the issuer too."""
    return new_client(**{**fake_place.discovered(), "scope": "read"})


@pytest.fixture
def log_in(fake_place, client):
    def perform():
        request = client.authorization_request()
        return client.authorization_code(request.validate_callback(fake_place.authorize(request.uri)))

    return perform


def test_a_provider_that_names_itself(log_in):
    """A callback that names the issuer that was asked is taken."""
    assert log_in().access_token


def test_a_provider_that_promises_nothing(fake, log_in):
    """Where the metadata promise no `iss`, a callback without one is taken. RFC 9207 §2.4."""
    fake.settings.send_iss = False
    assert log_in().access_token


@pytest.mark.parametrize("promised", [True, False])
@pytest.mark.parametrize("iss", [OTHER, "", "HTTP://127.0.0.1"])
def test_another_issuer(fake, client, fake_place, log_in, iss, promised):
    """A callback that names another issuer is refused, promised or not, and no token is asked for."""
    fake.authority.metadata["authorization_response_iss_parameter_supported"] = promised
    fake.inject(faults.callback(iss=iss), "authorize")
    with pytest.raises(MismatchingIssuerError, match="iss"):
        log_in()
    assert asked(fake) == ["metadata", "authorize"]


@pytest.mark.parametrize("change", ["slash", "case"])
def test_an_issuer_that_is_nearly_the_same(fake, log_in, change):
    """Issuers are compared character by character. RFC 9207 §2.4."""
    iss = f"{fake.issuer}/" if change == "slash" else fake.issuer.replace("http", "HTTP")
    fake.inject(faults.callback(iss=iss), "authorize")
    with pytest.raises(MismatchingIssuerError):
        log_in()


def test_a_missing_issuer(fake, log_in):
    """Where the metadata promise `iss`, a callback without it is refused."""
    fake.inject(faults.callback(iss=None), "authorize")
    with pytest.raises(MismatchingIssuerError, match="no iss although"):
        log_in()
    assert asked(fake) == ["metadata", "authorize"]


def test_two_issuers(fake, log_in):
    """A callback that names the issuer twice is refused whole."""
    fake.inject(faults.callback(iss=[fake.issuer, OTHER]), "authorize")
    with pytest.raises(ProtocolViolation, match="'iss' more than once"):
        log_in()
    assert asked(fake) == ["metadata", "authorize"]


@pytest.mark.parametrize("iss", [OTHER, None])
def test_an_error_of_another_issuer(fake, client, iss):
    """An error is believed of the provider that was asked alone. RFC 9207 §2.4."""
    request = client.authorization_request()
    fake.inject(faults.callback(iss=iss), "authorize")
    with pytest.raises(MismatchingIssuerError):
        request.validate_callback(fake.authorize(request.uri, approve=False))
    with pytest.raises(AuthorizationRefused, match="access_denied"):
        request.validate_callback(fake.authorize(request.uri, approve=False))


def test_mix_up(fake, elsewhere, fake_place, new_client):
    """A code of one provider, brought back to a login that was begun at another, reaches neither token endpoint."""
    honest = new_client(**{**fake_place.discovered(), "scope": "read"})
    begun = new_client(
        client_id="basic",
        client_secret="a-secret",
        issuer=elsewhere.issuer,
        redirect_uri="https://client.example/callback",
    ).authorization_request()
    request = honest.authorization_request(state=begun.state)
    with pytest.raises(MismatchingIssuerError):
        begun.validate_callback(fake_place.authorize(request.uri))
    assert (fake.count("token"), elsewhere.count("token")) == (0, 0)
