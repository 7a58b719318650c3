"""Authorization requests that are pushed, signed or detailed, and the parameters that have names of their own."""

import json
import pickle
from base64 import urlsafe_b64encode
from hmac import digest
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest

from oauth_core import (
    AuthorizationDetail,
    AuthorizationRequest,
    Hooks,
    ProtocolViolation,
    RequestSigner,
    ServerRefusal,
    UsageError,
    authorization_details,
    granted_details,
    pairs,
    parse_pushed_authorization_response,
)
from oauth_core.testing import NotRedirected, RegisteredClient, faults
from tests.core.core_support import answer
from tests.core.further_support import Client, new_server

ENDPOINT = "https://as.test/authorize"
PAYMENT = {"type": "payment", "amount": {"value": "1.50", "currency": "EUR"}, "actions": ["initiate"]}


class Signer:
    """Signs with the client's secret, by the standard library alone."""

    def __init__(self, server, *, secret="s3cret", **claims):
        self.server = server
        self.secret = secret
        self.claims = claims

    def sign(self, parameters):
        yield from ()
        claims = {
            **dict(parameters),
            "iss": "app",
            "aud": self.server.issuer,
            "exp": self.server.authority.clock() + 60,
        }
        parts = [json.dumps(part).encode() for part in ({"alg": "HS256"}, {**claims, **self.claims})]
        text = b".".join(urlsafe_b64encode(part).rstrip(b"=") for part in parts)
        proof = urlsafe_b64encode(digest(self.secret.encode(), text, "sha256")).rstrip(b"=")
        return (text + b"." + proof).decode()


@pytest.fixture
def server():
    return new_server()


def query(url):
    return dict(parse_qsl(urlsplit(url).query))


def test_structured_values_travel_as_compact_json():
    """A mapping, or a list with mappings, is one parameter of compact JSON; lists of text repeat as ever."""
    assert pairs({"claims": {"id_token": {"acr": None}}}) == (("claims", '{"id_token":{"acr":null}}'),)
    assert pairs({"d": [{"type": "ä"}]}) == (("d", '[{"type":"ä"}]'),)
    assert pairs({"resource": ["a", "b"]}) == (("resource", "a"), ("resource", "b"))
    assert pairs({"d": AuthorizationDetail("x", a=(1, 2))}) == (("d", '{"type":"x","a":[1,2]}'),)
    for bad in ({"a": object()}, {"a": float("nan")}):
        with pytest.raises(TypeError):
            pairs({"claims": bad})


def test_named_parameters():
    """Lists of words are joined, structures become JSON, resources repeat, an ID token hint may be its token."""
    request = AuthorizationRequest(
        ENDPOINT,
        "app",
        prompt=["login", "consent"],
        max_age=60,
        login_hint="alice",
        id_token_hint={"id_token": "i.d.t"},
        acr_values=["1", "2"],
        ui_locales=["de", "en"],
        claims={"userinfo": {"email": None}},
        response_mode="fragment",
        resource=["https://a/", "https://b/"],
        authorization_details=[AuthorizationDetail("payment", actions=["initiate"])],
    )
    sent = parse_qs(urlsplit(request.uri).query)
    assert sent["prompt"] == ["login consent"]
    assert (sent["max_age"], sent["acr_values"], sent["ui_locales"]) == (["60"], ["1 2"], ["de en"])
    assert (sent["id_token_hint"], sent["login_hint"], sent["response_mode"]) == (["i.d.t"], ["alice"], ["fragment"])
    assert json.loads(sent["claims"][0]) == {"userinfo": {"email": None}}
    assert sent["resource"] == ["https://a/", "https://b/"]
    assert json.loads(sent["authorization_details"][0]) == [{"type": "payment", "actions": ["initiate"]}]
    again = AuthorizationRequest.from_json(request.to_json())
    assert (again, again.uri) == (request, request.uri)
    answer_ = request.validate_callback(f"https://c/?code=c&state={request.state}")
    assert (answer_.max_age, answer_.acr_values) == (60, "1 2")
    for bad in ({"id_token_hint": {}}, {"authorization_details": [{"no": "type"}]}, {"authorization_details": 5}):
        with pytest.raises(UsageError):
            AuthorizationRequest(ENDPOINT, "app", **bad)
    with pytest.raises(UsageError, match="prompt would be sent twice"):
        AuthorizationRequest(ENDPOINT, "app", prompt="login", extra=[("prompt", "none")])


