"""What makes a scenario run over every flavour (`flavour`) and over every server that can play it (`place`)."""

from __future__ import annotations

import contextlib
import functools

import pytest

from oauth_core.testing import FakeAuthorizationServer
from tests.servers.certificates import Certificates, make_certificates
from tests.servers.fixtures import authlib_server, oidc_provider
from tests.servers.protocol import FEATURES
from tests.shared.certified import serving_certificates, with_certificate
from tests.shared.flavours import FLAVOURS, native_options
from tests.shared.places import FAKE_SUPPORTS, Clock, FakePlace, Place

__all__ = ["authlib_server", "oidc_provider"]

AUTHLIB_SUPPORTS = frozenset(
    {"authorization_code", "refresh_token", "client_credentials", "password", "introspection", "revocation", "iss"}
    | {"discovery", "jwt_bearer", "device_code", "registration", "registration_management"}
)
SUPPORTS = {"fake": FAKE_SUPPORTS, "oidc": FEATURES | {"counts"}, "authlib": AUTHLIB_SUPPORTS}


def pytest_generate_tests(metafunc):
    if "flavour" in metafunc.fixturenames:
        only = getattr(metafunc.function, "asynchronous_only", False)
        flavours = [each for each in FLAVOURS if each.asynchronous or not only]
        metafunc.parametrize("flavour", flavours, ids=[each.name for each in flavours])
    if "place" in metafunc.fixturenames:
        needed = getattr(metafunc.function, "needed", frozenset())
        names = [name for name, supported in SUPPORTS.items() if needed <= supported]
        marks = {name: () if name == "fake" else (pytest.mark.real_server,) for name in names}
        metafunc.parametrize("place", [pytest.param(name, marks=marks[name]) for name in names], indirect=True)


@pytest.fixture
def place(request):
    """A server; the fake one is new for each test, a real one lives as long as the run."""
    if request.param == "fake":
        clock = Clock()
        with FakePlace(clock).running() as server:
            yield Place("fake", server, lambda: server.fake.count("token"), lambda echo: echo["token"]["sub"], clock)
    elif request.param == "oidc":
        server = request.getfixturevalue("oidc_provider")
        yield Place("oidc", server, lambda: server.counts().get("POST /token", 0), lambda echo: echo["sub"])
    else:
        yield Place("authlib", request.getfixturevalue("authlib_server"), None, lambda echo: echo["sub"])


@pytest.fixture
def fake_place():
    """The fake server on loopback, where no other server can play the scenario."""
    clock = Clock()
    with FakePlace(clock).running() as server:
        yield Place("fake", server, lambda: server.fake.count("token"), lambda echo: echo["token"]["sub"], clock)


@pytest.fixture
def fake(fake_place) -> FakeAuthorizationServer:
    """The fake server itself, to switch faults on and to ask what it saw."""
    return fake_place.server.fake


@pytest.fixture
def new_client(flavour):
    """Open a session of the flavour: `new_client(**options)`; all are closed at the end of the test."""
    with contextlib.ExitStack() as stack:
        yield lambda **options: stack.enter_context(flavour.open(**native_options(flavour), **options))


@pytest.fixture
def client(place, new_client):
    """A session of the flavour, registered at the place with `client_secret_basic`."""
    return new_client(**place.options())


@pytest.fixture
def logged_in(place, client):
    """The same session after a person has logged in: it holds a token with a refresh token."""
    request = client.authorization_request()
    client.authorization_code(request.validate_callback(place.authorize(request.uri)))
    return client


@pytest.fixture(scope="session")
def certificates(tmp_path_factory) -> Certificates:
    """Certificates for mutual TLS, of this run."""
    return make_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def certified_url(fake, certificates):
    """The fake server's origin for clients that show a certificate."""
    with serving_certificates(fake, certificates) as url:
        yield url


@pytest.fixture
def new_certified(flavour, certificates, monkeypatch):
    """Open a session of the flavour that shows a certificate: `new_certified(certificates.client, **options)`."""
    for variable in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):  # to Requests they count for more than `verify`
        monkeypatch.delenv(variable, raising=False)
    open_one = functools.partial(with_certificate, flavour, certificates)
    with contextlib.ExitStack() as stack:
        yield lambda shown, **options: stack.enter_context(open_one(shown, **options))


@pytest.fixture
def elsewhere():
    """A second fake server on loopback: another origin."""
    with FakePlace(Clock()).running() as server:
        yield server.fake


@pytest.fixture
def holder(fake_place, fake, new_client):
    """A session that holds a good token with a refresh token, at the fake server."""
    return new_client(**fake_place.options(), token=fake.issue_token("basic", user="alice", scope="read"))


@pytest.fixture
def following(flavour) -> dict[str, bool]:
    """The keywords of an API call that follows redirects."""
    return {"allow_redirects": True} if flavour.library == "requests" else {"follow_redirects": True}


@pytest.fixture
def plain(flavour):
    """A client of the HTTP library itself."""
    if flavour.library == "requests":
        native = flavour.http.Session
    else:
        native = flavour.http.AsyncClient if flavour.asynchronous else flavour.http.Client
    with flavour.running(lambda: native(**native_options(flavour))) as client:
        yield client


@pytest.fixture
def endpoints(fake_place, flavour, plain):
    """The flavour's client of the authorization server's endpoints."""
    options = fake_place.options()
    method = options.pop("token_endpoint_auth_method")
    if flavour.library == "requests":
        options["auth"] = method
        made = flavour.type("OAuth2Client")(**options)
        yield made
        return
    made = plain.run(lambda: flavour.type(flavour.session)(**native_options(flavour), **options))
    yield made
    plain.run(made.close)


@pytest.fixture
def handler(flavour, endpoints):
    """Make a handler by its name, with the endpoint client first."""
    return lambda name, *args, **options: flavour.type(name)(endpoints, *args, **options)
