"""Where the access token goes in an API request."""

import pytest

from oauth_core import (
    OAuth2Token,
    UnsupportedTokenTypeError,
    UsageError,
    authorization_header,
    check_placement,
    form_body,
    query_url,
)

FORM = "application/x-www-form-urlencoded"
TOKEN = OAuth2Token(access_token="a+b/c=")


def test_header():
    """In the header the token stands as it is."""
    assert authorization_header(TOKEN) == "Bearer a+b/c="


def test_body():
    """In a form body the token is one more parameter; another body is refused."""
    assert form_body(TOKEN, b"", None) == b"access_token=a%2Bb%2Fc%3D"
    assert form_body(TOKEN, b"x=1", f"{FORM}; charset=utf-8") == b"x=1&access_token=a%2Bb%2Fc%3D"
    for kind in ("application/json", None):
        with pytest.raises(UsageError, match="needs a form body"):
            form_body(TOKEN, b"{}", kind)


def test_uri():
    """In the URL the token is one more query parameter, before the fragment."""
    assert query_url(TOKEN, "https://api.test/x?a=1#f") == "https://api.test/x?a=1&access_token=a%2Bb%2Fc%3D#f"


@pytest.mark.parametrize("value", ["a b", "a\r\nX: y", "ä", "a\x00", "\x7f", "a\n"])
def test_token_that_would_break_the_request(value):
    """A token with a space, a control or a non-ASCII character is not sent, anywhere, and not shown."""
    token = OAuth2Token(access_token=value)
    for place in (
        lambda: authorization_header(token),
        lambda: form_body(token, b"", None),
        lambda: query_url(token, "https://api.test"),
    ):
        with pytest.raises(UsageError, match="it was not sent") as caught:
            place()
        assert repr(value)[1:-1] not in str(caught.value)


@pytest.mark.parametrize("token", [OAuth2Token(), OAuth2Token(access_token=""), OAuth2Token(access_token=5)])
def test_token_without_text(token):
    """A token without access token cannot be sent."""
    with pytest.raises(UsageError, match="no access_token"):
        authorization_header(token)


def test_unknown_placement():
    """An unknown placement is refused with the list of those there are."""
    assert [check_placement(name) for name in ("header", "body", "uri")] == ["header", "body", "uri"]
    with pytest.raises(UsageError, match="'query'; use one of header, body, uri"):
        check_placement("query")


@pytest.mark.parametrize("kind", ["DPoP", "mac", "N_A"])
def test_token_of_another_type_is_not_presented_as_bearer(kind):
    """A token of another type is not sent as a Bearer token; Bearer in any letter case is."""
    token = OAuth2Token(access_token="a", token_type=kind)
    for place in (
        lambda: authorization_header(token),
        lambda: form_body(token, b"", None),
        lambda: query_url(token, "https://api.test"),
    ):
        with pytest.raises(UnsupportedTokenTypeError, match=kind):
            place()
    assert authorization_header(OAuth2Token(access_token="a", token_type="bEARER")) == "Bearer a"


def test_body_placement_needs_a_method_with_a_body():
    """The body placement is refused for a method that has no body."""
    with pytest.raises(UsageError, match="not GET"):
        form_body(TOKEN, b"", None, method="GET")