def test_details_in_and_out():
    """An authorization detail reads as a mapping and by attribute, pickles, and comes back typed from a token."""
    detail = AuthorizationDetail("payment", locations=["https://api/"], identifier="7", amount=5)
    assert (detail.type, detail["type"], detail.amount, detail.identifier) == ("payment", "payment", 5, "7")
    assert pickle.loads(pickle.dumps(detail)) == detail
    assert "payment" in repr(detail) and "amount" not in repr(detail)
    assert authorization_details(json.dumps([PAYMENT])) == (AuthorizationDetail.from_dict(PAYMENT),)
    assert authorization_details(PAYMENT)[0].actions == ["initiate"]
    assert granted_details({"authorization_details": [PAYMENT]})[0].type == "payment"
    assert granted_details({}) == ()
    for bad in ("no json", "5", [5], [{}]):
        with pytest.raises(UsageError):
            authorization_details(bad)
    with pytest.raises(ProtocolViolation):
        granted_details({"authorization_details": [{"type": 5}]})
    with pytest.raises(UsageError):
        AuthorizationDetail("")
    with pytest.raises(UsageError, match="list of texts"):
        AuthorizationDetail("x", actions="read")
    with pytest.raises(AttributeError):
        _ = detail.nothing


def test_details_are_granted(server):
    """What a person approved in detail is on the token, whether asked for by code or by client credentials."""
    client = Client(server, scope="read")
    request = client.authorization_request(authorization_details=PAYMENT)
    token = client.authorization_code(request.validate_callback(server.authorize(request.uri)))
    assert granted_details(token)[0]["amount"] == PAYMENT["amount"]
    token = client.client_credentials(authorization_details=[PAYMENT])
    assert granted_details(token)[0].type == "payment"
    server.register(RegisteredClient("app", "s3cret", metadata={"authorization_details_types": ["account"]}))
    with pytest.raises(ServerRefusal, match="invalid_authorization_details"):
        client.client_credentials(authorization_details=[PAYMENT])
    refused = server.authorize(client.authorization_request(authorization_details=PAYMENT).uri)
    assert "error=invalid_authorization_details" in refused


def test_push(server):
    """A pushed request leaves the client id and a reference in the URL, and validates its callback as ever."""
    client = Client(server, scope="read")
    request = client.pushed_authorization_request(prompt="login", resource=["https://a/", "https://b/"])
    assert set(query(request.uri)) == {"client_id", "request_uri"}
    pushed = server.seen("par")[0]
    assert pushed.header("authorization").startswith("Basic ")
    assert dict(pushed.form)["code_challenge_method"] == "S256"
    assert [value for name, value in pushed.form if name == "resource"] == ["https://a/", "https://b/"]
    assert [name for name, _ in pushed.form].count("client_id") == 1
    again = AuthorizationRequest.from_json(request.to_json())
    token = client.authorization_code(again.validate_callback(server.authorize(request.uri)))
    assert token.scope == "read"
    with pytest.raises(NotRedirected, match="invalid_request_uri"):
        server.authorize(request.uri)


def test_push_of_a_request_that_exists(server):
    """A request that was made before can be pushed, once; its client may authenticate in the form."""
    client = Client(server, scope="read", token_endpoint_auth_method="client_secret_post")
    made = client.authorization_request()
    assert "code_challenge" in query(made.uri)
    request = client.pushed_authorization_request(made)
    assert [name for name, _ in server.seen("par")[0].form].count("client_id") == 1
    assert client.authorization_code(request.validate_callback(server.authorize(request.uri))).scope == "read"
    with pytest.raises(UsageError, match="again"):
        client.pushed_authorization_request(request)
    with pytest.raises(TypeError, match="not both"):
        client.pushed_authorization_request(made, prompt="login")


def test_push_happens_by_itself(server):
    """Where the metadata, or the client's own configuration, demands it, every request is pushed."""
    server.settings.require_pushed = True
    client = Client(server)
    request = client.authorization_request()
    assert set(query(request.uri)) == {"client_id", "request_uri"}
    server.settings.require_pushed = False
    client = Client(server, require_pushed_authorization_requests=True)
    assert set(query(client.authorization_request().uri)) == {"client_id", "request_uri"}
    assert server.count("par") == 2


def test_a_hook_corrects_what_is_pushed(server):
    """A correction of the authorization request is part of what is pushed."""
    hooks = Hooks()
    hooks.register("authorization_request", lambda url, headers, body: (f"{url}&audience=x", headers, body))
    client = Client(server, hooks=hooks, require_pushed_authorization_requests=True)
    request = client.authorization_request()
    assert dict(server.seen("par")[0].form)["audience"] == "x"
    assert set(query(request.uri)) == {"client_id", "request_uri"}


