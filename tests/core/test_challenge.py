"""WWW-Authenticate: what servers send, and what they send broken."""

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from oauth_core import Challenge, parse_challenges, rejects_token


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("Bearer", [("bearer", {}, None)]),
        ("Negotiate, Basic", [("negotiate", {}, None), ("basic", {}, None)]),
        ('Bearer realm="api", error="invalid_token"', [("bearer", {"realm": "api", "error": "invalid_token"}, None)]),
        (
            'Basic realm="a, b", Bearer error="x",error_description="say \\"hi\\", \\\\ok", DPoP algs="ES256 PS256"',
            [
                ("basic", {"realm": "a, b"}, None),
                ("bearer", {"error": "x", "error_description": 'say "hi", \\ok'}, None),
                ("dpop", {"algs": "ES256 PS256"}, None),
            ],
        ),
        ("Negotiate YWJj==, Bearer", [("negotiate", {}, "YWJj=="), ("bearer", {}, None)]),
        ("bEaReR ReAlM = plain , ErrOR=x", [("bearer", {"realm": "plain", "error": "x"}, None)]),
        (',, ,Bearer realm="" ,,', [("bearer", {"realm": ""}, None)]),
        ('Bearer realm="a" error="b"', [("bearer", {"realm": "a", "error": "b"}, None)]),
        ('Bearer error="first", error="second"', [("bearer", {"error": "first"}, None)]),
        ('Bearer realm="a\nb"', [("bearer", {"realm": "a\nb"}, None)]),
    ],
)
def test_headers_as_servers_send_them(header, expected):
    """Several challenges in one header, quoted commas and escapes, token68, any letter case, spaces for commas."""
    assert [(c.scheme, c.parameters, c.token68) for c in parse_challenges(header)] == expected


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", []),
        ('realm="no scheme"', []),
        ('Bearer realm="never closed, error=x', [("bearer", {"error": "x"})]),
        ('Bearer realm="a"junk, error="b"', [("bearer", {"error": "b"})]),
        ("(((, Bearer", [("bearer", {})]),
        ("Bearer =, error=invalid_token", [("bearer", {"error": "invalid_token"})]),
        ("\u00e9\u00e9, Basic", [("basic", {})]),
    ],
)
def test_broken_headers_are_read_as_far_as_they_go(header, expected):
    """What cannot be read is skipped to the next comma; the rest is read."""
    assert [(c.scheme, c.parameters) for c in parse_challenges(header)] == expected


def test_several_headers_are_read_in_their_order():
    """Several header fields give their challenges one after the other; None gives none."""
    found = parse_challenges(['Basic realm="x"', 'Bearer error="y"'])
    assert [c.scheme for c in found] == ["basic", "bearer"]
    assert found[1].error == "y"
    assert found[1].get("ERROR") == "y"
    assert found[1].get("none") is None
    assert parse_challenges(None) == parse_challenges([]) == []


@given(st.text(alphabet=st.sampled_from('Bb=", \\\t\n;:(){}é/~0'), max_size=60))
@example('a="' + "b" * 50)
def test_reading_never_raises(text):
    """Whatever the header holds, reading ends and gives challenges."""
    assert all(isinstance(c, Challenge) for c in parse_challenges(text))
    assert rejects_token(text) in {True, False}


@given(st.text())
def test_reading_any_text_never_raises(text):
    """The same for any text at all."""
    assert isinstance(parse_challenges([text, text]), list)


@pytest.mark.parametrize(
    "piece", [",", " ", ", ", "a ", 'a="', 'a="\\"', "a=,", "=", "a" * 50 + "(", "a  =  ", '",', "(,"]
)
def test_reading_takes_linear_time(piece):
    """A hostile header of 64 KiB is read in moments."""
    header = (piece * (65536 // len(piece)))[:65530] + "("
    start = time.perf_counter()
    parse_challenges(header)
    assert time.perf_counter() - start < 2


@pytest.mark.parametrize(
    ("headers", "rejected"),
    [
        (None, True),
        ([], True),
        ("", True),
        ("Bearer", True),
        ('Bearer realm="x", error="invalid_token"', True),
        ("DPoP error=invalid_token", True),
        ('Bearer error="insufficient_scope"', False),
        ('DPoP error="use_dpop_nonce"', False),
        ('Basic realm="x"', False),
        (["Basic", 'Bearer error="invalid_token"'], True),
        ("Negotiate", False),
    ],
)
def test_which_401_rejects_the_token(headers, rejected):
    """A 401 rejects the token without challenge, or with Bearer or DPoP and no error or invalid_token."""
    assert rejects_token(headers) is rejected
