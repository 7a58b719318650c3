"""NetSuite: token-based authentication with HMAC-SHA256, and the account as the realm."""

from __future__ import annotations

from oauth_compliance._profile import OAuth1Profile, Parameter

__all__ = ["PROFILE"]

PROFILE = OAuth1Profile(
    name="netsuite",
    title="Oracle NetSuite",
    documentation="https://docs.oracle.com/en/cloud/saas/netsuite/ns-online-help/section_1534941295.html",
    deviation="the account is the realm; HMAC-SHA1 is refused since version 2023.1",
    source="https://docs.oracle.com/en/cloud/saas/netsuite/ns-online-help/section_1534941295.html",
    checked="2026-11-21",
    parameters={
        "account": Parameter("the account's id as it is displayed, such as 123456_SB1"),
        "host": Parameter("the account's part of host names, such as 123456-sb1"),
    },
    api_base="https://{host}.suitetalk.api.netsuite.com/services/rest",
    request_token_url="https://{host}.restlets.api.netsuite.com/rest/requesttoken",
    authorization_url="https://{host}.app.netsuite.com/app/login/secure/authorizetoken.nl",
    access_token_url="https://{host}.restlets.api.netsuite.com/rest/accesstoken",
    signature_method="HMAC-SHA256",
    realm="{account}",
)
