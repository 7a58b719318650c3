"""Plentymarkets: the members of a token answer in camelCase."""

from __future__ import annotations

from oauth_compliance._answer_changes import SnakeCase
from oauth_compliance._profile import HOST, Parameter, Profile

__all__ = ["PROFILE"]

PROFILE = Profile(
    name="plentymarkets",
    title="plentymarkets",
    documentation="https://developers.plentymarkets.com/en-gb/developers/main/rest-api-guides/getting-started.html",
    deviation="accessToken, tokenType, expiresIn and refreshToken in camelCase",
    source="https://developers-legacy.plentymarkets.com/rest-doc/authentication/details",
    checked="2026-11-21",
    parameters={"host": Parameter("the host name of the shop", pattern=HOST)},
    api_base="https://{host}/rest",
    token_endpoint="https://{host}/rest/login",
    changes=(SnakeCase(),),
)
