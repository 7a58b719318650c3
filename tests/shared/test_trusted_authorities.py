"""Authorities that the environment trusts: what counts for API calls counts for the calls that obtain tokens."""

from __future__ import annotations

import pytest

from oauth_core import TransportError
from tests.shared.certified import tls_client

VARIABLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")
READ_BY_REQUESTS = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


@pytest.fixture
def trusting(fake, certified_url, certificates, flavour, monkeypatch):
    """Open a session whose server is known to the authority that one environment variable names, or none."""
    fake.register(tls_client(certificates))
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)

    def open_one(variable: str | None, **options: object):
        if variable is not None:
            monkeypatch.setenv(variable, str(certificates.authority.certificate_file))
        return flavour.open(
            "basic",
            "a-secret",
            token_endpoint=f"{certified_url}/token",
            token={"access_token": "known-by-nobody", "token_type": "Bearer", "expires_in": 60},
            **options,
        )

    return open_one


def reached(call, refusal) -> bool:
    """Whether a call got an answer; a TLS failure is the only other thing that may happen."""
    try:
        call()
    except refusal:
        return False
    return True


@pytest.mark.parametrize("variable", [*VARIABLES, None])
def test_token_calls_trust_what_api_calls_trust(fake, certified_url, trusting, flavour, variable):
    """A bundle that the environment names reaches token calls wherever it reaches API calls, and only there."""
    http_error = flavour.http.ConnectionError if flavour.library == "requests" else flavour.http.ConnectError
    with trusting(variable) as client:
        api = reached(lambda: client.get(f"{certified_url}/api/x"), http_error)
        assert reached(client.client_credentials, TransportError) == api
    expected = READ_BY_REQUESTS if flavour.library == "requests" else ("SSL_CERT_FILE",)
    assert api == (variable in expected)
    assert (fake.count("api"), fake.count("token")) == (api, api)


def test_an_environment_that_is_not_trusted(fake, trusting, flavour):
    """With `trust_env=False` the environment's bundle does not count for token calls either."""
    on_requests = flavour.library == "requests"
    variable, options = (READ_BY_REQUESTS[0], {}) if on_requests else ("SSL_CERT_FILE", {"trust_env": False})
    with trusting(variable, **options) as client:
        if on_requests:
            client.native.trust_env = False
        with pytest.raises(TransportError):
            client.client_credentials()
    assert fake.count("token") == 0
