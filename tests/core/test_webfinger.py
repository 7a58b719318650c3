"""WebFinger in the core: what is asked where, and which answers are believed."""

import json
from urllib.parse import parse_qsl, urlsplit

import pytest

from oauth_core import (
    ProtocolViolation,
    Request,
    Response,
    ServerRefusal,
    UsageError,
    build_webfinger_request,
    find_issuer,
    parse_webfinger_response,
    run,
)
from oauth_core.testing import FakeAuthorizationServer

REL = "http://openid.net/specs/connect/1.0/issuer"


def answer(status=200, **members):
    return Response(status, (("Content-Type", "application/jrd+json"),), json.dumps(members).encode())


@pytest.mark.parametrize(
    ("identifier", "resource", "host"),
    [
        ("joe@example.com", "acct:joe@example.com", "example.com"),
        ("  Joe@Example.COM ", "acct:Joe@example.com", "example.com"),
        ("acct:joe@example.com", "acct:joe@example.com", "example.com"),
        ("ACCT:joe@example.com:8443", "acct:joe@example.com:8443", "example.com:8443"),
        (
            "juliet@capulet.example@shopping.example.com",
            "acct:juliet%40capulet.example@shopping.example.com",
            "shopping.example.com",
        ),
        ("example.com", "https://example.com/", "example.com"),
        ("example.com:8080", "https://example.com:8080/", "example.com:8080"),
        ("example.com/joe?x=1#frag", "https://example.com/joe?x=1", "example.com"),
        ("HTTPS://Example.com/Joe", "https://example.com/Joe", "example.com"),
        ("joe@example.com:8080", "https://joe@example.com:8080/", "example.com:8080"),
        ("http://example.com/joe", "http://example.com/joe", "example.com"),
        ("https://[2001:db8::1]:8443/", "https://[2001:db8::1]:8443/", "[2001:db8::1]:8443"),
    ],
)
def test_identifiers(identifier, resource, host):
    """An identifier is normalised as Discovery §2.1 says; its host is asked over HTTPS, for the issuer alone."""
    request = build_webfinger_request(identifier)
    parts = urlsplit(request.url)
    assert (parts.scheme, parts.netloc, parts.path) == ("https", host, "/.well-known/webfinger")
    assert parse_qsl(parts.query) == [("resource", resource), ("rel", REL)]


@pytest.mark.parametrize(
    "identifier",
    [
        "",
        " ",
        "=joe",
        "@joe",
        "mailto:joe@example.com",
        "joe:secret@example.com",
        "ftp://example.com/",
        "acct:joe",
        "acct:@example.com",
        "acct:joe@example.com/path",
        "https://",
        "https://[::1",
        "example.com:99999",
        "joe@exa mple.com",
        "joe@example.com\\@other.example",
    ],
)
def test_no_identifiers(identifier):
    """What names nobody is refused before anything is sent, and not repeated in the message."""
    with pytest.raises(UsageError) as caught:
        build_webfinger_request(identifier)
    assert "secret" not in str(caught.value)


def test_an_identifier_is_text():
    """Anything but text is a TypeError."""
    with pytest.raises(TypeError, match="bytes"):
        build_webfinger_request(b"joe@example.com")


@pytest.mark.parametrize(
    ("identifier", "insecure", "scheme"),
    [
        ("acct:joe@localhost:8080", False, "https"),
        ("acct:joe@localhost:8080", True, "http"),
        ("http://127.0.0.1:8080/joe", False, "https"),
        ("http://127.0.0.1:8080/joe", True, "http"),
        ("http://op.internal/joe", True, "http"),
        ("joe@example.com", True, "https"),
    ],
)
def test_plain_http_is_named(identifier, insecure, scheme):
    """Plain HTTP is used where the caller allows it, for this machine and for http URLs."""
    assert urlsplit(build_webfinger_request(identifier, allow_insecure_http=insecure).url).scheme == scheme


def test_the_answer():
    """The first link of the relation names the issuer; the subject may be spelt as it was asked for."""
    links = [
        {"rel": "other"},
        "odd",
        {"rel": REL, "href": "https://op.example"},
        {"rel": REL, "href": "https://x.example"},
    ]
    for subject in ("acct:joe@example.com", "joe@EXAMPLE.com"):
        response = answer(subject=subject, links=links)
        assert parse_webfinger_response(response, "joe@example.com") == "https://op.example"


@pytest.mark.parametrize(
    "href",
    [None, 7, "", "op.example", "http://op.example", "https://op.example?x=1", "https://op.example#x", "javascript:x"],
)
def test_bad_issuers(href):
    """An issuer that is no plain https URL is refused."""
    response = answer(subject="acct:joe@example.com", links=[{"rel": REL, "href": href}])
    with pytest.raises(ProtocolViolation) as caught:
        parse_webfinger_response(response, "joe@example.com")
    assert caught.value.error == "invalid_issuer"


@pytest.mark.parametrize(
    "subject", [None, 7, "", "acct:eve@example.com", "acct:Joe@example.com", "https://example.com/"]
)
def test_other_subjects(subject):
    """An answer about anybody else is refused."""
    response = answer(subject=subject, links=[{"rel": REL, "href": "https://op.example"}])
    with pytest.raises(ProtocolViolation) as caught:
        parse_webfinger_response(response, "joe@example.com")
    assert caught.value.error == "invalid_subject"


def test_the_fake_server():
    """The fake server speaks for its people and its host, at the root of its host, and for nobody else."""
    server = FakeAuthorizationServer("https://as.test/tenant")
    for identifier in ("alice@as.test", "https://as.test/alice", "as.test"):
        assert run(find_issuer(identifier), server.send) == "https://as.test/tenant"
    for stranger in ("bob@as.test", "https://as.test/bob"):
        with pytest.raises(ServerRefusal):
            run(find_issuer(stranger), server.send)
    bare = server.send(Request("GET", "https://as.test/.well-known/webfinger?resource=acct:alice@as.test&rel=other"))
    assert bare.json()["links"] == []
    assert server.send(Request("GET", "https://as.test/.well-known/webfinger")).status == 400
    assert server.send(Request("POST", "https://as.test/.well-known/webfinger")).status == 405
    other = "https://as.test/.well-known/webfinger?resource=acct:alice@other.test"
    assert server.send(Request("GET", other)).status == 404
