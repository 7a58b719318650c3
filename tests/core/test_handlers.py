"""What the auth handlers' arguments mean, and the paths below an API's root."""

import pytest

from oauth_core import (
    AccessTokenHandler,
    ApiPaths,
    AuthorizationCodeHandler,
    AuthorizationResponse,
    ClientConfig,
    ClientCredentialsHandler,
    InsecureTransportError,
    OAuth2Token,
    PasswordHandler,
    RefreshTokenHandler,
    UsageError,
)
from oauth_core._handlers import GrantHandlerBase
from tests.core.core_support import drive


class Begin:
    """Stands in for an adapter's base class and notes what it is given."""

    def _begin(self, client, grant, *, token=None, refresh_parameters=None, options):
        self.client, self.grant, self.token = client, grant, token
        self.refresh_parameters, self.options = refresh_parameters, options


def handler(kind, *args, **kwargs):
    return type("Handler", (Begin, kind), {})(*args, **kwargs)


def shown(grant):
    parameters = grant.parameters()
    return parameters if isinstance(parameters, tuple) else drive(parameters)[0]


def test_handler_of_a_token():
    """A token, or its text, is presented; options are kept apart from the parameters of renewals."""
    made = handler(AccessTokenHandler, "client", "text", leeway=5, audience="x")
    assert (made.client, made.grant, made.token.access_token) == ("client", None, "text")
    assert (made.refresh_parameters, made.options) == ({"audience": "x"}, {"leeway": 5})
    token = OAuth2Token(access_token="a")
    assert handler(AccessTokenHandler, None, token).token is token


def test_handler_of_a_refresh_token():
    """A refresh token alone is a token that is at its end."""
    made = handler(RefreshTokenHandler, "client", "r")
    assert made.token.refresh_token == "r"
    assert made.token.is_expired()
    for wrong in ("", None, 5):
        with pytest.raises(UsageError, match="a refresh token is needed"):
            handler(RefreshTokenHandler, "client", wrong)


def test_handlers_of_grants():
    """Each grant handler makes the grant that its arguments mean; further keywords are its parameters."""
    made = handler(ClientCredentialsHandler, "c", scope=["a", "b"], audience="x", store=None)
    assert shown(made.grant) == (("scope", "a b"), ("audience", "x"))
    assert made.options == {"store": None}
    made = handler(PasswordHandler, "c", "u", lambda: "p", scope="a")
    assert shown(made.grant) == (("username", "u"), ("password", "p"), ("scope", "a"))
    response = AuthorizationResponse("code", redirect_uri="https://app.test/cb", code_verifier="v" * 43)
    made = handler(AuthorizationCodeHandler, "c", response)
    assert dict(shown(made.grant)) == {
        "code": "code",
        "redirect_uri": "https://app.test/cb",
        "code_verifier": "v" * 43,
    }

    class Client:
        config = ClientConfig(redirect_uri="https://client.test/cb")

    assert (
        dict(shown(handler(AuthorizationCodeHandler, Client(), "c").grant))["redirect_uri"] == "https://client.test/cb"
    )
    with pytest.raises(UsageError, match="code is needed"):
        handler(AuthorizationCodeHandler, "c", AuthorizationResponse(None))


def test_handlers_take_no_arguments_of_api_calls():
    """What belongs to API requests is refused."""
    with pytest.raises(TypeError, match="takes no 'params'"):
        handler(ClientCredentialsHandler, "c", params={"x": 1})
    with pytest.raises(NotImplementedError):
        GrantHandlerBase()._begin("c", None, options={})


# API paths.


class Api(ApiPaths):
    def __init__(self, base_url):
        self._set_root(base_url)

    def _below(self, base_url):
        return type(self)(base_url)


API = "https://api.test/v1"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (None, API),
        ("", API),
        ("things", f"{API}/things"),
        ("/things", f"{API}/things"),
        ("a/b?x=1#f", f"{API}/a/b?x=1#f"),
        (["a b", 5, "c/d", b"e"], f"{API}/a%20b/5/c%2Fd/e"),
        (7, f"{API}/7"),
        (b"raw", f"{API}/raw"),
        ("a?next=https://x.test", f"{API}/a?next=https://x.test"),
    ],
)
def test_paths_below_the_root(path, expected):
    """A path is appended to the root; segments are encoded."""
    assert Api(API).url_for(path) == expected
    assert path in (None, "") or Api(f"{API}/").url_for(path) == expected


@pytest.mark.parametrize(
    "path",
    [
        "../x",
        "a/../../x",
        "..",
        ".",
        "%2e%2e/x",
        "%252e%252e/x",
        "a\\..\\b",
        "%5c",
        "https://else.test/",
        ["..", "x"],
        [""],
    ],
)
def test_the_root_cannot_be_left(path):
    """A path that climbs, in any encoding, and a URL are refused."""
    with pytest.raises(UsageError):
        Api(API).url_for(path)


def test_what_is_below():
    """A URL is below the root by origin and whole segments."""
    api = Api(API)
    assert api.is_below(API)
    assert api.is_below(f"{API}/x?y")
    for url in (
        "https://else.test/v1/x",
        "https://api.test/v1x",
        "https://api.test/v1/../x",
        "https://api.test/v1/%2e%2e/x",
    ):
        assert not api.is_below(url)
    assert api.users[5]["a/b"].base_url == f"{API}/users/5/a%2Fb"
    with pytest.raises(AttributeError):
        _ = api._private


@pytest.mark.parametrize(
    "root",
    ["api.test", "ftp://api.test", "https://", "https://u:p@api.test", "https://api.test?x", "https://api.test#x"],
)
def test_root_must_be_a_plain_url(root):
    """A root is an absolute http(s) URL without userinfo, query and fragment."""
    with pytest.raises(UsageError, match="base_url"):
        Api(root)


def test_insecure_root():
    """A root on plain HTTP carries no credentials, this machine excepted."""
    Api("http://localhost/x").check_root()
    with pytest.raises(InsecureTransportError):
        Api("http://api.test").check_root()


def test_base_of_api_paths():
    """How a client below is made is the adapter's to say."""
    with pytest.raises(NotImplementedError):
        ApiPaths()._below("x")
