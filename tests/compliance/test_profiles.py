"""Profiles: how they are found, filled and listed, and what is said where that cannot be done."""

import subprocess
import sys
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import get_args

import pytest

import oauth_compliance
import oauth_httpx
import oauth_httpx.httpx2
import oauth_requests
from oauth_compliance import OAuth1Profile, Profile, UserClaims, profile, profiles
from oauth_compliance._index import ALIASES, NAMES, OAuth1Name, OAuth2Name
from oauth_core import OAuth1Core, ProtocolViolation, UsageError
from tests.compliance.wires import TLS

PROVIDERS = Path(oauth_compliance.__file__).parent / "providers"
EXAMPLES = {"host": "as.example", "region": "eu-west-1", "domain": "tenant.example", "shop": "example"}
ALL = profiles()
every_profile = pytest.mark.parametrize("template", ALL, ids=lambda one: one.name)


def filled(template):
    """A profile with an example for each parameter that has to be given."""
    needed = [name for name, one in template.parameters.items() if one.default is None]
    return profile(template.name, **{name: EXAMPLES.get(name, "abc") for name in needed})


def test_importing_the_package_loads_no_provider():
    """`import oauth_compliance` loads none of its own modules, and of other packages at most oauth_core."""
    code = "import sys, oauth_compliance; print(*sorted(sys.modules))"
    result = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)
    loaded = {name for name in result.stdout.split() if name.startswith(("oauth", "requests", "httpx"))}
    assert loaded == {"oauth_compliance"}


