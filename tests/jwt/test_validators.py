"""JARM, userinfo, introspection, JWT access tokens and logout tokens."""

import json
import pickle

import pytest

from oauth_core import UsageError
from oauth_jwt import (
    AccessTokenValidator,
    IntrospectionValidator,
    InvalidJWTError,
    JARMValidator,
    Key,
    LogoutTokenValidator,
    RequestObject,
    SeenTokens,
    UserInfoValidator,
)
from oauth_jwt._encoding import b64url
from oauth_jwt._jose import encrypt
from tests.jwt.support import CLIENT, ISSUER, NOW, Clock, carry, copied, key, sign

EVENT = {"http://schemas.openid.net/event/backchannel-logout": {}}


def rules(kind, alg="RS256", **options):
    return kind(ISSUER, CLIENT, key(alg).public_jwk(), algorithms=(alg,), clock=Clock(), **options)


def token(claims, header=None, alg="RS256", **changes):
    base = {"iss": ISSUER, "aud": CLIENT, **claims} | changes
    return sign({name: value for name, value in base.items() if value is not None}, key(alg), header)


def refused(flow, claim, message="."):
    with pytest.raises(InvalidJWTError, match=message) as caught:
        carry(flow)
    assert caught.value.claim == claim


def unsigned(claims):
    parts = (b64url(json.dumps(part).encode()).decode() for part in ({"alg": "none"}, claims))
    return ".".join([*parts, ""])


ANSWER = {"code": "c", "state": "s", "exp": NOW + 60}


def test_jarm_gives_the_parameters():
    """A signed authorization response gives its parameters, the issuer among them, without the token's own claims."""
    found = carry(rules(JARMValidator).validate(token(ANSWER, expires_in=3600)))
    assert dict(found) == {"iss": ISSUER, "code": "c", "state": "s", "expires_in": "3600"}
    error = {"error": "access_denied", "state": "s", "exp": NOW + 60}
    assert ("error", "access_denied") in carry(rules(JARMValidator).validate(token(error)))


def test_jarm_takes_whole_callbacks():
    """The JWT may be given as the callback that holds it; a callback without one is refused."""
    jwt = token(ANSWER)
    for callback in (f"https://app.example/cb?response={jwt}", f"#response={jwt}", {"response": jwt}):
        found = carry(rules(JARMValidator).validate(callback))
        assert dict(found)["code"] == "c"
        assert repr(found) == "<VerifiedParameters iss, code, state>"
        assert pickle.loads(pickle.dumps(found)) == found
    refused(rules(JARMValidator).validate("https://app.example/cb?code=c&state=s"), "response", "not signed")
    refused(rules(JARMValidator).validate(""), None)


@pytest.mark.parametrize(
    ("changes", "claim"),
    [
        ({"iss": None}, "iss"),
        ({"iss": "https://other.example"}, "iss"),
        ({"aud": None}, "aud"),
        ({"aud": "other"}, "aud"),
        ({"aud": [CLIENT, "other"]}, "aud"),
        ({"exp": None}, "exp"),
        ({"exp": NOW - 300}, "exp"),
    ],
)
def test_jarm_refuses(changes, claim):
    """Missing, wrong and expired iss, aud and exp are refused."""
    refused(rules(JARMValidator).validate(token(ANSWER, **changes)), claim)


def test_jarm_refuses_unsigned_and_wrongly_signed():
    """``none`` and a broken signature are refused, even where ``none`` was configured."""
    refused(rules(JARMValidator).validate(unsigned(ANSWER)), "alg", "not signed")
    good = token(ANSWER)
    refused(rules(JARMValidator).validate(good[:-8] + "AAAAAAAA"), "signature", "does not hold")
    everything = JARMValidator(ISSUER, CLIENT, algorithms=("none",), clock=Clock())
    refused(everything.validate(unsigned({"iss": ISSUER, "aud": CLIENT, **ANSWER})), "alg", "did not come straight")


def test_signed_userinfo_is_verified():
    """SignedUserinfo, InvalidSub: signature, issuer, audience and subject are checked; other claims are returned."""
    good = token({"sub": "jane", "email": "j@example"})
    found = carry(rules(UserInfoValidator).validate(good, subject="jane"))
    assert found["email"] == "j@example"
    assert carry(rules(UserInfoValidator).validate(good, subject=None)).sub == "jane"
    refused(rules(UserInfoValidator).validate(good, subject="eve"), "sub", "another subject")
    for changes, claim in (({"iss": "x"}, "iss"), ({"aud": "x"}, "aud"), ({"sub": None}, "sub"), ({"exp": 1}, "exp")):
        bad = token({"sub": "jane"}, **changes)
        refused(rules(UserInfoValidator).validate(bad, subject="jane"), claim)


