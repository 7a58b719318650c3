"""Apple: the answer is posted as a form, the name comes once only, and the client secret is a JWT that ends."""

from __future__ import annotations

from oauth_compliance._profile import Profile
from oauth_compliance._user import UserClaims

__all__ = ["PROFILE"]

PROFILE = Profile(
    name="apple",
    title="Sign in with Apple",
    documentation="https://developer.apple.com/documentation/signinwithapplerestapi",
    deviation="form_post callback; name and e-mail with the first authorization only; the client secret is a JWT",
    source="https://developer.apple.com/documentation/signinwithapplerestapi/request-an-authorization-to-the-sign-in-with-apple-server.",
    checked="2026-11-21",
    issuer="https://appleid.apple.com",
    authorization_endpoint="https://appleid.apple.com/auth/authorize",
    token_endpoint="https://appleid.apple.com/auth/token",
    revocation_endpoint="https://appleid.apple.com/auth/revoke",
    jwks_uri="https://appleid.apple.com/auth/keys",
    auth_method="client_secret_post",
    authorization_parameters={"response_mode": "form_post"},
    user=UserClaims(name="", picture=""),
)
