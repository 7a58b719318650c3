"""`ApiClient`: an API under one root, on every HTTP library and in both colours."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

import pytest

from oauth_core import UsageError
from oauth_core.testing import faults


@pytest.fixture
def api(fake, flavour, plain, handler):
    """An API client below `/api/v1`, with a handler that fetches its token."""
    cls = flavour.type("AsyncApiClient" if flavour.asynchronous else "ApiClient")
    return cls(fake.url("/api/v1"), auth=handler("OAuth2ClientCredentialsAuth"), session=plain.native)


@pytest.fixture
def errors(flavour):
    """The errors that the HTTP library raises for an error status."""
    return flavour.http.HTTPError if flavour.library == "requests" else flavour.http.HTTPStatusError


@pytest.mark.parametrize(
    ("call", "path"),
    [
        (lambda api: api.get(), "/api/v1"),
        (lambda api: api.get("users"), "/api/v1/users"),
        (lambda api: api.get("/users"), "/api/v1/users"),
        (lambda api: api.get("users/"), "/api/v1/users/"),
        (lambda api: api.get(["users", 1234, "details"]), "/api/v1/users/1234/details"),
        (lambda api: api.get(["a/b", "c d"]), "/api/v1/a%2Fb/c%20d"),
        (lambda api: api.users.get(), "/api/v1/users"),
        (lambda api: api.users.get("1"), "/api/v1/users/1"),
        (lambda api: api["my-users"]["1"].get(), "/api/v1/my-users/1"),
    ],
)
def test_paths(fake, plain, api, call, path):
    """A path is given as text, as parts, as attributes or items, and is always below the root."""
    assert plain.run(lambda: call(api)).status_code == 200
    assert urlsplit(fake.seen("api")[0].url).path == path


@pytest.mark.parametrize("path", ["../x", "a/../../x", "..", "%2e%2e/x", ["..", "x"], ["a", "%2E."], "a\\..\\..\\x"])
def test_the_root_cannot_be_left(fake, plain, api, path):
    """A path that climbs is refused, and nothing is sent."""
    with pytest.raises(UsageError):
        plain.run(lambda: api.get(path))
    assert fake.requests == ()


@pytest.mark.parametrize("path", ["https://attacker.test/x", "//attacker.test/x", "?a=b"])
def test_other_roots(fake, plain, api, path):
    """What looks like another URL is a path below the root, or refused; nothing goes elsewhere."""
    try:
        plain.run(lambda: api.get(path))
    except UsageError:
        assert fake.requests == ()
        return
    assert all(urlsplit(seen.url).path.startswith("/api/v1") for seen in fake.seen("api"))


def test_redirects_stay_below(fake, elsewhere, plain, api, following):
    """A redirect out of the root is returned, not followed; one within it is followed."""

    def ask(target: str):
        fake.inject(faults.redirect(target), "/api/v1/moved")
        return plain.run(lambda: api.get("moved", raise_for_status=False, **following))

    for target in (fake.url("/api/v2"), fake.url("/api/v1/../v2"), elsewhere.url("/api/v1/x")):
        assert ask(target).status_code == 307
    assert elsewhere.requests == ()
    assert {urlsplit(seen.url).path for seen in fake.seen("api")} == {"/api/v1/moved"}
    answer = ask(fake.url("/api/v1/here"))
    assert (answer.status_code, answer.json()["path"]) == (200, "/api/v1/here")


def test_error_statuses(fake, flavour, plain, handler, errors):
    """An error status raises, unless client or call say otherwise."""
    cls = flavour.type("AsyncApiClient" if flavour.asynchronous else "ApiClient")
    auth = handler("OAuth2ClientCredentialsAuth")
    strict = cls(fake.url("/api"), auth=auth, session=plain.native)
    lenient = cls(fake.url("/api"), auth=auth, session=plain.native, raise_for_status=False)
    with pytest.raises(errors):
        plain.run(lambda: strict.get("status/500"))
    assert plain.run(lambda: strict.get("status/500", raise_for_status=False)).status_code == 500
    assert plain.run(lambda: lenient.get("status/404")).status_code == 404
    with pytest.raises(errors):
        plain.run(lambda: lenient.get("status/404", raise_for_status=True))


@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete", "options"])
def test_methods(fake, plain, api, method):
    """Each method of HTTP carries the token; what the library's method takes is passed on."""
    answer = plain.run(lambda: getattr(api, method)("things", params={"q": "ä"}))
    assert (answer.json()["method"], answer.json()["query"]) == (method.upper(), [["q", "ä"]])
    assert quote("ä") in fake.seen("api")[0].url


def test_session(plain, api):
    """The session is the one that was passed in, shared by the parts of the API."""
    assert api.session is plain.native
    assert api.users.session is plain.native
