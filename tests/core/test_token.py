"""The token: a dict that knows its end."""

import copy
import json
import pickle
import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oauth_core import OAuth2Token

NOW = 1_800_000_000.0


def token(**members):
    return OAuth2Token({"access_token": "secret-a", **members}, clock=lambda: NOW)


@pytest.mark.parametrize(
    ("received", "end"),
    [
        (3600, NOW + 3600),
        (3599.9, NOW + 3599),
        ("3600", NOW + 3600),
        ("3599.5", NOW + 3599),
        (" 60 ", NOW + 60),
        (0.5, NOW),
    ],
)
def test_expires_in_is_read_as_servers_write_it(received, end):
    """Numbers, fractions and numbers in strings give an end; expires_in stays as received."""
    made = token(expires_in=received)
    assert made["expires_in"] == received
    assert made.expires_at == made["expires_at"] == int(end)


@pytest.mark.parametrize("received", [0, -30, "-30", "soon", "", None, True, [], float("nan"), "inf", "1e400", 10**400])
def test_expires_in_that_is_no_life_counts_as_unknown(received):
    """A life that is absent, zero, negative or no number gives no end: the token counts as good until rejected."""
    made = token(expires_in=received)
    assert made.expires_at is None
    assert made.expires_in is None
    assert not made.is_expired()
    assert not made.needs_renewal(60, NOW + 1e9)


def test_expires_at_wins_over_expires_in():
    """A token that was persisted with its end keeps it; an end that cannot be read is computed anew."""
    assert token(expires_in=3600, expires_at=NOW + 5).expires_at == NOW + 5
    assert token(expires_in=3600, expires_at=str(NOW + 5)).expires_at == NOW + 5
    assert token(expires_in=3600, expires_at="next week").expires_at == NOW + 3600
    assert "expires_at" not in token(expires_at=None)


def test_expires_in_is_live():
    """The attribute says how many seconds are left now; the item stays as received."""
    made = OAuth2Token(access_token="a", expires_in=3600)
    assert 3598 <= made.expires_in <= 3600
    made["expires_at"] = time.time() - 10
    assert -12 <= made.expires_in <= -10
    assert made["expires_in"] == 3600


def test_is_expired_under_a_clock_and_a_leeway():
    """A token is expired from its end on, or a leeway earlier."""
    made = token(expires_in=100)
    assert not made.is_expired(clock=lambda: NOW + 99)
    assert made.is_expired(clock=lambda: NOW + 100)
    assert made.is_expired(60, clock=lambda: NOW + 40)
    assert not made.is_expired(60, clock=lambda: NOW + 39)


def test_leeway_is_capped_to_half_of_the_life():
    """A leeway longer than half of the life counts as half of it; without a known life it counts in full."""
    made = token(expires_in=30)
    assert not made.needs_renewal(60, NOW + 14)
    assert made.needs_renewal(60, NOW + 15)
    assert token(expires_at=NOW + 30).needs_renewal(60, NOW)
    assert not token(expires_in=3600).needs_renewal(60, NOW + 3539)
    assert token(expires_in=3600).needs_renewal(60, NOW + 3540)


def test_end_assigned_by_hand_is_read_too():
    """An end that a user assigned later is read like a received one."""
    made = token()
    made["expires_at"] = str(NOW + 100)
    assert made.needs_renewal(60, NOW + 50)
    assert not made.needs_renewal(60, NOW)
    made["expires_at"] = "never"
    assert not made.needs_renewal(60, NOW)


@given(st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.lists(st.integers())))
def test_any_expires_in_makes_a_token(value):
    """Whatever stands in expires_in, a token can be made, asked and printed."""
    made = token(expires_in=value)
    made.needs_renewal(60, NOW)
    assert isinstance(made.is_expired(), bool)
    assert "secret-a" not in repr(made)


def test_repr_and_str_show_names_alone():
    """Neither repr nor str nor an error shows a value of the token."""
    made = token(refresh_token="secret-r", id_token="secret-i")
    assert repr(made) == str(made) == "<OAuth2Token access_token, refresh_token, id_token>"
    with pytest.raises(AttributeError) as caught:
        _ = made.nothing
    assert "nothing" in str(caught.value)
    assert "secret" not in str(caught.value)


def test_members_read_as_attributes():
    """Members are items and attributes; the registered ones have a type and None where they are absent."""
    made = token(instance_url="https://x", scope=["a", "b"], **{"7": 1})
    assert made.access_token == "secret-a"
    assert made.instance_url == "https://x"
    assert (made.refresh_token, made.id_token, made.token_type, made.scope) == (None, None, "Bearer", "a b")
    assert token(token_type="DPoP", scope="r").token_type == "DPoP"
    assert token(scope="r").scope == "r"
    assert token(scope=5, refresh_token="", id_token=7, token_type="").scope is None
    assert token(refresh_token="", id_token=7).id_token is None
    mixed = token()
    mixed[5] = 1
    with pytest.raises(AttributeError, match="no member 'x'"):
        _ = mixed.x


@pytest.mark.parametrize("value", [{}, {"access_token": None}, {"access_token": 5}])
def test_missing_access_token_is_said(value):
    """A token without a text as access_token says so when it is asked for it."""
    with pytest.raises(AttributeError, match="no 'access_token'"):
        _ = OAuth2Token(value).access_token


@pytest.mark.parametrize("wrong", ["abc", b"abc", 5, None])
def test_token_is_a_mapping(wrong):
    """What is no mapping is a TypeError."""
    with pytest.raises(TypeError):
        OAuth2Token(wrong)
    with pytest.raises(TypeError):
        OAuth2Token.from_dict(wrong)


def test_token_survives_json_pickle_and_copies():
    """A token goes through JSON, pickle and copies with its end and its class."""
    made = token(expires_in=3600)
    back = OAuth2Token(json.loads(json.dumps(made)))
    assert back == made
    assert OAuth2Token.from_dict(made) is made
    for twin in (pickle.loads(pickle.dumps(made)), copy.copy(made), copy.deepcopy(made), made.copy()):
        assert (twin, type(twin)) == (made, OAuth2Token)
        assert twin is not made


def test_end_as_a_datetime():
    """An end that is given as a datetime, as requests_oauth2client has it, is kept as epoch seconds."""
    known = token(expires_at=datetime.fromtimestamp(NOW, UTC))
    assert (known["expires_at"], known.expires_at) == (NOW, NOW)
    assert known.is_expired(clock=lambda: NOW)
    assert json.loads(json.dumps(known))["expires_at"] == NOW
