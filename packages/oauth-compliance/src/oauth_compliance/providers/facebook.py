"""Facebook: a form instead of JSON (old versions of the Graph API), ``expires``, no type, errors as objects."""

from __future__ import annotations

from oauth_compliance._answer_changes import BearerType, ErrorAt, FormAnswer, Rename
from oauth_compliance._profile import Parameter, Profile
from oauth_compliance._user import UserClaims

__all__ = ["PROFILE"]

PROFILE = Profile(
    name="facebook",
    title="Facebook",
    documentation="https://developers.facebook.com/docs/facebook-login/guides/advanced/manual-flow",
    deviation="token answer as form text with expires and without a type; the error is an object",
    source="https://developers.facebook.com/docs/facebook-login/guides/advanced/manual-flow",
    checked=None,
    parameters={"graph": Parameter("the version of the Graph API", default="v21.0", pattern=r"v[0-9]{1,3}\.[0-9]")},
    api_base="https://graph.facebook.com/{graph}",
    authorization_endpoint="https://www.facebook.com/{graph}/dialog/oauth",
    token_endpoint="https://graph.facebook.com/{graph}/oauth/access_token",
    userinfo_endpoint="https://graph.facebook.com/{graph}/me?fields=id,name,email,picture",
    auth_method="client_secret_post",
    scope_separator=",",
    user=UserClaims(subject="id", email_verified="", picture="picture.data.url"),
    changes=(
        FormAnswer(),
        Rename("expires", "expires_in"),
        BearerType(),
        ErrorAt("error.type", "error.message", {"OAuthException": "invalid_grant"}),
    ),
)
