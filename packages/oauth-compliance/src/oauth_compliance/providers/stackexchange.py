"""Stack Exchange: a form with ``expires`` instead of JSON, errors as objects, and API calls that name a site."""

from __future__ import annotations

from oauth_compliance._answer_changes import BearerType, ErrorAt, FormAnswer, Rename
from oauth_compliance._profile import TEXT, Parameter, Profile
from oauth_compliance._request_changes import AddQuery
from oauth_compliance._user import UserClaims

__all__ = ["PROFILE"]

PROFILE = Profile(
    name="stackexchange",
    title="Stack Exchange",
    documentation="https://api.stackexchange.com/docs/authentication",
    deviation="form with expires and without a type; API calls need site, key and the token in the query",
    source="https://api.stackexchange.com/docs/authentication",
    checked="2026-11-21",
    parameters={
        "site": Parameter("the site that API calls are about, such as stackoverflow", default="stackoverflow"),
        "key": Parameter("the application's key, which raises its quota", default="", pattern=TEXT),
    },
    api_base="https://api.stackexchange.com/2.3",
    authorization_endpoint="https://stackoverflow.com/oauth",
    token_endpoint="https://stackoverflow.com/oauth/access_token",
    userinfo_endpoint="https://api.stackexchange.com/2.3/me",
    auth_method="client_secret_post",
    pkce="supported",
    scope_separator=",",
    token_placement="uri",
    user=UserClaims("items.0.account_id", "items.0.display_name", "", "", "items.0.profile_image"),
    changes=(
        FormAnswer(),
        Rename("expires", "expires_in"),
        BearerType(),
        ErrorAt("error.type", "error.message"),
        AddQuery({"site": "{site}", "key": "{key}"}),
    ),
)
