"""Withings: every answer is a 200 with its own status inside, the token under ``body``; requests name an ``action``."""

from __future__ import annotations

from oauth_compliance._answer_changes import BearerType, Lift
from oauth_compliance._changes import ByFunction
from oauth_compliance._parts import Answer
from oauth_compliance._profile import HOST, Parameter, Profile
from oauth_compliance._request_changes import AddParameters

__all__ = ["PROFILE"]


def status_inside(answer: Answer) -> str | None:
    """Read the error out of an answer whose own status is not zero."""
    members = answer.members or {}
    status = members.get("status", 0)
    if not isinstance(status, int) or status == 0:
        return None
    text = str(members.get("error") or "no reason was given")
    code = "invalid_grant" if "invalid code" in text or "invalid refresh_token" in text else "invalid_request"
    answer.members = {"error": code, "error_description": f"{text} ({status})"}
    return "read the error out of status"


PROFILE = Profile(
    name="withings",
    title="Withings",
    documentation="https://developer.withings.com/developer-guide/v3/get-access/access-and-refresh-tokens/",
    deviation="requests need action=requesttoken; token under body; errors with status 200 and a status member",
    source="https://support.withings.com/hc/en-us/articles/360016745358--BREAKING-Shutting-down-access-and-refresh-tokens-endpoints",
    checked="2026-11-21",
    parameters={"api": Parameter("or wbsapi.us.withingsmed.net", default="wbsapi.withings.net", pattern=HOST)},
    api_base="https://{api}",
    authorization_endpoint="https://account.withings.com/oauth2_user/authorize2",
    token_endpoint="https://{api}/v2/oauth2",
    auth_method="client_secret_post",
    scope_separator=",",
    changes=(AddParameters({"action": "requesttoken"}), ByFunction(status_inside), Lift("body"), BearerType()),
)
