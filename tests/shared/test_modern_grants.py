"""Logins on another device, token exchange, pushed requests, details, registration, certificates: on every flavour."""

from __future__ import annotations

import json
import ssl
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

import oauth_core
from oauth_core import (
    AuthorizationDetail,
    ExtensionGrant,
    MemoryTokenStore,
    MismatchingStateError,
    OAuth2Token,
    ReauthorizationRequired,
    ServerRefusal,
    granted_details,
)
from tests.shared.needs import needs
from tests.shared.places import LOGOUT_URI


@pytest.fixture
def client(place, new_client):
    """A session of the flavour that finds everything through the metadata document."""
    return new_client(**{**place.discovered(), "scope": "openid api"})


def job_of(flavour, name):
    """The polling job of the flavour's colour."""
    return flavour.type(f"Async{name}" if flavour.asynchronous else name)


@needs("device_code")
def test_device_login(place, client):
    """A device waits for its person, and the session then holds the token."""
    login = client.authorize_device()
    assert login.verification_uri_complete.endswith(login.user_code)
    seen = []

    def progress(step):
        seen.append(step.error)
        place.server.decide_device(login.user_code, approve=True)

    token = client.poll_device_code(login, on_poll=progress)
    assert (client.token, set(seen)) == (token, {"authorization_pending"})
    assert place.subject(client.get(place.api_url).json()) == "alice"


@needs("device_code")
def test_device_job(place, client, flavour):
    """A polling job is called until it returns the token."""
    login = client.authorize_device(scope="openid")
    job = job_of(flavour, "DeviceAuthorizationPollingJob")(client.native, login, interval=0.2)
    assert client.run(job) is None
    place.server.decide_device(login.user_code, approve=True)
    assert client.run(job).access_token == client.token.access_token


def test_jobs_by_their_other_spelling(flavour):
    """Every adapter has the jobs also as `...PoolingJob`, as people write them elsewhere."""
    for name in ("DeviceAuthorizationP{}ingJob", "BackChannelAuthenticationP{}ingJob"):
        assert flavour.type(name.format("ool")) is flavour.type(name.format("oll"))


def test_a_job_of_the_other_colour(fake_place, new_client, flavour):
    """A job that cannot carry a client names the one that can; what is no client at all is just refused."""
    ours, theirs = "DeviceAuthorizationPollingJob", "AsyncDeviceAuthorizationPollingJob"
    if flavour.asynchronous:
        ours, theirs = theirs, ours
    client = new_client(**fake_place.discovered())
    with pytest.raises(TypeError, match=f"^{theirs} takes no {type(client.native).__name__}; {ours} does$"):
        getattr(oauth_core, theirs)(client.native, "code")
    with pytest.raises(TypeError, match=f"^{ours} takes no str$"):
        getattr(oauth_core, ours)("client", "code")


@needs("device_code")
def test_declined_device(place, client):
    """A person who declines ends the polling; there is no token."""
    login = client.authorize_device()
    place.server.decide_device(login.user_code, approve=False)
    with pytest.raises(ServerRefusal) as caught:
        client.poll_device_code(login)
    assert (caught.value.error, client.token) == ("access_denied", None)


@needs("device_code")
def test_device_handler(place, client, flavour):
    """The handler waits at the first request of any session, and its token goes on every later one."""
    login = client.authorize_device()
    place.server.decide_device(login.user_code, approve=True)
    auth = flavour.type("OAuth2DeviceCodeAuth")(client.native, login)
    for _ in range(2):
        assert client.get(place.api_url, auth=auth).status_code == 200
    assert client.token is None
    if place.name != "authlib":  # whose server lets a device code be used again
        with pytest.raises(ServerRefusal, match="invalid_grant"):
            client.device_code(login)