def test_encrypted_userinfo_is_opened():
    """Userinfo may be encrypted alone, or signed and encrypted."""
    own = key("RS256", 7)
    public = own.public()
    plain = encrypt(b'{"sub":"jane"}', public, alg="RSA-OAEP-256", enc="A256GCM", header={})
    alone = UserInfoValidator(ISSUER, CLIENT, algorithms=(), decryption_keys=(own,), clock=Clock())
    assert carry(alone.validate(plain, subject="jane")).sub == "jane"
    refused(alone.validate(plain, subject="eve"), "sub")
    nested = encrypt(token({"sub": "jane"}).encode(), public, alg="RSA-OAEP-256", enc="A256GCM", header={"cty": "JWT"})
    both = rules(UserInfoValidator, decryption_keys=(own,))
    assert carry(both.validate(nested, subject="jane")).sub == "jane"
    refused(both.validate(plain, subject="jane"), None)
    with pytest.raises(UsageError, match="no algorithms"):
        UserInfoValidator(ISSUER, CLIENT, algorithms=())


INTROSPECTION = {"iat": NOW, "token_introspection": {"active": True, "sub": "jane"}}
INTROSPECTION_TYPE = {"typ": "token-introspection+jwt"}


def test_signed_introspection_gives_the_answer():
    """A signed introspection answer gives what it says of the token."""
    found = carry(rules(IntrospectionValidator).validate(token(INTROSPECTION, INTROSPECTION_TYPE)))
    assert found == {"active": True, "sub": "jane"}


@pytest.mark.parametrize(
    ("header", "changes", "claim"),
    [
        ({"typ": "JWT"}, {}, "typ"),
        ({"typ": "at+jwt"}, {}, "typ"),
        (None, {}, "typ"),
        (INTROSPECTION_TYPE, {"iss": "x"}, "iss"),
        (INTROSPECTION_TYPE, {"aud": "x"}, "aud"),
        (INTROSPECTION_TYPE, {"iat": None}, "iat"),
        (INTROSPECTION_TYPE, {"token_introspection": None}, "token_introspection"),
        (INTROSPECTION_TYPE, {"token_introspection": {"active": "true"}}, "token_introspection"),
    ],
)
def test_introspection_refuses(header, changes, claim):
    """Another type, issuer or audience, or an answer without a boolean ``active``, is refused."""
    refused(rules(IntrospectionValidator).validate(token(INTROSPECTION, header, **changes)), claim)


ACCESS = {"sub": "jane", "client_id": "c", "jti": "1", "iat": NOW, "exp": NOW + 60, "scope": "read write"}
ACCESS_TYPE = {"typ": "at+jwt"}


def test_access_token_is_judged_by_its_receiver():
    """A JWT access token with the profile's claims is believed; the scope that is needed must be there."""
    good = token(ACCESS, ACCESS_TYPE)
    assert carry(rules(AccessTokenValidator).validate(good, scope="read")).sub == "jane"
    assert carry(rules(AccessTokenValidator).validate({"access_token": good}, scope=["read", "write"])).iss == ISSUER
    assert carry(rules(AccessTokenValidator).validate(token(ACCESS, {"typ": "application/AT+jwt"}))).sub == "jane"
    assert carry(rules(AccessTokenValidator).validate(token(ACCESS, ACCESS_TYPE, aud=[CLIENT, "b"]))).sub == "jane"
    refused(rules(AccessTokenValidator).validate(good, scope="read admin"), "scope", "lacks the scope 'admin'")


@pytest.mark.parametrize(
    ("header", "changes", "claim"),
    [
        ({"typ": "JWT"}, {}, "typ"),
        ({"typ": 7}, {}, "typ"),
        (None, {}, "typ"),
        *((ACCESS_TYPE, {name: None}, name) for name in ("iss", "aud", "exp", "iat", "sub", "client_id", "jti")),
        (ACCESS_TYPE, {"exp": NOW - 300}, "exp"),
    ],
)
def test_access_token_refuses(header, changes, claim):
    """An ID token, or a token that lacks a claim of the profile, is refused."""
    refused(rules(AccessTokenValidator).validate(token(ACCESS, header, **changes)), claim)


def test_bound_access_token_needs_its_key():
    """A token that is bound to a key is refused without that key, and an unbound one is refused with one."""
    bound = token(ACCESS, ACCESS_TYPE, cnf={"jkt": "thumb"})
    assert carry(rules(AccessTokenValidator).validate(bound, jkt="thumb")).sub == "jane"
    refused(rules(AccessTokenValidator).validate(bound), "cnf", "was not shown")
    refused(rules(AccessTokenValidator).validate(bound, jkt="other"), "cnf", "was not shown")
    refused(rules(AccessTokenValidator).validate(token(ACCESS, ACCESS_TYPE), jkt="thumb"), "cnf", "not bound")


