"""Where credentials may travel, judged on the parsed host."""

import re

import pytest

from oauth_core import InsecureTransportError, UsageError, check_endpoint, check_secure, is_secure, origin, same_origin
from oauth_core import _urls as urls
from oauth_core._urls import is_loopback


@pytest.mark.parametrize(
    "url",
    [
        "https://as.test/token",
        "HTTPS://AS.TEST/token",
        "http://localhost/token",
        "http://LOCALHOST:8080/",
        "http://localhost./",
        "http://app.localhost:3000/",
        "http://127.0.0.1/",
        "http://127.9.9.9:1/",
        "http://[::1]:8080/",
        "HTTP://[::1]/",
    ],
)
def test_https_and_this_machine_are_secure(url):
    """HTTPS anywhere, and plain HTTP to this machine, in any letter case and with a trailing dot."""
    assert is_secure(url)
    assert check_endpoint(url, "token_endpoint") == url


@pytest.mark.parametrize(
    "url",
    [
        "http://as.test/token",
        "http://localhost:80@attacker.test/",
        "http://localhost@attacker.test/",
        "http://localhost.attacker.test/",
        "http://127.0.0.1.attacker.test/",
        "http://attacker.test/localhost",
        "http://attacker.test?http://localhost",
        "http://attacker.test#@localhost",
        "http://notlocalhost/",
        "http://[2001:db8::1]/",
        "http://0.0.0.0/",
        "http://10.0.0.1/",
        "http://%6cocalhost/",
        "http:///token",
    ],
)
def test_plain_http_elsewhere_is_refused(url):
    """Plain HTTP to another machine is refused, however much its text looks like this one."""
    assert not is_secure(url)
    with pytest.raises(InsecureTransportError, match="allow_insecure_http=True"):
        check_secure(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://attacker.test\\.localhost/",
        "http://attacker.test\\@localhost/",
        "http://local\nhost/",
        "http://localhost /",
        "http://localhost:pass1234/",
        "http://[::1/",
        "http://localhost:99999/",
    ],
)
def test_url_that_libraries_read_in_two_ways_is_refused(url):
    """A URL that HTTP libraries read in different ways is refused, and not quoted: it may hold a password."""
    with pytest.raises(UsageError) as caught:
        is_secure(url)
    assert "pass1234" not in str(caught.value)
    with pytest.raises(UsageError):
        origin(url)


def test_insecure_flag_is_for_plain_http_alone():
    """allow_insecure_http lets plain HTTP pass, and no other scheme."""
    check_secure("http://as.test/", allow_insecure_http=True)
    assert check_endpoint("http://as.test/", "token_endpoint", allow_insecure_http=True)
    for url in ("ftp://as.test/", "file:///etc/passwd", "javascript:alert(1)", "as.test/token"):
        with pytest.raises(UsageError, match="not an http or https URL"):
            check_secure(url, allow_insecure_http=True)


@pytest.mark.parametrize(
    ("url", "message"),
    [
        (None, "no token_endpoint is known: pass token_endpoint="),
        ("", "no token_endpoint is known"),
        ("/token", "must be an absolute https URL"),
        ("as.test/token", "must be an absolute https URL"),
        ("https:///token", "must be an absolute https URL"),
        ("ftp://as.test/token", "must be an absolute https URL"),
        ("https://localhost:80@attacker.test/", "user name or password before its host 'attacker.test'"),
        ("https://user:s3cret@as.test/", "leave it out"),
        ("https://as.test/token#x", "fragment"),
        ("http://as.test/token?code=s3cret", "a request to the token_endpoint would travel unencrypted"),
    ],
)
def test_endpoint_that_cannot_be_used(url, message):
    """An unusable endpoint is refused with its name and what to do; the message holds no credential."""
    with pytest.raises(UsageError) as caught:
        check_endpoint(url, "token_endpoint")
    assert message in str(caught.value)
    assert "s3cret" not in str(caught.value)


def test_endpoint_must_be_text():
    """An endpoint that is no text is a TypeError."""
    with pytest.raises(TypeError, match="token_endpoint is a int"):
        check_endpoint(5, "token_endpoint")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://a.test", "https://A.TEST:443/x?y#z", True),
        ("http://a.test", "http://a.test:80", True),
        ("https://a.test", "https://a.test./", True),
        ("https://a.test", "http://a.test", False),
        ("https://a.test", "https://a.test:8443", False),
        ("https://a.test", "https://b.test", False),
        ("https://a.test", "https://a.test@b.test", False),
        ("https://[::1]:443", "https://[::1]", True),
        ("custom://a:1", "custom://a:1/", True),
    ],
)
def test_origins(one, other, same):
    """Scheme, host and port make an origin; case, default port, trailing dot and userinfo do not."""
    assert same_origin(one, other) is same


@pytest.mark.parametrize("host", [None, "", "localhos", "1.2.3.4", "::2", "not an address"])
def test_hosts_that_are_not_this_machine(host):
    """What is no loopback host is none."""
    assert not is_loopback(host)


HOSTS = [
    "as.example",
    "127.0.0.1",
    "localhost",
    "127.0.0.1.example",
    "LOCALHOST",
    "[::1]",
    "a@as.example",
    "a\\b",
    "",
    ".",
]
PORTS = ["", ":80", ":54321", ":65535", ":65536", ":0", ":x"]
PATHS = ["", "/", "/token", "/t?a=b", "?a=b", "/t#f", "/a b", "/a\\b", "/t/é", "/t\n"]


@pytest.mark.parametrize("check", [urls.is_secure, lambda url: urls.check_endpoint(url, "token_endpoint")])
def test_a_plain_url_is_judged_as_thoroughly(check, monkeypatch):
    """What is decided about a URL of the usual form without taking it apart is what taking it apart decides."""

    def verdict(url):
        try:
            return check(url)
        except (UsageError, InsecureTransportError) as exc:
            return type(exc), str(exc)

    every = [
        f"{scheme}://{host}{port}{path}"
        for scheme in ("https", "http", "HTTPS", "Http", "ftp")
        for host in HOSTS
        for port in PORTS
        for path in PATHS
    ]
    quick = [verdict(url) for url in every]
    assert sum(urls._PLAIN.match(url) is not None for url in every) > 100
    monkeypatch.setattr(urls, "_PLAIN", re.compile(r"(?!)"))
    assert quick == [verdict(url) for url in every]
