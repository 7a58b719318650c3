"""Switches that make the fake server behave as a provider does: what it reads, how it answers, how it refuses.

``server.install(deviation("slack"))`` plays one. A deviating server is as strict as the proper one: the token is looked
for in the provider's place alone, and a parameter that the provider demands is demanded.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from oauth_core import Response
from oauth_core.testing import Authority, Endpoint, Refusal, json_response

FORM = "application/x-www-form-urlencoded"


def same(value):
    return value


@dataclass(frozen=True)
class Deviation:
    """What one provider does: changes of the form that comes in, of the members that go out, of a refusal."""

    reads: Callable = same
    answers: Callable = same
    refuses: Callable = same
    form: bool = False
    header: str = ""
    query: str = ""
    needs_header: tuple = ()
    needs_query: tuple = ()
    reads_json: bool = False

    def __call__(self, authority: Authority) -> None:
        """Install the deviation into a fake server."""
        token, api = authority.endpoints["/token"], authority.endpoints["/api/"]
        authority.endpoints["/token"] = Endpoint("token", self._token(token.handler), "token_endpoint")
        authority.endpoints["/api/"] = Endpoint("api", self._api(api.handler))

    def _token(self, proper):
        def handler(authority, exchange):
            request = exchange.request
            text = request.body.decode()
            if self.reads_json and not text.startswith("{"):
                raise Refusal("invalid_request", "the body is no JSON object")
            found = json.loads(text) if self.reads_json else dict(parse_qsl(text))
            if found.get("grant_type") == "delete":
                return _delete(authority, found)
            try:
                body = urlencode(self.reads(found)).encode()
                headers = tuple(pair for pair in request.headers if pair[0].lower() != "content-type")
                exchange.request = request.replace(body=body, headers=(*headers, ("Content-Type", FORM)))
                members = json.loads(proper(authority, exchange).body)
            except Refusal as refusal:
                return self._refused(refusal)
            if self.form:
                return Response(200, (("Content-Type", FORM),), urlencode(self.answers(members)).encode())
            return json_response(self.answers(members))

        return handler

    def _refused(self, refusal):
        response = refusal.response()
        status, members = self.refuses((response.status, json.loads(response.body)))
        return json_response(members, status=status)

    def _api(self, proper):
        def handler(authority, exchange):
            request = exchange.request
            missing = [name for name in self.needs_header if request.header(name) is None]
            missing += [name for name in self.needs_query if f"{name}=" not in urlsplit(request.url).query]
            if missing:
                raise Refusal("invalid_request", f"{missing} is missing")
            if self.header or self.query:
                exchange.request = self._standard(request)
            return proper(authority, exchange)

        return handler

    def _standard(self, request):
        """Return the request with the token where the proper server reads it, and there alone."""
        parts = urlsplit(request.url)
        query = parse_qsl(parts.query)
        token = request.header(self.header) if self.header else dict(query).get(self.query)
        headers = tuple(pair for pair in request.headers if pair[0].lower() != "authorization")
        url = urlunsplit(parts._replace(query=urlencode([pair for pair in query if pair[0] != self.query])))
        return request.replace(url=url, headers=(*headers, ("Authorization", f"Bearer {token}")))


def _delete(authority, form):
    token = authority.tokens.find(form["access_token"])
    if token is None or form.get("service_provider") != "NAVER":
        raise Refusal("invalid_request", "no such token")
    token.revoked = True
    return json_response({"access_token": form["access_token"], "result": "success"})


def without_type(members):
    return {name: value for name, value in members.items() if name != "token_type"}


def as_facebook(members):
    return {"expires" if name == "expires_in" else name: value for name, value in without_type(members).items()}


def camel(name):
    first, *rest = name.split("_")
    return first + "".join(map(str.capitalize, rest))


def client_of(form):
    if "client_id" in form or "client_key" not in form:
        raise Refusal("invalid_request", "client_key is missing")
    return {"client_id" if name == "client_key" else name: value for name, value in form.items()}


def action_of(form):
    if form.pop("action", None) != "requesttoken":
        raise Refusal("invalid_request", "action is missing")
    return form


def resource_of(form):
    if form.pop("resource", None) is None:
        raise Refusal("invalid_request", "resource is missing")
    return form


GITHUB_CODES = {"invalid_grant": "bad_refresh_token", "invalid_client": "incorrect_client_credentials"}
SLACK_CODES = {"invalid_grant": "invalid_refresh_token", "invalid_client": "bad_client_secret"}

DEVIATIONS = {
    "slack": Deviation(
        answers=lambda members: {"ok": True, "authed_user": {"id": "U1", **members, "token_type": "user"}},
        refuses=lambda found: (200, {"ok": False, "error": SLACK_CODES.get(found[1]["error"], found[1]["error"])}),
    ),
    "facebook": Deviation(
        answers=as_facebook,
        form=True,
        refuses=lambda found: (400, {"error": {"type": "OAuthException", "message": "no", "code": 190}}),
    ),
    "fitbit": Deviation(
        refuses=lambda found: (found[0], {"errors": [{"errorType": found[1]["error"], "message": "no"}]}),
    ),
    "instagram": Deviation(
        answers=without_type,
        query="access_token",
        refuses=lambda found: (400, {"error_type": "OAuthException", "code": 400, "error_message": "no"}),
    ),
    "mailchimp": Deviation(answers=lambda members: {**members, "expires_in": 0, "scope": None}),
    "plentymarkets": Deviation(answers=lambda members: {camel(name): value for name, value in members.items()}),
    "weibo": Deviation(answers=without_type, query="access_token"),
    "douban": Deviation(answers=without_type),
    "ebay": Deviation(answers=lambda members: {**members, "token_type": "User Access Token"}),
    "linkedin": Deviation(answers=without_type, query="oauth2_access_token"),
    "stackexchange": Deviation(
        answers=as_facebook,
        form=True,
        query="access_token",
        needs_query=("site",),
        refuses=lambda found: (400, {"error": {"type": found[1]["error"], "message": "no"}}),
    ),
    "twitch": Deviation(
        answers=lambda members: {**members, "scope": str(members["scope"]).split()}, needs_header=("Client-Id",)
    ),
    "github": Deviation(
        answers=lambda members: {**members, "scope": str(members["scope"]).replace(" ", ",")},
        form=True,
        refuses=lambda found: (200, {"error": GITHUB_CODES.get(found[1]["error"], found[1]["error"])}),
    ),
    "reddit": Deviation(refuses=lambda found: (200, {"message": "Bad Request", "error": 400})),
    "naver": Deviation(),
    "shopify": Deviation(answers=without_type, header="X-Shopify-Access-Token"),
    "tiktok": Deviation(reads=client_of, answers=lambda members: {"data": without_type(members)}),
    "withings": Deviation(
        reads=action_of,
        answers=lambda members: {"status": 0, "body": members},
        refuses=lambda found: (200, {"status": 401, "body": {}, "error": "Invalid Params: invalid refresh_token"}),
    ),
    "xero": Deviation(needs_header=("Xero-Tenant-Id",)),
    "entra": Deviation(reads=resource_of),
    "notion": Deviation(reads_json=True, needs_header=("Notion-Version",)),
    "bitbucket": Deviation(
        answers=lambda members: {"scopes" if name == "scope" else name: value for name, value in members.items()}
    ),
    "strava": Deviation(),
    "kakao": Deviation(),
}


def deviation(name):
    """Return the switch of a provider, for ``FakeAuthorizationServer.install``."""
    return DEVIATIONS[name]