@pytest.mark.parametrize("refresh_token", [None, "no longer good"])
def test_a_new_login_after_the_old_one(fake_place, fake, new_client, flavour, refresh_token):
    """A handler whose store holds a token of no use any more takes its new login, and stores the new token."""
    store = MemoryTokenStore()
    old = {"access_token": "old", "token_type": "Bearer", "expires_at": 1, "refresh_token": refresh_token}
    store.save("default", OAuth2Token({name: value for name, value in old.items() if value}), None)
    client = new_client(**{**fake_place.discovered(), "scope": "read"})
    login = client.authorize_device()
    fake.decide(login.device_code, user="alice")
    auth = flavour.type("OAuth2DeviceCodeAuth")(client.native, login, store=store)
    assert client.get(fake_place.api_url, auth=auth).status_code == 200
    assert store.load("default")["access_token"] != "old"


def test_a_device_code_that_ends(fake_place, fake, new_client):
    """Where nobody decides the polling ends with the code, and nothing is sent after that."""
    fake.settings.pending_lifetime, fake.settings.poll_interval = 1, 0.2
    client = new_client(**fake_place.discovered())
    with pytest.raises(ReauthorizationRequired, match="expired_token"):
        client.poll_device_code(client.authorize_device())
    assert 1 <= fake.count("token") <= 5


@needs("ciba")
def test_ciba(place, client, flavour):
    """A person is asked by a hint on a device of theirs, and the session gets their token."""
    login = client.backchannel_authentication_request(login_hint="alice", binding_message="B17")
    job = job_of(flavour, "BackChannelAuthenticationPollingJob")(client.native, login, interval=0.2)
    assert client.run(job) is None
    place.server.decide_ciba(login.auth_req_id, approve=True)
    assert client.poll_ciba(login).access_token
    assert place.subject(client.get(place.api_url).json()) == "alice"
    login = client.backchannel_authentication_request(login_hint="alice")
    place.server.decide_ciba(login.auth_req_id, approve=False)
    with pytest.raises(ServerRefusal, match="access_denied"):
        client.poll_ciba(login)


@needs("ciba")
def test_ciba_handler(place, client, flavour):
    """The handler for backchannel authentication waits at the first request."""
    login = client.backchannel_authentication_request(login_hint="alice")
    place.server.decide_ciba(login.auth_req_id, approve=True)
    auth = flavour.type("OAuth2CIBAAuth")(client.native, login)
    assert client.get(place.api_url, auth=auth).status_code == 200


@needs("token_exchange", "authorization_code")
def test_token_exchange(place, client, flavour):
    """The session's token is exchanged for one to another service, by a method and by a handler that repeats it."""
    request = client.authorization_request()
    login = client.authorization_code(request.validate_callback(place.authorize(request.uri)))
    token = client.token_exchange(login, audience="https://backend.example", scope="api")
    assert token["issued_token_type"] == "urn:ietf:params:oauth:token-type:access_token"
    assert place.subject(client.get(place.api_url).json()) == "alice"
    auth = flavour.type("OAuth2TokenExchangeAuth")(client.native, login, requested_token_type="access_token")
    assert client.get(place.api_url, auth=auth).status_code == 200


def test_an_exchange_for_a_refresh_token(fake_place, fake, new_client):
    """What an exchange brings that is no access token is returned, and the session keeps the token it has."""
    client = new_client(**{**fake_place.discovered(), "scope": "read"})
    request = client.authorization_request()
    had = client.authorization_code(request.validate_callback(fake_place.authorize(request.uri)))
    other = client.token_exchange(had, requested_token_type="refresh_token")
    assert (other.token_type, client.token) == ("N_A", had)
    assert client.get(fake_place.api_url).status_code == 200


@needs("par")
def test_pushed_request(place, client):
    """A pushed login carries a reference in the URL and ends in a token, checks and all."""
    request = client.pushed_authorization_request(prompt="login")
    assert set(dict(parse_qsl(urlsplit(request.uri).query))) == {"client_id", "request_uri"}
    response = request.validate_callback(place.authorize(request.uri))
    assert client.authorization_code(response).scope == "openid api"


