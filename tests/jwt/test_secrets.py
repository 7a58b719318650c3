"""Client secrets that expire: made when needed, kept while good, never shown."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from oauth_core import AuthContext, ClientSecretPost, Request, UsageError
from oauth_jwt import AppleClientSecret, ExpiringSecret, InvalidKeyError, JWTVerifier
from tests.jwt.support import NOW, Clock, carry, copied, decode, key
from tests.jwt.test_keys import pem


def apple(**options):
    return AppleClientSecret("TEAM", "com.example.app", "KEY1", pem(key("ES256").native).decode(), **options)


def test_apple_secret_is_what_apple_asks():
    """The secret is an ES256 JWT of the team about the client, for Apple, named by the key, and holds."""
    clock = Clock()
    secret = apple(clock=clock)()
    header, claims = decode(secret)
    assert header == {"alg": "ES256", "kid": "KEY1"}
    del claims["jti"]
    day = 86400
    audience = "https://appleid.apple.com"
    assert claims == {"iss": "TEAM", "sub": "com.example.app", "aud": audience, "iat": NOW, "exp": NOW + day}
    public = {**key("ES256").public_jwk(), "kid": "KEY1"}
    carry(JWTVerifier(public, ("ES256",), clock=clock).verify(secret))


def test_secret_is_kept_while_it_is_good():
    """The same secret is returned until a minute before its end, then a new one."""
    clock = Clock()
    secret = apple(clock=clock, lifetime=300)
    first = secret()
    clock.now += 239
    assert secret() == first
    clock.now += 1
    assert secret() != first


def test_secret_serves_a_client():
    """A client that is given the value sends the secret of the moment."""
    made = iter(["one", "two"])
    clock = Clock()
    secret = ExpiringSecret(lambda: next(made), 100, early=10, clock=clock)
    auth = ClientSecretPost("me", secret)

    def body():
        url = "https://as.example/token"
        return carry(auth.authenticate(Request("POST", url), AuthContext(url))).body

    assert body() == body() == b"client_id=me&client_secret=one"
    clock.now += 90
    assert body() == b"client_id=me&client_secret=two"


def test_threads_share_one_secret():
    """Twenty threads make one secret."""
    made = []

    def make():
        made.append(1)
        return "secret"

    secret = ExpiringSecret(make, 100)
    with ThreadPoolExecutor(20) as pool:
        assert set(pool.map(lambda _: secret(), range(20))) == {"secret"}
    assert len(made) == 1


def test_unusable_configuration_is_refused():
    """A lifetime that is too long or too short, another kind of key, and a maker of nothing are refused."""
    for lifetime in (299, 15777001):
        with pytest.raises(UsageError, match="at most 15777000"):
            apple(lifetime=lifetime)
    with pytest.raises(InvalidKeyError, match="does not go with"):
        AppleClientSecret("T", "c", "K", key("ES384").native)
    with pytest.raises(InvalidKeyError, match="not a signer"):
        AppleClientSecret("T", "c", "K", lambda data: data)
    with pytest.raises(UsageError, match="live longer"):
        ExpiringSecret(str, 60)
    with pytest.raises(UsageError, match="returned no text"):
        ExpiringSecret(str, 100)()


def test_values_pickle_and_show_nothing():
    """The value pickles without the secret at hand, and shows neither secret nor key."""
    secret = apple()
    text = secret()
    again = copied(secret)
    assert decode(again())[1]["iss"] == "TEAM"
    assert repr(secret) == "<AppleClientSecret of 'com.example.app'>"
    assert repr(ExpiringSecret(str, 100)) == "<ExpiringSecret>"
    assert text not in repr(secret)
