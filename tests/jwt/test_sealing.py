"""Tokens and logins under way as text: plain for this program alone, sealed for what a browser carries."""

import pytest

from oauth_core import AuthorizationRequest, AuthorizationRequestSerializer, OAuth2Token, TokenSerializer, UsageError
from oauth_jwt._errors import InvalidKeyError
from oauth_jwt._plugins import sealer

KEY, OTHER = bytes(range(32)), b"k" * 32
TOKEN = OAuth2Token(access_token="s3cret-token", refresh_token="r3fresh", expires_in=60)


def test_sealed_tokens_come_back():
    """What was sealed opens with the same key, given as bytes, as text, or as one of several."""
    sealed = TokenSerializer(KEY).dumps(TOKEN)
    assert "s3cret" not in sealed and sealed.isascii()
    for key in (KEY, KEY.hex(), [OTHER, KEY]):
        assert TokenSerializer(key).loads(sealed) == TOKEN
    assert TokenSerializer(KEY).dumps(TOKEN) != sealed
    assert "s3cret" not in repr(TokenSerializer(KEY)) and KEY.hex() not in repr(sealer(KEY, purpose="x"))


def test_what_was_altered_does_not_open():
    """Another key, another purpose, a changed character, or what was never sealed is refused, and nothing is told."""
    sealed = TokenSerializer(KEY).dumps(TOKEN)
    middle = len(sealed) // 2
    altered = sealed[:middle] + ("A" if sealed[middle] != "A" else "B") + sealed[middle + 1 :]
    twins = (f"{sealed[:9]}\n{sealed[9:]}", f"{sealed[:9]}!{sealed[9:]}", f"{sealed}=", f" {sealed}")
    for text in (altered, "", "AQ", "é", "{}", sealed[:20], *twins):
        with pytest.raises(UsageError, match="not sealed here"):
            TokenSerializer(KEY).loads(text)
    with pytest.raises(UsageError, match="not sealed here"):
        TokenSerializer(OTHER).loads(sealed)
    with pytest.raises(UsageError, match="not sealed here"):
        AuthorizationRequestSerializer(KEY).loads(sealed)


def test_authorization_requests():
    """A login under way comes back whole, sealed or plain."""
    request = AuthorizationRequest("https://as.test/authorize", "app", scope="openid", prompt="login")
    for serializer in (AuthorizationRequestSerializer(), AuthorizationRequestSerializer(KEY)):
        text = serializer.dumps(request)
        assert serializer.loads(text) == request
        assert serializer.loads(text.encode()).uri == request.uri
    assert request.state not in AuthorizationRequestSerializer(KEY).dumps(request)


def test_plain_text_is_read_strictly():
    """Without a key the text is JSON, and what is no token's JSON is refused."""
    plain = TokenSerializer()
    assert plain.loads(plain.dumps(TOKEN)) == TOKEN
    for text in ("[]", "no json", "5"):
        with pytest.raises(UsageError):
            plain.loads(text)
    with pytest.raises(UsageError):
        plain.dumps({"access_token": object()})


def test_weak_keys_are_refused():
    """A short key, text that is not hexadecimal, or no key at all is an error that says how to make one."""
    for key in (b"short", "not hexadecimal", [], 5, "ab" * 31):
        with pytest.raises(InvalidKeyError):
            TokenSerializer(key)
