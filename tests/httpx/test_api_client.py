"""``ApiClient`` and ``AsyncApiClient``: one root, which neither a path nor a redirect leaves."""

import inspect

import pytest

import oauth_httpx
from oauth_core import UsageError
from oauth_core.testing import faults
from tests.httpx.flavours import endpoints


def api(flavour, *args, **kwargs):
    """An API client of the flavour (an asynchronous context manager)."""
    cls = flavour.module.AsyncApiClient if flavour.is_async else flavour.module.ApiClient
    return flavour._opened(cls, args, kwargs)


def credentials(flavour, client):
    """A handler that fetches its own token."""
    return flavour.module.OAuth2ClientCredentialsAuth(flavour.raw(client))


def test_paths_below_the_root(flavour, server):
    """Text, segments, attributes and items name what lies below the root; each request carries the credential."""

    async def scenario(flavour):
        async with (
            flavour.client("app", "s3cret", **endpoints(server)) as client,
            api(flavour, server.url("/api"), auth=credentials(flavour, client), timeout=5) as root,
        ):
            for answer in [
                await root.get("resource/foo"),
                await root.post("/resource/foo", json={"a": 1}),
                await root.put(["resource", "foo"]),
                await root.patch(("resource", "foo")),
            ]:
                assert (answer.json()["path"], answer.json()["token"]["client_id"]) == ("/api/resource/foo", "app")
            raw = flavour.raw(root)
            for sub, path in ((raw.resource, "/api/resource"), (raw["my-resource"], "/api/my-resource")):
                called = sub.get()
                answer = await called if flavour.is_async else called
                assert answer.json()["path"] == path
            users = raw["users"]
            called = users.delete([1234, "a/b"])
            assert (await called if flavour.is_async else called).json()["path"] == "/api/users/1234/a%2Fb"
            assert "/api" in repr(raw)
        assert server.count("token") == 1

    flavour.run(scenario)


def test_no_path_leaves_the_root(flavour, server):
    """What would climb out of the root, or is a URL, is an error; nothing is sent."""

    async def scenario(flavour):
        async with api(flavour, server.url("/api")) as root:
            for path in ["../x", "a/../../x", "%2e%2e/x", ["..", "x"], "https://attacker.test/", "a\\..\\b"]:
                with pytest.raises(UsageError):
                    await root.get(path)
        assert server.requests == ()

    flavour.run(scenario)


def test_no_redirect_leaves_the_root(flavour, server, elsewhere):
    """A redirect within the root is followed with the credential; one to elsewhere is the answer."""

    async def scenario(flavour):
        async with (
            flavour.client("app", "s3cret", **endpoints(server)) as client,
            flavour.plain(follow_redirects=True) as plain,
            api(flavour, server.url("/api"), auth=credentials(flavour, client), session=flavour.raw(plain)) as root,
        ):
            followed = await root.post("redirect?status=307", json={"a": 1})
            assert (followed.status_code, len(followed.history)) == (200, 1)
            assert server.seen("/api/landed")[0].body == b'{"a":1}'
            assert server.seen("/api/landed")[0].header("authorization")
            for target in [elsewhere.url("/public/x"), server.url("/public/x"), server.url("/api/../public/x")]:
                server.inject(faults.redirect(target), "/api/things")
                answer = await root.get("things")
                assert (answer.status_code, answer.history) == (307, [])
            assert (await root.get("redirect?status=302", follow_redirects=False)).status_code == 302
            server.inject(faults.redirect(server.url("/api/things")), "/api/things", times=None)
            with pytest.raises(flavour.native.TooManyRedirects):
                await root.get("things")
        assert elsewhere.requests == ()
        assert server.count("/public/x") == 0

    flavour.run(scenario)


def test_an_error_status_raises_unless_told_otherwise(flavour, server):
    """``raise_for_status`` is on by default, here and in a call; a streamed error can be read from the exception."""

    async def scenario(flavour):
        async with (
            api(flavour, server.url("/api")) as root,
            api(flavour, server.url("/api"), raise_for_status=False) as lenient,
        ):
            with pytest.raises(flavour.native.HTTPStatusError):
                await root.get("things")
            assert (await root.get("things", raise_for_status=False)).status_code == 401
            assert (await lenient.get("things")).status_code == 401
            with pytest.raises(flavour.native.HTTPStatusError):
                await lenient.get("things", raise_for_status=True)
            with pytest.raises(flavour.native.HTTPStatusError) as caught:
                async with root.stream("GET", "things"):
                    raise AssertionError("an error status was handed out")
            assert caught.value.response.is_stream_consumed

    flavour.run(scenario)


def test_a_session_with_a_token_serves_the_api(flavour, server):
    """An OAuth client as session sends its own token; ``auth=None`` and ``withhold_token=True`` send none."""

    async def scenario(flavour):
        token = server.issue_token("app", user="alice")
        async with (
            flavour.client("app", token=token, **endpoints(server)) as client,
            api(flavour, server.url("/api"), session=flavour.raw(client), raise_for_status=False) as root,
        ):
            async with root.stream("GET", "things") as response:
                assert response.status_code == 200
            for without in ({"auth": None}, {"withhold_token": True}):
                assert (await root.get("things", **without)).status_code == 401
            assert [await root.head("things"), await root.options("things")]

    flavour.run(scenario)


def test_the_twins_are_equal():
    """The two API clients have the same methods with the same parameters, and the same documentation."""
    one, two = oauth_httpx.ApiClient, oauth_httpx.AsyncApiClient
    names = {name for name in dir(one) if not name.startswith("_")}
    assert names == {name for name in dir(two) if not name.startswith("_")}
    for name in [*names, "__init__"]:
        if inspect.isfunction(getattr(one, name)):
            assert list(inspect.signature(getattr(one, name)).parameters) == list(
                inspect.signature(getattr(two, name)).parameters
            )
            assert inspect.getdoc(getattr(one, name)) == inspect.getdoc(getattr(two, name))
