"""The table for people who bring fixes along from requests-oauthlib or Authlib: each old fix has a name here.

The guide shows this table; a row says which old fix it replaces, what is called now, and what the old fix's server
answered.
"""

import json
import re
from pathlib import Path
from urllib.parse import urlencode

import pytest

from oauth_compliance import apply, fix
from oauth_core import ClientConfig, HookResponse, Response, ServerRefusal, parse_token_response

GUIDE = Path(__file__).resolve().parents[2] / "docs/guides/compliance.md"

REQUESTS_OAUTHLIB = {
    "facebook_compliance_fix": ("facebook", {}),
    "fitbit_compliance_fix": ("fitbit", {}),
    "slack_compliance_fix": ("slack", {"token_parameter": "token"}),
    "instagram_compliance_fix": ("instagram", {}),
    "mailchimp_compliance_fix": ("mailchimp", {}),
    "weibo_compliance_fix": ("weibo", {}),
    "plentymarkets_compliance_fix": ("plentymarkets", {"host": "shop.example"}),
    "douban_compliance_fix": ("douban", {}),
    "linkedin_compliance_fix": ("linkedin", {"token_parameter": "oauth2_access_token"}),
    "ebay_compliance_fix": ("ebay", {}),
}
AUTHLIB = {
    "Slack: no token_type": ("slack", {}),
    "Facebook: form answer": ("facebook", {}),
    "Stack Overflow: form answer, site and key": ("stackexchange", {"site": "stackoverflow", "key": "K"}),
    "Naver: revocation by grant_type=delete": ("naver", {}),
}
ANSWERS = {
    "facebook": urlencode({"access_token": "t", "expires": "3600"}),
    "fitbit": json.dumps({"access_token": "t", "token_type": "Bearer"}),
    "slack": json.dumps({"ok": True, "access_token": "t", "scope": "read"}),
    "instagram": json.dumps({"access_token": "t", "user_id": 1}),
    "mailchimp": json.dumps({"access_token": "t", "expires_in": 0, "scope": None}),
    "weibo": json.dumps({"access_token": "t", "expires_in": 10}),
    "plentymarkets": json.dumps({"accessToken": "t", "tokenType": "Bearer", "expiresIn": 10}),
    "douban": json.dumps({"access_token": "t"}),
    "linkedin": json.dumps({"access_token": "t", "expires_in": 10}),
    "ebay": json.dumps({"access_token": "t", "token_type": "Application Access Token"}),
    "stackexchange": urlencode({"access_token": "t", "expires": "86400"}),
    "naver": json.dumps({"access_token": "t", "token_type": "bearer", "expires_in": "3600"}),
}
PLACES = {
    "slack": "token",
    "instagram": "access_token",
    "weibo": "access_token",
    "linkedin": "oauth2_access_token",
    "stackexchange": "access_token",
}
ROWS = [*REQUESTS_OAUTHLIB.items(), *AUTHLIB.items()]
every_row = pytest.mark.parametrize(("old", "new"), ROWS, ids=[old for old, _ in ROWS])


@every_row
def test_a_replaced_fix_still_fixes(old, new):
    """What the old fix made of its provider's token answer is what `apply` makes of it: a usable bearer token."""
    name, parameters = new
    config = ClientConfig()
    apply(config, name, **parameters)
    response = Response(
        200,
        (("Content-Type", "text/plain" if "=" in ANSWERS[name][:13] else "application/json"),),
        ANSWERS[name].encode(),
    )
    for point in ("access_token_response", "refresh_token_response"):
        token = parse_token_response(config.hooks.on_response(point, response))
        assert token["access_token"] == "t"
        assert token.token_type.lower() == "bearer"


@every_row
def test_a_replaced_fix_places_the_token(old, new):
    """Where the old fix put the token into the query of API calls, `apply` does."""
    name, parameters = new
    if old == "Slack: no token_type":
        parameters, place = {}, None
    else:
        place = PLACES.get(name)
    hooks = fix(name, **parameters).new_hooks()
    url, headers, _ = hooks.on_parts("protected_request", "https://x.example/a", {"Authorization": "Bearer t"}, None)
    assert (f"{place}=t" in url) is (place is not None)
    assert ("Authorization" in headers) is (place is None)


def test_fitbits_errors():
    """Fitbit's list of errors is raised as its first one, which the old fix did too."""
    config = ClientConfig()
    apply(config, "fitbit")
    body = b'{"errors": [{"errorType": "invalid_grant", "message": "spent"}]}'
    seen = HookResponse(Response(401, (("Content-Type", "application/json"),), body))
    for hook in config.hooks.at("refresh_token_response"):
        seen = hook(seen)
    with pytest.raises(ServerRefusal, match="spent"):
        parse_token_response(seen.to_response())


@every_row
def test_the_guide_shows_the_row(old, new):
    """The guide's table has a row for each old fix, with the call that replaces it."""
    name, parameters = new
    arguments = "".join(f', {key}="{value}"' for key, value in parameters.items())
    pattern = rf"\| `?{re.escape(old)}`? +\| `apply\(session, \"{name}\"{re.escape(arguments)}\)`"
    assert re.search(pattern, GUIDE.read_text("utf-8")), pattern