@pytest.mark.parametrize(
    ("members", "complaint"),
    [
        ({"request_uri": None}, "no request_uri"),
        ({"request_uri": "https://evil.test/r"}, "another server"),
        ({"request_uri": "http://[bad"}, "another server"),
        ({"expires_in": None}, "no expires_in"),
        ({"expires_in": 0}, "over already"),
    ],
)
def test_bad_pushed_answers(members, complaint):
    """An answer without reference or life, or with another server's reference, is refused."""
    good = {"request_uri": "urn:ietf:params:oauth:request_uri:x", "expires_in": 60, "more": 1}
    found = parse_pushed_authorization_response(answer(good, status=201), endpoint="https://as.test/par")
    assert (found.request_uri, found.more, found.expires_in) == (good["request_uri"], 1, 60)
    assert "request_uri:x" not in repr(found)
    with pytest.raises(ProtocolViolation, match=complaint):
        parse_pushed_authorization_response(answer({**good, **members}), endpoint="https://as.test/par")


def test_a_refused_push_leaves_no_request(server):
    """What the server refuses, or answers with HTML, is an error; there is nothing to open in a browser."""
    client = Client(server)
    for fault in (faults.error("invalid_request"), faults.html_ok()):
        server.inject(fault, "par")
        with pytest.raises((ServerRefusal, ProtocolViolation)):
            client.pushed_authorization_request()


def test_signed_requests(server):
    """With a signer the URL carries the client id and the request object, which stands for all parameters."""
    server.register(RegisteredClient("app", "s3cret", metadata={"require_signed_request_object": True}))
    signer = Signer(server)
    assert isinstance(signer, RequestSigner)
    client = Client(server, scope="read", request_object=signer)
    request = client.authorization_request()
    assert set(query(request.uri)) == {"client_id", "request"}
    assert client.authorization_code(request.validate_callback(server.authorize(request.uri))).scope == "read"
    with pytest.raises(NotRedirected, match="must be signed"):
        server.authorize(Client(server).authorization_request().uri)


def test_a_signed_request_is_pushed_alone(server):
    """What is pushed of a signed request is the request object, the client's proof and nothing else."""
    client = Client(server, scope="read", request_object=Signer(server), require_pushed_authorization_requests=True)
    request = client.authorization_request(state="own")
    assert {name for name, _ in server.seen("par")[0].form} == {"request", "client_id"}
    assert client.authorization_code(request.validate_callback(server.authorize(request.uri))).scope == "read"


@pytest.mark.parametrize(
    "changes",
    [{"iss": "other"}, {"aud": "https://other.test"}, {"exp": 1}, {"secret": "wrong"}, {"client_id": "other"}],
)
def test_the_fake_server_reads_request_objects_strictly(server, changes):
    """Another issuer, audience, time, key or client makes a request object worthless."""
    client = Client(server, request_object=Signer(server, **changes))
    with pytest.raises(NotRedirected, match="invalid_request_object"):
        server.authorize(client.authorization_request().uri)


def test_a_signature_that_the_server_demands(server):
    """Where the metadata demands signed requests and nothing signs, no request is made."""
    client = Client(server, metadata={**server.metadata, "require_signed_request_object": True})
    with pytest.raises(UsageError, match="request_object"):
        client.authorization_request()
    with pytest.raises(TypeError, match="request_object"):
        Client(server, request_object="a key")


def test_requests_by_reference_and_by_value():
    """A reference or a request object of one's own takes the place of the parameters; both at once is an error."""
    for name in ("request_uri", "request"):
        made = AuthorizationRequest(ENDPOINT, "app", **{name: "https://c/r"})
        assert query(made.uri) == {"client_id": "app", name: "https://c/r"}
        assert dict(made.parameters)["state"] == made.state
    with pytest.raises(UsageError, match="not as both"):
        AuthorizationRequest(ENDPOINT, "app", request="x", request_uri="y")


def test_signed_backchannel_requests(server):
    """A backchannel request is signed where a signer is configured and the server says that it reads such."""
    metadata = {**server.metadata, "backchannel_authentication_request_signing_alg_values_supported": ["HS256"]}
    client = Client(server, metadata=metadata, request_object=Signer(server))
    assert client.backchannel_authentication_request(login_hint="alice").auth_req_id
    assert {"request"} == {name for name, _ in server.seen("backchannel")[0].form}


def test_form_post(server):
    """An answer by `form_post` comes as fields, an error too, and is checked like any other."""
    client = Client(server, scope="read")
    request = client.authorization_request(response_mode="form_post", state='"<odd>&')
    url, fields = server.authorize_form(request.uri)
    assert url == "https://client.test/callback"
    assert client.authorization_code(request.validate_callback(fields)).scope == "read"
    _, refused = server.authorize_form(request.uri, approve=False)
    with pytest.raises(ServerRefusal, match="access_denied"):
        request.validate_callback(dict(refused))
    with pytest.raises(NotRedirected):
        server.authorize_form(client.authorization_request().uri)
    assert "error=invalid_request" in server.authorize(client.authorization_request(response_mode="smoke").uri)