def test_access_token_bound_to_a_certificate_needs_it():
    """A token that is bound to a certificate, or in an unknown way, is not taken from whoever brings it."""
    bound = token(ACCESS, ACCESS_TYPE, cnf={"x5t#S256": "print"})
    assert carry(rules(AccessTokenValidator).validate(bound, x5t_s256="print")).sub == "jane"
    refused(rules(AccessTokenValidator).validate(bound), "cnf", "was not shown")
    refused(rules(AccessTokenValidator).validate(bound, x5t_s256="other"), "cnf", "was not shown")
    refused(rules(AccessTokenValidator).validate(bound, jkt="print"), "cnf", "not bound to what was shown")
    both = token(ACCESS, ACCESS_TYPE, cnf={"jkt": "thumb", "x5t#S256": "print"})
    assert carry(rules(AccessTokenValidator).validate(both, jkt="thumb", x5t_s256="print")).sub == "jane"
    refused(rules(AccessTokenValidator).validate(both, jkt="thumb"), "cnf", "was not shown")
    refused(rules(AccessTokenValidator).validate(token(ACCESS, ACCESS_TYPE, cnf={"kid": "a"})), "cnf", "'kid' of 'cnf'")
    for wrong in ("text", [], None, 5):
        text = sign({"iss": ISSUER, "aud": CLIENT, **ACCESS, "cnf": wrong}, key(), ACCESS_TYPE)
        refused(rules(AccessTokenValidator).validate(text), "cnf", "no object")


LOGOUT = {"sub": "jane", "sid": "s-1", "jti": "1", "iat": NOW, "exp": NOW + 60, "events": EVENT}


def test_logout_token_is_believed():
    """BackChannelLogout: a logout token names the user, the session or both; its type may be absent."""
    for header in ({"typ": "logout+jwt"}, {"typ": "JWT"}, None):
        assert carry(rules(LogoutTokenValidator).validate(token(LOGOUT, header)))["sid"] == "s-1"
    assert carry(rules(LogoutTokenValidator).validate(token(LOGOUT, sub=None))).sub is None
    assert carry(rules(LogoutTokenValidator).validate(token(LOGOUT, sid=None))).sub == "jane"


@pytest.mark.parametrize(
    ("changes", "claim"),
    [
        ({"aud": "other"}, "aud"),
        ({"iss": "https://other.example"}, "iss"),
        ({"events": None}, "events"),
        ({"events": {"http://other.example/event": {}}}, "events"),
        ({"events": {"http://schemas.openid.net/event/backchannel-logout": True}}, "events"),
        ({"nonce": "n"}, "nonce"),
        ({"sub": None, "sid": None}, "sub"),
        ({"sid": 7}, "sid"),
        ({"jti": None}, "jti"),
        ({"iat": None}, "iat"),
        ({"exp": None}, "exp"),
        ({"exp": NOW - 300}, "exp"),
    ],
)
def test_logout_token_refuses(changes, claim):
    """WrongAud, WrongIssuer, NoEvent, WrongEvent, WithNonce and missing claims are refused."""
    refused(rules(LogoutTokenValidator).validate(token(LOGOUT, **changes)), claim)


def test_logout_token_by_another_algorithm_is_refused():
    """AlgNone, WrongAlg, another type: refused."""
    refused(rules(LogoutTokenValidator).validate(unsigned({"iss": ISSUER, "aud": CLIENT, **LOGOUT})), "alg")
    refused(rules(LogoutTokenValidator).validate(sign(LOGOUT, Key.from_secret("s" * 40))), "alg")
    refused(rules(LogoutTokenValidator).validate(token(LOGOUT, {"typ": "at+jwt"})), "typ")


def test_logout_token_ends_sessions_once():
    """A logout token that comes again is refused until its end, and forgotten after it."""
    clock = Clock()
    seen = SeenTokens(clock=clock)
    judge = LogoutTokenValidator(ISSUER, CLIENT, rules(LogoutTokenValidator).keys, clock=clock, remember=seen)
    assert carry(judge.validate(token(LOGOUT))).sub == "jane"
    refused(judge.validate(token(LOGOUT)), "jti", "came before")
    assert carry(judge.validate(token(LOGOUT, jti="2"))).sub == "jane"
    refused(judge.validate(token(LOGOUT, jti="3", aud="other")), "aud")
    assert repr(seen) == "<SeenTokens: 2>"
    clock.now += 121
    assert seen("3", clock.now + 60)
    assert repr(seen) == "<SeenTokens: 1>"
    assert repr(copied(seen)) == "<SeenTokens: 0>"


def test_rules_pickle():
    """Every kind of rules survives pickling with its configuration."""
    for kind in (AccessTokenValidator, IntrospectionValidator, JARMValidator, LogoutTokenValidator, UserInfoValidator):
        again = copied(rules(kind, leeway=7))
        assert (type(again), again.leeway) == (kind, 7)
        assert repr(again) == f"<{kind.__name__} of {ISSUER!r} for {CLIENT!r}>"


def test_arguments_in_another_order():
    """Issuer and client id in each other's place are refused, here as by a request object, which names itself first."""
    with pytest.raises(UsageError, match="issuer comes first"):
        JARMValidator(CLIENT, ISSUER, key("RS256").public_jwk())
    with pytest.raises(UsageError, match="client id comes first"):
        RequestObject(ISSUER, CLIENT, key("RS256").private_jwk())


def test_another_algorithm_says_what_to_set():
    """A token by an algorithm that is not expected is refused with the name of the option that says which are."""
    given = token({"exp": NOW + 60}, alg="ES256")
    refused(rules(JARMValidator).validate(given), "alg", "'ES256', expected RS256; algorithms=")
