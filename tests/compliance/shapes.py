"""What providers really answer: one recorded shape a deviation, made from the documents that their profiles name.

Where a profile's ``checked`` is None the shape is the one that public clients are known to expect.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlencode

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Shape:
    """How one provider talks: ``answer`` makes a token answer's body out of an access token."""

    name: str
    answer: Callable
    token: dict
    kind: str = JSON
    parameters: dict = field(default_factory=dict)
    error: tuple = (400, JSON, '{"error": "invalid_grant"}')
    code: str = "invalid_grant"
    header: str = "authorization"
    query: str = ""
    sent: dict = field(default_factory=dict)
    unsent: tuple = ()
    extra_headers: dict = field(default_factory=dict)
    extra_query: dict = field(default_factory=dict)
    basic: bool = False
    case: str = ""

    @property
    def id(self):
        return f"{self.name}{'-' if self.case else ''}{self.case}"


def members(**fixed):
    """A JSON answer with these members beside the access token."""
    return lambda token: json.dumps({"access_token": token, **fixed})


def standard(**fixed):
    """A proper JSON answer with these members."""
    return members(token_type="Bearer", **fixed)


def refused(code, status=400):
    return status, JSON, json.dumps({"error": code})


SHAPES = (
    Shape(
        "slack",
        lambda token: json.dumps(
            {"ok": True, "authed_user": {"id": "U1", "access_token": token, "token_type": "user", "scope": "a,b"}}
        ),
        {"token_type": "Bearer", "scope": "a b", "id": "U1"},
        error=(200, JSON, '{"ok": false, "error": "invalid_code"}'),
        basic=True,
        case="user",
    ),
    Shape(
        "slack",
        members(ok=True, token_type="bot", scope="chat:write,users:read", authed_user={"id": "U1"}),
        {"token_type": "Bearer", "scope": "chat:write users:read", "authed_user": {"id": "U1"}},
        parameters={"token_parameter": "token"},
        error=(200, JSON, '{"ok": false, "error": "invalid_refresh_token"}'),
        query="token",
        basic=True,
        case="bot",
    ),
    Shape(
        "facebook",
        lambda token: urlencode({"access_token": token, "expires": "5183944"}),
        {"token_type": "Bearer", "expires_in": "5183944"},
        kind="text/plain",
        error=(400, JSON, '{"error": {"message": "expired", "type": "OAuthException", "code": 190}}'),
    ),
    Shape(
        "fitbit",
        standard(expires_in=28800, user_id="26FWFL", scope="sleep weight"),
        {"user_id": "26FWFL", "scope": "sleep weight"},
        error=(400, JSON, '{"errors": [{"errorType": "invalid_grant", "message": "spent"}], "success": false}'),
        basic=True,
    ),
    Shape(
        "instagram",
        members(user_id=17841405793187218),
        {"token_type": "Bearer", "user_id": 17841405793187218},
        error=(400, JSON, '{"error_type": "OAuthException", "code": 400, "error_message": "used"}'),
        query="access_token",
    ),
    Shape("mailchimp", members(expires_in=0, scope=None), {"token_type": "Bearer"}),
    Shape(
        "plentymarkets",
        lambda token: json.dumps(
            {"accessToken": token, "tokenType": "Bearer", "expiresIn": 86400, "refreshToken": "next"}
        ),
        {"token_type": "Bearer", "expires_in": 86400, "refresh_token": "next"},
        parameters={"host": "shop.example"},
        basic=True,
    ),
    Shape("weibo", members(expires_in=1234, uid="12341234"), {"token_type": "Bearer"}, query="access_token"),
    Shape("douban", members(expires_in=3920, douban_user_id="1221"), {"token_type": "Bearer"}),
    Shape(
        "ebay",
        members(expires_in=7200, token_type="User Access Token"),
        {"token_type": "Bearer", "expires_in": 7200},
        basic=True,
    ),
    Shape(
        "linkedin",
        members(expires_in=5184000, scope="openid profile"),
        {"token_type": "Bearer"},
        parameters={"token_parameter": "oauth2_access_token"},
        query="oauth2_access_token",
    ),
    Shape(
        "stackexchange",
        lambda token: urlencode({"access_token": token, "expires": "86400"}),
        {"token_type": "Bearer", "expires_in": "86400"},
        kind="text/plain",
        parameters={"key": "K!"},
        error=(400, JSON, '{"error": {"type": "invalid_grant", "message": "Invalid code"}}'),
        query="access_token",
        extra_query={"site": "stackoverflow", "key": "K!"},
    ),
    Shape(
        "twitch",
        members(token_type="bearer", expires_in=14124, scope=["channel:moderate", "chat:edit"]),
        {"scope": "channel:moderate chat:edit"},
        parameters={"client_id": "i"},
        extra_headers={"client-id": "i"},
    ),
    Shape(
        "github",
        lambda token: urlencode({"access_token": token, "scope": "repo,gist", "token_type": "bearer"}),
        {"scope": "repo gist", "token_type": "bearer"},
        kind=FORM,
        error=(200, JSON, '{"error": "bad_verification_code", "error_description": "incorrect or expired"}'),
        case="form",
    ),
    Shape(
        "github",
        members(scope="repo,gist", token_type="bearer", expires_in=28800),
        {"scope": "repo gist"},
        error=(200, JSON, '{"error": "bad_refresh_token", "error_description": "incorrect or expired"}'),
    ),
    Shape(
        "reddit",
        members(token_type="bearer", expires_in=3600, scope="identity"),
        {"scope": "identity"},
        parameters={"user_agent": "linux:example:1.0 (by /u/me)"},
        error=(200, JSON, '{"message": "Bad Request", "error": 400}'),
        extra_headers={"user-agent": "linux:example:1.0 (by /u/me)"},
        basic=True,
    ),
    Shape("naver", members(token_type="bearer", expires_in="3600"), {"expires_in": "3600"}),
    Shape(
        "shopify",
        members(scope="write_orders,read_customers"),
        {"token_type": "Bearer", "scope": "write_orders read_customers"},
        parameters={"shop": "example"},
        header="x-shopify-access-token",
    ),
    Shape(
        "tiktok",
        members(expires_in=86400, open_id="o", scope="user.info.basic,video.list", token_type="Bearer"),
        {"scope": "user.info.basic video.list", "open_id": "o"},
        sent={"client_key": "i"},
        unsent=("client_id",),
    ),
    Shape(
        "tiktok",
        lambda token: json.dumps({"data": {"access_token": token, "open_id": "o"}, "message": "success"}),
        {"token_type": "Bearer", "open_id": "o"},
        error=(200, JSON, '{"data": {"error_code": 10007, "description": "expired"}, "message": "error"}'),
        code="10007",
        sent={"client_key": "i"},
        case="v1",
    ),
    Shape(
        "withings",
        lambda token: json.dumps(
            {"status": 0, "body": {"userid": "1", "access_token": token, "scope": "user.info,user.metrics"}}
        ),
        {"token_type": "Bearer", "userid": "1", "scope": "user.info user.metrics", "status": 0},
        error=(200, JSON, '{"status": 503, "body": {}, "error": "Invalid Params: invalid code"}'),
        sent={"action": "requesttoken"},
    ),
    Shape("zoom", standard(expires_in=3599, scope="user:read"), {}, error=refused("invalid_grant"), basic=True),
    Shape("spotify", standard(expires_in=3600), {}, basic=True),
    Shape("strava", standard(expires_in=21600, expires_at=1568775134), {}, sent={"client_secret": "s"}),
    Shape(
        "quickbooks",
        members(token_type="bearer", expires_in=3600, x_refresh_token_expires_in=8726400),
        {"x_refresh_token_expires_in": 8726400},
        basic=True,
    ),
    Shape(
        "xero",
        standard(expires_in=1800, refresh_token="rotated"),
        {"refresh_token": "rotated"},
        parameters={"tenant_id": "70784a63-d24b"},
        extra_headers={"xero-tenant-id": "70784a63-d24b"},
        basic=True,
    ),
    Shape(
        "salesforce",
        standard(instance_url="https://x.my.salesforce.com", issued_at="1708051234567", id="https://login/id/1"),
        {"instance_url": "https://x.my.salesforce.com", "issued_at": "1708051234567"},
    ),
    Shape("google", standard(expires_in=3599, scope="openid email"), {"scope": "openid email"}),
    Shape(
        "entra",
        standard(expires_in=3599, scope="User.Read"),
        {"scope": "User.Read"},
        parameters={"tenant": "common", "resource": "https://graph.microsoft.com"},
        sent={"resource": "https://graph.microsoft.com"},
    ),
    Shape("paypal", standard(expires_in="32400"), {"expires_in": "32400"}, basic=True),
    Shape(
        "bitbucket", members(token_type="bearer", expires_in=7200, scopes="account"), {"scope": "account"}, basic=True
    ),
    Shape("x", members(token_type="bearer", expires_in=7200), {}, basic=True),
)
