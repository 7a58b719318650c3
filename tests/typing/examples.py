"""Code as users write it, checked by mypy and never run: what a caller's editor must understand.

Each `assert_type` is a promise; a change of a public signature that breaks one breaks users.
"""

from collections.abc import Mapping
from typing import assert_type

import httpx
import httpx2
import requests

import oauth_httpx
import oauth_httpx.httpx2
import oauth_requests
from oauth_compliance import Fix, OAuth1Profile, Profile, UserProfile, apply, profile
from oauth_core import (
    AsyncDeviceAuthorizationPollingJob,
    AuthorizationDetail,
    AuthorizationRequest,
    AuthorizationRequestSerializer,
    AuthorizationResponse,
    BackChannelAuthentication,
    ClientRegistration,
    DeviceAuthorization,
    ExtensionGrant,
    Flow,
    Grant,
    HookResponse,
    LogoutRequest,
    MemoryTokenStore,
    OAuth2Token,
    OAuthError,
    Pairs,
    PollProgress,
    ReauthorizationRequired,
    Request,
    Response,
    TokenSerializer,
    TokenStore,
    granted_details,
    run,
    send,
    validate_ciba_ping,
)


def tokens(answer: dict[str, object]) -> None:
    """A token is a dict that also reads as an object."""
    token = OAuth2Token(answer)
    assert_type(token.access_token, str)
    assert_type(token.refresh_token, str | None)
    assert_type(token.expires_in, int | None)
    assert_type(token["expires_in"], object)
    assert_type(token.is_expired(leeway=60), bool)
    as_mapping: Mapping[str, object] = token
    again = OAuth2Token.from_dict(as_mapping)
    assert_type(again, OAuth2Token)


def errors(error: Exception) -> None:
    """Errors are told apart by class where it matters and by the RFC's code elsewhere."""
    if isinstance(error, ReauthorizationRequired):
        assert_type(error.error, str)
    elif isinstance(error, OAuthError):
        assert_type(error.description, str | None)
        assert_type(error.status_code, int | None)
        assert_type(error.retry_after, float | None)


def authorization(callback: str) -> str:
    """An authorization request survives the trip through a browser as JSON."""
    request = AuthorizationRequest(
        "https://as.example/authorize",
        "client",
        redirect_uri="https://client.example/cb",
        scope=["openid", "profile"],
        resource=["https://api.example/a", "https://api.example/b"],
    )
    assert_type(request.uri, str)
    restored = AuthorizationRequest.from_json(request.to_json())
    assert_type(restored, AuthorizationRequest)
    response = restored.validate_callback(callback)
    assert_type(response, AuthorizationResponse)
    assert_type(response.code, str | None)
    return request.uri


class FileStore:
    """A store of one's own needs no base class."""

    def load(self, key: str) -> Mapping[str, object] | None:
        """Read a token."""
        raise NotImplementedError(key)

    def save(self, key: str, token: OAuth2Token, previous: Mapping[str, object] | None) -> bool:
        """Write a token."""
        raise NotImplementedError(key, token, previous)

    def delete(self, key: str) -> None:
        """Forget a token."""
        raise NotImplementedError(key)


def stores() -> list[TokenStore]:
    """The memory store and a store of the user's fit the same protocol."""
    return [MemoryTokenStore(), FileStore()]


def own_flow(url: str) -> Flow[int]:
    """A flow of one's own yields requests and returns a value."""
    response = yield from send(Request("GET", url))
    assert_type(response, Response)
    return response.status


def own_driver(url: str) -> None:
    """Any function that performs one request drives a flow."""

    def transport(request: Request) -> Response:
        raise NotImplementedError(request.url)

    assert_type(run(own_flow(url), transport), int)


def on_requests(token: OAuth2Token) -> None:
    """A session is a requests.Session, and a handler fits any session."""
    with oauth_requests.OAuth2Session("client", "secret", token_endpoint="https://as.example/token") as session:
        as_session: requests.Session = session
        assert_type(session.fetch_token(), OAuth2Token)
        assert_type(session.token, OAuth2Token | None)
        assert_type(session.get("https://api.example/"), requests.Response)
        assert_type(session.authorization_request(), AuthorizationRequest)
        assert_type(session.refresh_token(refresh_token="r"), OAuth2Token)
        as_session.close()
    auth: requests.auth.AuthBase = oauth_requests.OAuth2Auth(token)
    requests.get("https://api.example/", auth=auth, timeout=10)


def on_httpx(token: OAuth2Token) -> None:
    """A client is an httpx.Client, and a handler fits any client."""
    with oauth_httpx.OAuth2Client("client", "secret", token_endpoint="https://as.example/token") as client:
        as_client: httpx.Client = client
        assert_type(client.fetch_token(), OAuth2Token)
        assert_type(client.get("https://api.example/"), httpx.Response)
        as_client.close()
    auth: httpx.Auth = oauth_httpx.OAuth2Auth(token)
    httpx.get("https://api.example/", auth=auth)