def test_a_profile_loads_its_own_file_alone():
    """Asking for one provider loads that provider and no other, and no HTTP library."""
    code = (
        "import sys, oauth_compliance; oauth_compliance.profile('github'); "
        "print(*sorted(name for name in sys.modules if name.startswith(('oauth_compliance.providers.', 'requests', "
        "'httpx'))))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.split() == ["oauth_compliance.providers.github"]


def test_the_index_names_every_file():
    """Index and files agree, at least forty providers are there, and each alias leads to one."""
    files = {path.stem for path in PROVIDERS.glob("*.py")} - {"__init__"}
    assert set(NAMES) == files
    assert list(NAMES) == sorted(NAMES)
    for kind, names in ((Profile, get_args(OAuth2Name)), (OAuth1Profile, get_args(OAuth1Name))):
        assert {one.name for one in ALL if isinstance(one, kind)} == {ALIASES.get(name, name) for name in names}
    assert len(NAMES) >= 40
    assert set(ALIASES.values()) <= files
    assert not set(ALIASES) & files


@every_profile
def test_a_provider_is_a_small_file_of_data(template):
    """Each file is short, names its provider, its documentation and its source, and dates what was read."""
    lines = (PROVIDERS / f"{template.name}.py").read_text("utf-8").splitlines()
    assert 15 <= len(lines) <= 40
    assert template.title
    assert template.documentation.startswith("https://")
    assert template.source.startswith("https://")
    assert template.checked is None or template.checked.startswith("2026-")
    assert template.verified == (f"checked {template.checked}" if template.checked else "unverified")
    assert str(template).endswith(f"({template.verified})")


@every_profile
def test_every_profile_makes_every_client(template):
    """A filled profile has no place left to fill, and its options are taken by every client of its kind."""
    own = filled(template)
    assert own.parameters == {}
    if isinstance(own, OAuth1Profile):
        core = OAuth1Core("key", "secret", **own.session_options())
        assert core.signer.signature_method.name == own.signature_method
        return
    assert isinstance(own, Profile)
    for name, url in own.endpoints.items():
        assert url.startswith("https://"), name
        assert "{" not in url, name
    credentials = {"client_id": "i", "client_secret": "s"}
    with oauth_requests.OAuth2Session(**own.session_options(), **credentials) as session:
        assert session.config.metadata.token_endpoint == own.token_endpoint
    with oauth_requests.OAuth2Client(**own.client_options(), **credentials) as client:
        assert client.config.auth == (own.auth_method or None)
    for module in (oauth_httpx, oauth_httpx.httpx2):
        with module.OAuth2Client(**own.session_options(), **credentials, verify=TLS) as client:
            assert client.config.metadata.token_endpoint == own.token_endpoint


@every_profile
def test_a_profile_equals_itself(template):
    """Profiles and fixes are values: asked for twice they are equal, and they pickle."""
    import pickle

    own = filled(template)
    assert own == filled(template)
    assert own.fix == filled(template).fix
    assert pickle.loads(pickle.dumps(own)) == own


def test_options_are_new_at_each_call():
    """Two clients made of one profile do not share their hooks."""
    own = profile("slack")
    first, second = own.session_options()["hooks"], own.session_options()["hooks"]
    assert first is not second
    session = oauth_requests.OAuth2Session(**own.session_options(), client_id="i")
    other = oauth_requests.OAuth2Session(**own.session_options(), client_id="i")
    own.fix.remove(session)
    assert "access_token_response" not in session.config.hooks
    assert "access_token_response" in other.config.hooks


def test_an_unknown_provider_is_answered_with_the_nearest():
    """A misspelt name is refused with the name that was probably meant."""
    with pytest.raises(UsageError, match=r"no provider 'githbu'; did you mean 'github'\?"):
        profile("githbu")
    with pytest.raises(UsageError, match="profiles\\(\\) lists all"):
        profile("nobody-has-heard-of-it")


def test_aliases():
    """A name that people look for leads to the provider."""
    assert profile("stack_exchange") == profile("stackexchange")
    assert profile("microsoft", tenant="common").name == "entra"


def test_a_missing_tenant_is_asked_for():
    """A parameter without a default has to be given; the error says what it is."""
    with pytest.raises(UsageError, match="'entra' needs tenant=: the directory"):
        profile("entra")
    with pytest.raises(UsageError, match="'shopify' needs shop="):
        profile("shopify")


def test_an_unknown_parameter_is_refused():
    """A parameter that the profile does not have is a `TypeError` that names the nearest."""
    with pytest.raises(TypeError, match="did you mean 'tenant'"):
        profile("entra", tennant="x")
    with pytest.raises(TypeError, match="it takes none"):
        profile("douban", host="x")


@pytest.mark.parametrize(
    "value", ["evil.example/", "a.example@b", "a b", "x?y", "x#y", "-x", "", "a\n", "..", "a/../b"]
)
def test_a_parameter_cannot_leave_its_place(value):
    """A value that would change the host or path of a URL is refused."""
    with pytest.raises(UsageError, match="not usable"):
        profile("shopify", shop=value)
    with pytest.raises(UsageError, match="not usable"):
        profile("okta", domain=value)


def test_a_parameter_that_is_no_text_is_refused():
    """A number in the place of a tenant is refused, not formatted."""
    with pytest.raises(UsageError, match="not usable"):
        profile("entra", tenant=7)


def test_parameters_reach_every_place():
    """Endpoints, issuer and fixes hold what was given."""
    own = profile("keycloak", host="id.example:8443", realm="acme")
    assert own.token_endpoint == "https://id.example:8443/realms/acme/protocol/openid-connect/token"
    assert own.issuer == "https://id.example:8443/realms/acme"
    assert profile("ping", environment="e-1", region="com.au").issuer == "https://auth.pingone.com.au/e-1/as"


def test_entra_leaves_the_template_of_its_issuer():
    """The issuer stays a template for whoever checks an ID token by its `tid`, and is no option of a session."""
    own = profile("entra", tenant="organizations")
    assert own.issuer == "https://login.microsoftonline.com/{tenantid}/v2.0"
    assert "issuer" not in own.session_options()


def test_a_third_party_provider(monkeypatch):
    """A package registers a provider of its own through the entry point; a built-in one cannot be replaced."""
    group = oauth_compliance.ENTRY_POINT_GROUP
    entries = [
        EntryPoint("acme", "tests.compliance.acme:PROFILE", group),
        EntryPoint("github", "tests.compliance.acme:PROFILE", group),
        EntryPoint("broken", "tests.compliance.acme:NO_PROFILE", group),
    ]
    monkeypatch.setattr("importlib.metadata.entry_points", lambda **params: entries if params["group"] == group else [])
    assert profile("acme", region="eu").token_endpoint == "https://eu.acme.example/token"
    assert profile("github").title == "GitHub"
    assert oauth_compliance.fix("acme", region="eu")
    with pytest.raises(TypeError, match="'broken' of oauth_compliance.providers is a str, no profile"):
        profile("broken")
    with pytest.raises(UsageError, match="did you mean 'acme'"):
        profile("acmee")


def test_a_third_party_provider_is_listed(monkeypatch):
    """`profiles()` lists the providers of other packages among the built-in ones, in the order of names."""
    entry = EntryPoint("acme", "tests.compliance.acme:PROFILE", oauth_compliance.ENTRY_POINT_GROUP)
    monkeypatch.setattr("importlib.metadata.entry_points", lambda **params: [entry])
    names = [one.name for one in profiles()]
    assert names == sorted({*NAMES, "acme"})


RAW = {
    "github": ({"id": 583231, "name": "Ada", "email": None, "avatar_url": "https://i.example/1"}, "583231", None),
    "google": ({"sub": "1", "email": "a@x.example", "email_verified": True, "name": "Ada"}, "1", True),
    "discord": ({"id": "80", "username": "Ada", "email": "a@x.example", "verified": False}, "80", False),
    "naver": ({"resultcode": "00", "response": {"id": "n1", "name": "Ada"}}, "n1", None),
    "twitch": ({"data": [{"id": "141", "display_name": "Ada"}]}, "141", None),
    "apple": ({"sub": "001.a", "email": "a@x.example", "email_verified": "true"}, "001.a", True),
    "kakao": ({"id": 1, "kakao_account": {"is_email_verified": True, "email": "a@x.example"}}, "1", True),
}


@pytest.mark.parametrize("name", RAW)
def test_user_profile(name):
    """What a provider says of a user is read into one shape, the answer itself kept."""
    raw, subject, verified = RAW[name]
    user = profile(name).user_profile(raw) if name != "twitch" else profile(name, client_id="i").user_profile(raw)
    assert user.subject == subject
    assert user.email_verified is verified
    assert user.raw is raw
    assert "Ada" not in repr(user) and "a@x" not in repr(user)


@pytest.mark.parametrize("raw", [{}, {"id": None}, {"id": ""}, {"id": True}, {"id": ["x"]}, {"id": {}}])
def test_a_user_without_identifier_is_refused(raw):
    """An answer without a usable identifier is no user."""
    with pytest.raises(ProtocolViolation, match="'id'"):
        UserClaims("id").read(raw)