def test_pushing_because_the_metadata_say_so(fake_place, fake, new_client):
    """Where the server demands it, `authorization_request` pushes by itself."""
    fake.settings.require_pushed = True
    client = new_client(**{**fake_place.discovered(), "scope": "read"})
    request = client.authorization_request()
    assert fake.count("par") == 1
    assert client.authorization_code(request.validate_callback(fake_place.authorize(request.uri))).scope == "read"


@needs("rar")
def test_authorization_details(place, client):
    """Typed details go out, are approved, and come back typed with the token."""
    detail = AuthorizationDetail("payment_initiation", instructedAmount={"currency": "EUR", "amount": "1.50"})
    request = client.authorization_request(authorization_details=[detail])
    token = client.authorization_code(request.validate_callback(place.authorize(request.uri)))
    assert granted_details(token) == (detail,)


@needs("form_post", "authorization_code")
def test_form_post(place, client):
    """What the browser posts to the callback is judged like a callback's URL, as fields and as a body."""
    for encode in (dict, urlencode):
        request = client.authorization_request(response_mode="form_post")
        target, fields = place.server.authorize_form(request.uri)
        assert target == request.redirect_uri
        assert client.authorization_code(request.validate_callback(encode(fields))).access_token
    request = client.authorization_request(response_mode="form_post")
    _, fields = place.server.authorize_form(request.uri)
    with pytest.raises(MismatchingStateError):
        request.validate_callback({**dict(fields), "state": "other"})


@needs("resource", "authorization_code")
def test_resources(place, client):
    """A login for several resources brings a token for one of them at a time; a renewal may ask for another."""
    first, second = f"{place.server.issuer}/resource/one", f"{place.server.issuer}/resource/two"
    request = client.authorization_request(
        resource=[first, second], scope="openid offline_access api", prompt="consent"
    )
    assert [value for name, value in request.parameters if name == "resource"] == [first, second]
    client.authorization_code(request.validate_callback(place.authorize(request.uri)), resource=first)
    assert client.get(place.api_url).json()["aud"] == first
    client.refresh_token(resource=second)
    assert client.get(place.api_url).json()["aud"] == second
    client.client_credentials(resource=first, scope="api")
    assert client.get(place.api_url).json()["aud"] == first
    with pytest.raises(ServerRefusal, match="invalid_target"):
        client.client_credentials(resource="https://elsewhere.example")


def test_repeated_resources(fake_place, fake, new_client):
    """Several resources are several parameters, in the URL, pushed, and in token requests. RFC 8707 §2."""
    client = new_client(**fake_place.discovered())
    both = ["https://one.example", "https://two.example"]
    for make in (client.authorization_request, client.pushed_authorization_request):
        request = make(resource=both)
        client.authorization_code(request.validate_callback(fake_place.authorize(request.uri)), resource=both)
    client.refresh_token(resource=both)
    client.client_credentials(resource=both)
    client.token_exchange(client.token, resource=both, audience=["a", "b"])
    calls = [one for one in fake.requests if one.endpoint in {"par", "token"}]
    assert len(calls) == 6
    for call in calls:
        assert [value for name, value in call.form if name == "resource"] == both
    assert [value for name, value in calls[-1].form if name == "audience"] == ["a", "b"]
    assert [value for name, value in fake.seen("authorize")[0].query if name == "resource"] == both


@needs("registration", "registration_management", "authorization_code")
def test_registration(place, client, new_client):
    """A client registers itself, logs in with what it was given, and manages its registration."""
    made = client.register_client(redirect_uris=["https://new.example/callback"], client_name="New")
    own = new_client(**made.options(), issuer=place.server.issuer)
    request = own.authorization_request(scope="openid")
    assert own.authorization_code(request.validate_callback(place.authorize(request.uri))).access_token
    changed = client.update_registration(made, client_name="Newer")
    assert (changed.client_name, changed.client_id) == ("Newer", made.client_id)
    assert client.read_registration(changed).client_name == "Newer"
    client.delete_registration(changed)
    with pytest.raises(ServerRefusal) as caught:
        client.read_registration(changed)
    assert caught.value.error in {"invalid_token", "invalid_client"}