async def on_httpx_async() -> None:
    """The same on asyncio or trio."""
    async with oauth_httpx.AsyncOAuth2Client("client", "secret", token_endpoint="https://as.example/token") as client:
        as_client: httpx.AsyncClient = client
        assert_type(await client.fetch_token(), OAuth2Token)
        assert_type(await client.get("https://api.example/"), httpx.Response)
        assert_type(await client.authorization_request(), AuthorizationRequest)
        await as_client.aclose()


async def on_httpx2(token: OAuth2Token) -> None:
    """The user's choice of module decides between httpx and httpx2."""
    with oauth_httpx.httpx2.OAuth2Client("client", "secret") as client:
        assert_type(client.get("https://api.example/"), httpx2.Response)
    async with oauth_httpx.httpx2.AsyncOAuth2Client("client", "secret") as async_client:
        assert_type(await async_client.get("https://api.example/"), httpx2.Response)
    auth: httpx2.Auth = oauth_httpx.httpx2.OAuth2Auth(token)
    httpx2.get("https://api.example/", auth=auth)


def providers(name: str) -> None:
    """A name that is written out gives a profile of its kind, whose options every client takes."""
    github = profile("github")
    assert_type(github, Profile)
    assert_type(profile("netsuite", account="1", host="1"), OAuth1Profile)
    assert_type(profile(name), Profile | OAuth1Profile)
    session = oauth_requests.OAuth2Session(**github.session_options(), client_id="app")
    oauth_requests.OAuth2Client(**github.client_options(), client_id="app")
    oauth_httpx.AsyncOAuth2Client(**github.session_options(), client_id="app")
    assert_type(apply(session, "slack"), Fix)
    assert_type(github.user_profile({"id": 1}), UserProfile)


def show(step: PollProgress) -> None:
    """What is called after every question that brought no token."""
    assert_type(step.polls, int)
    assert_type(step.error, str)
    assert_type(step.interval, float)
    assert_type(step.expires_at, float)


def as_handlers(client: oauth_requests.OAuth2Client, session: oauth_requests.OAuth2Session) -> None:
    """Every token of the endpoint client is an auth handler; a job gives what its client gives."""
    requests.get("https://api.example/", auth=client.client_credentials(), timeout=10)
    assert_type(client.authorization_code("code"), oauth_requests.BearerToken)
    job = oauth_requests.DeviceAuthorizationPoolingJob(client, client.authorize_device())
    assert_type(job(), oauth_requests.BearerToken | None)
    assert_type(session.get("https://api.example/", withhold_token=True), requests.Response)


def corrected(response: HookResponse) -> HookResponse:
    """A response hook may put a function in the place of `json`."""
    members = response.json()
    response.json = lambda: members
    return response


def on_another_device(session: oauth_requests.OAuth2Session, client: oauth_httpx.OAuth2Client) -> None:
    """A device login is a value with typed members; the polling gives a token, a job a token or nothing yet."""
    login = session.authorize_device(scope=["openid", "read"])
    assert_type(login, DeviceAuthorization)
    assert_type(login.user_code, str)
    assert_type(login.verification_uri_complete, str | None)
    assert_type(login.expires_at, float)
    assert_type(login.interval, float)
    assert_type(login.get("brand"), object)
    assert_type(session.poll_device_code(login, on_poll=show), OAuth2Token)
    assert_type(session.device_code(login.device_code), OAuth2Token)
    job = oauth_requests.DeviceAuthorizationPollingJob(session, login, interval=2, on_poll=show)
    assert_type(job(), OAuth2Token | None)
    auth: requests.auth.AuthBase = oauth_requests.OAuth2DeviceCodeAuth(session, login, store=MemoryTokenStore())
    requests.get("https://api.example/", auth=auth, timeout=10)
    assert_type(client.poll_device_code(client.authorize_device()), OAuth2Token)


async def on_another_device_async(client: oauth_httpx.AsyncOAuth2Client) -> None:
    """The same, awaited."""
    login = await client.authorize_device()
    assert_type(login, DeviceAuthorization)
    assert_type(await client.poll_device_code(login, on_poll=show), OAuth2Token)
    job = AsyncDeviceAuthorizationPollingJob(client, login)
    assert_type(await job(), OAuth2Token | None)
    auth: httpx.Auth = oauth_httpx.OAuth2DeviceCodeAuth(client, login)
    await client.get("https://api.example/", auth=auth)


def by_backchannel(session: oauth_requests.OAuth2Session, header: str | None, body: bytes) -> None:
    """Somebody is asked by a hint; a ping names the request, once its token is right."""
    login = session.backchannel_authentication_request("openid", login_hint="alice", requested_expiry=60)
    assert_type(login, BackChannelAuthentication)
    assert_type(login.auth_req_id, str)
    assert_type(login.expires_in, float | None)
    assert_type(session.poll_ciba(login, on_poll=show), OAuth2Token)
    assert_type(validate_ciba_ping(header, body, client_notification_token="mine"), str)
    assert_type(session.ciba(login), OAuth2Token)
    assert_type(oauth_requests.BackChannelAuthenticationPollingJob(session, login)(), OAuth2Token | None)


