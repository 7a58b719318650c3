"""What every case has: a provider that signs, a client that judges, and a person who logs in."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace

import pytest

from oauth_jwt import IDTokenValidator, JWKSCache, Key
from oauth_jwt.testing import KeyOperations
from tests.shared.certification.provider import asked
from tests.shared.places import Place


@pytest.fixture(scope="session")
def provider_keys() -> dict[str, Key]:
    """Keys that are made once: a new RSA key costs more than the rest of a test."""
    return {name: Key.generate(name) for name in ("RS256", "PS256", "ES256", "EdDSA")}


@pytest.fixture
def operations(fake, provider_keys) -> KeyOperations:
    """What the provider signs with, and the hooks that spoil it."""
    operations = KeyOperations(keys={"RS256": provider_keys["RS256"]})
    fake.install(operations)
    return operations


@pytest.fixture
def rules() -> dict[str, object]:
    """Further keywords of the validator; a test that needs some is parametrized with them."""
    return {}


@pytest.fixture
def keys(fake_place, fake, operations) -> JWKSCache:
    """The provider's keys, fetched when first needed and shared by all judges."""
    return JWKSCache(fake.metadata["jwks_uri"], clock=fake_place.clock)


@pytest.fixture
def validator(fake_place, fake, keys, rules) -> IDTokenValidator:
    """The judge of ID tokens."""
    return IDTokenValidator(fake.issuer, "basic", keys, clock=fake_place.clock, **rules)


@pytest.fixture
def options(fake_place, validator) -> dict[str, object]:
    """The keywords of a session with a validator."""
    return {**fake_place.options(), "id_token_validator": validator}


@pytest.fixture
def client(new_client, options):
    """A session of the flavour that believes no ID token unseen."""
    return new_client(**options)


@pytest.fixture
def log_in(fake_place, client):
    """A person logs in (`log_in(**parameters of the authorization request)`); the token that the client takes."""

    def perform(**parameters):
        request = client.authorization_request(**parameters)
        return client.authorization_code(request.validate_callback(fake_place.authorize(request.uri)))

    return perform


@pytest.fixture
def sign_in(client, log_in):
    """As an application does it: after the login the claims about the user are asked for, and returned."""

    def perform(**parameters):
        log_in(**parameters)
        return client.userinfo()

    return perform


@dataclass
class Provider:
    """A provider that behaves, the fake one or a real one: where it is, and how a person's browser comes back."""

    place: Place
    metadata: Mapping[str, object]

    def options(self, name="client_secret_basic", **rules):
        """The keywords of a session that knows the provider's metadata and believes no ID token unseen."""
        known = {key: value for key, value in self.place.options(name).items() if not key.endswith("_endpoint")}
        validator = IDTokenValidator.from_metadata(self.metadata, known["client_id"], clock=self.place.clock, **rules)
        return {**known, "metadata": self.metadata, "id_token_validator": validator}

    def answer(self, url):
        """What an application gets: the URL of the callback, or the fields that were posted there."""
        server = self.place.server.fake if self.place.name == "fake" else self.place.server
        if "response_mode=form_post" not in url:
            return self.place.authorize(url)
        if self.place.name == "fake":
            return dict(server.authorize_form(url, approve="login_hint=deny" not in url)[1])
        return dict(server.authorize_form(url)[1])


@pytest.fixture
def real_provider(oidc_provider):
    """oidc-provider."""
    place = Place("oidc", oidc_provider, lambda: oidc_provider.counts().get("POST /token", 0), lambda echo: echo["sub"])
    return Provider(place, oidc_provider.metadata)


@pytest.fixture(params=["fake", pytest.param("oidc", marks=pytest.mark.real_server)])
def provider(request):
    """A provider that behaves: the fake one and oidc-provider."""
    if request.param == "oidc":
        return request.getfixturevalue("real_provider")
    request.getfixturevalue("operations")
    return Provider(request.getfixturevalue("fake_place"), request.getfixturevalue("fake").metadata)


@pytest.fixture
def register(fake):
    """Register the client anew, with members of RFC 7591: `register(id_token_signed_response_alg="ES256")`."""

    def perform(**metadata):
        known = fake.authority.clients["basic"]
        members = {name: value for name, value in {**known.metadata, **metadata}.items() if value is not None}
        fake.register(replace(known, metadata=members))

    return perform


@pytest.fixture
def refused(fake):
    """Within the block something is refused, after these endpoints were asked and no other; the block gets the error.

    `refused(InvalidJWTError, "authorize", "token", claim="iss")`: `claim` is what the error names.
    """

    @contextmanager
    def block(error, *endpoints, claim=None, match=None):
        start = len(fake.requests)
        with pytest.raises(error, match=match) as caught:
            yield caught
        assert asked(fake)[start:] == list(endpoints)
        if claim is not None:
            assert caught.value.claim == claim

    return block