@needs("end_session", "authorization_code")
def test_logout(place, client):
    """The session's ID token goes along to the server, and the state that comes back is compared."""
    request = client.authorization_request()
    token = client.authorization_code(request.validate_callback(place.authorize(request.uri)))
    goodbye = client.logout_request(post_logout_redirect_uri=LOGOUT_URI)
    assert dict(goodbye.parameters).get("id_token_hint") == token.id_token
    callback = place.authorize(goodbye.uri)
    assert goodbye.validate_callback(callback) == (("state", goodbye.state),)
    for forged in (LOGOUT_URI, f"{LOGOUT_URI}?state=other"):
        with pytest.raises(MismatchingStateError):
            goodbye.validate_callback(forged)


def test_a_grant_of_ones_own_renews_itself(fake_place, fake, new_client, flavour):
    """An extension grant is a value; through its handler it obtains the token and renews it by itself."""
    from oauth_core.testing import Permission

    fake.add_grant("urn:example:voucher", lambda authority, request: Permission(subject=None, scope="read"))
    client = new_client(**fake_place.discovered())
    grant = ExtensionGrant("urn:example:voucher", (("voucher", "v1"),), repeatable=True)
    assert client.token_request(grant).scope == "read"
    auth = flavour.type("OAuth2GrantAuth")(client.native, grant)
    assert client.get(fake_place.api_url, auth=auth).status_code == 200
    fake_place.let_expire()
    assert client.get(fake_place.api_url, auth=auth).status_code == 200
    assert [dict(seen.form)["voucher"] for seen in fake.seen("token")] == ["v1"] * 3


@pytest.mark.real_server
@pytest.mark.parametrize("name", ["tls_client_auth", "self_signed_tls_client_auth"])
def test_mutual_tls(oidc_provider, flavour, name, monkeypatch):
    """With a certificate the aliases are used, the client is known by it, and its token works with it alone."""
    for variable in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):  # to Requests they count for more than `verify`
        monkeypatch.delenv(variable, raising=False)
    registered = oidc_provider.clients[name]
    options: dict[str, object] = {
        "client_id": registered.client_id,
        "token_endpoint_auth_method": name,
        "issuer": oidc_provider.issuer,
    }
    context = ssl.create_default_context(cafile=oidc_provider.ca_file)
    context.load_cert_chain(*registered.certificate)
    if flavour.library != "requests":
        options["verify"] = context
    with flavour.open(**options) as client:
        if flavour.library == "requests":
            client.native.cert, client.native.verify = registered.certificate, oidc_provider.ca_file
        token = client.client_credentials(scope="api")
        assert client.get(f"{oidc_provider.mtls_api_url}/x").json()["client_id"] == registered.client_id
        assert client.get(f"{oidc_provider.api_url}/x").status_code == 401
        assert token.access_token


@pytest.mark.real_server
def test_signed_requests(oidc_provider, new_client):
    """A client whose requests must be signed logs in, by value and pushed."""
    from oauth_jwt import RequestObject

    registered = oidc_provider.clients["jar"]
    signer = RequestObject(registered.client_id, oidc_provider.issuer, registered.private_jwk)
    client = new_client(
        client_id=registered.client_id,
        client_secret=registered.client_secret,
        redirect_uri=registered.redirect_uri,
        scope="openid api",
        issuer=oidc_provider.issuer,
        request_object=signer,
    )
    for make in (client.authorization_request, client.pushed_authorization_request):
        request = make(claims={"id_token": {"auth_time": None}}, max_age=600)
        assert json.dumps(dict(request.parameters)["claims"])
        response = request.validate_callback(oidc_provider.authorize(request.uri))
        assert client.authorization_code(response).scope == "openid api"