async def by_backchannel_async(client: oauth_httpx.httpx2.AsyncOAuth2Client) -> None:
    """The same, awaited, on httpx2."""
    login = await client.backchannel_authentication_request(login_hint="alice")
    assert_type(login, BackChannelAuthentication)
    assert_type(await client.poll_ciba(login), OAuth2Token)


def exchanges(client: oauth_requests.OAuth2Client, token: OAuth2Token) -> None:
    """A token is exchanged as it is, or as text with the name of its type."""
    assert_type(client.token_exchange(token, audience="https://backend.example"), oauth_requests.BearerToken)
    known = client.token_exchange("text", "access_token", actor_token="id", actor_token_type="id_token")
    assert_type(known, oauth_requests.BearerToken)
    auth: requests.auth.AuthBase = oauth_requests.OAuth2TokenExchangeAuth(client, token)
    requests.get("https://api.example/", auth=auth, timeout=10)


async def exchanges_async(client: oauth_httpx.AsyncOAuth2Client, token: OAuth2Token) -> None:
    """The same, awaited; further keywords may repeat."""
    assert_type(await client.token_exchange(token, resource=["https://a.example", "https://b.example"]), OAuth2Token)


def grants_of_ones_own(session: oauth_requests.OAuth2Session) -> Grant:
    """An extension grant is a value, and so is a class of one's own that has the members of a grant."""

    class Voucher:
        """A grant by structure: no base class."""

        grant_type = "urn:example:voucher"
        repeatable = True

        def parameters(self) -> Pairs:
            """Return the form parameters."""
            return (("voucher", "v1"),)

    grant = ExtensionGrant("urn:example:voucher", (("voucher", "v1"),), repeatable=True)
    assert_type(session.token_request(grant), OAuth2Token)
    assert_type(session.token_request(Voucher()), OAuth2Token)
    return grant


def pushed(session: oauth_requests.OAuth2Session, callback: str) -> None:
    """A pushed request is an authorization request like any other; details are typed both ways."""
    detail = AuthorizationDetail("payment_initiation", instructedAmount={"currency": "EUR", "amount": "1.50"})
    request = session.pushed_authorization_request(authorization_details=[detail], resource=["https://a.example"])
    assert_type(request, AuthorizationRequest)
    assert_type(request.request_uri, str | None)
    response = session.validate_callback(request, callback)
    assert_type(response, AuthorizationResponse)
    token = session.authorization_code(response)
    assert_type(granted_details(token), tuple[AuthorizationDetail, ...])
    made = session.authorization_request()
    assert_type(session.pushed_authorization_request(made), AuthorizationRequest)


async def pushed_async(client: oauth_httpx.AsyncOAuth2Client, callback: str) -> None:
    """The same, awaited."""
    request = await client.pushed_authorization_request(scope="openid")
    assert_type(request, AuthorizationRequest)
    response = await client.validate_callback(request, callback)
    assert_type(await client.authorization_code(response), OAuth2Token)


def registers(client: oauth_httpx.OAuth2Client) -> oauth_httpx.OAuth2Client:
    """A registration is a value that is managed, and whose options construct its client."""
    made = client.register_client({"client_name": "New"}, redirect_uris=["https://new.example/cb"])
    assert_type(made, ClientRegistration)
    assert_type(made.client_id, str)
    assert_type(made.client_secret, str | None)
    assert_type(made.client_secret_expires_at, float | None)
    assert_type(client.read_registration(made), ClientRegistration)
    assert_type(client.update_registration(made, client_name=None), ClientRegistration)
    client.delete_registration(made)
    return oauth_httpx.OAuth2Client(**made.options(), issuer="https://as.example")


async def registers_async(client: oauth_httpx.AsyncOAuth2Client) -> None:
    """The same, awaited."""
    made = await client.register_client(redirect_uris=["https://new.example/cb"], initial_access_token="t")
    assert_type(made, ClientRegistration)
    await client.delete_registration(made)


def logs_out(session: oauth_requests.OAuth2Session, callback: str) -> str:
    """A logout is a request like a login, kept as JSON until its answer comes."""
    goodbye = session.logout_request(session.token, post_logout_redirect_uri="https://client.example/bye")
    assert_type(goodbye, LogoutRequest)
    assert_type(goodbye.state, str | None)
    kept = LogoutRequest.from_json(goodbye.to_json())
    assert_type(kept, LogoutRequest)
    assert_type(kept.validate_callback(callback), Pairs)
    return goodbye.uri


async def logs_out_async(client: oauth_httpx.AsyncOAuth2Client) -> str:
    """The same, awaited."""
    return (await client.logout_request()).uri


def serialised(token: OAuth2Token, request: AuthorizationRequest, key: bytes) -> None:
    """Tokens and requests become text, sealed where there is a key, and come back as what they were."""
    assert_type(TokenSerializer().dumps(token), str)
    assert_type(TokenSerializer(key).loads("text"), OAuth2Token)
    requests_as_text = AuthorizationRequestSerializer([key, key])
    assert_type(requests_as_text.dumps(request), str)
    assert_type(requests_as_text.loads(b"text"), AuthorizationRequest)
