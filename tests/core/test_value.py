"""The values that are made without ``dataclasses`` keep what a frozen dataclass promises."""

from __future__ import annotations

import copy
import inspect
import pickle

import pytest

from oauth_core import ClientConfig, Request, Response, UsageError, Wait
from oauth_core.testing import PacedResponse

REQUEST = Request("POST", "https://as.example/token", (("Accept", "application/json"),), b"a=b")


def test_fields_by_position_and_by_name():
    """Fields are given by position or by name, and have their defaults."""
    assert Request("GET", url="https://as.example/") == Request(method="GET", url="https://as.example/")
    assert (Response(204).headers, Response(204).body) == ((), b"")
    assert PacedResponse(200, (), b"x", delay=2).delay == 2


@pytest.mark.parametrize(
    ("arguments", "keywords", "message"),
    [
        (("GET",), {}, "Request needs 'url'"),
        (("GET", "https://as.example/", (), b"", 1), {}, "Request takes 4 arguments, not 5"),
        (("GET", "https://as.example/"), {"method": "POST"}, "Request got 'method' twice"),
        (("GET", "https://as.example/"), {"header": ()}, "Request has no field 'header'; it has method, url"),
    ],
)
def test_arguments_that_do_not_fit(arguments, keywords, message):
    """Arguments that do not fit are a TypeError that says which."""
    with pytest.raises(TypeError, match=message):
        Request(*arguments, **keywords)


def test_a_value_does_not_change():
    """A field can be neither set nor deleted, and no other attribute be added."""
    with pytest.raises(AttributeError, match=r"replace\(url=...\)"):
        REQUEST.url = "https://other.example/"
    with pytest.raises(AttributeError, match="does not change"):
        del REQUEST.url
    with pytest.raises(AttributeError, match="does not change"):
        REQUEST.more = 1
    assert REQUEST.url == "https://as.example/token"


def test_equal_by_its_fields():
    """Two values of one class with the same fields are equal and hash alike; those of two classes are not."""
    same = REQUEST.replace()
    assert same == REQUEST
    assert hash(same) == hash(REQUEST)
    assert REQUEST.replace(method="PUT") != REQUEST
    assert Response(200) != PacedResponse(200)
    assert Wait(1) != 1


def test_a_changed_copy_is_checked_like_a_new_value():
    """A changed copy is of the same class, leaves the first as it was, and is refused where a new one would be."""
    assert REQUEST.replace(body=b"c=d").body == b"c=d"
    assert REQUEST.body == b"a=b"
    assert isinstance(PacedResponse(200).replace(status=500), PacedResponse)
    with pytest.raises(UsageError, match="control character"):
        REQUEST.replace(url="https://as.example/ token")
    with pytest.raises(TypeError, match="no field 'uri'"):
        REQUEST.replace(uri="https://as.example/")


@pytest.mark.parametrize("value", [REQUEST, Response(200, (), b"{}"), PacedResponse(200, delay=1.5), Wait(2)])
def test_copies_and_pickles(value):
    """A value survives pickling and copying."""
    assert pickle.loads(pickle.dumps(value)) == copy.copy(value) == copy.deepcopy(value) == value


def test_each_value_has_its_own_of_what_can_change():
    """Hooks of one configuration are not those of another."""
    assert ClientConfig("a").hooks is not ClientConfig("a").hooks


def test_matched_by_position():
    """A value can be taken apart by ``match``."""
    match REQUEST:
        case Request("POST", url):
            assert url == "https://as.example/token"
        case _:
            pytest.fail("not matched")


def test_signature_shows_the_fields():
    """The signature of a class shows its fields and defaults, as tools and documentation expect."""
    assert list(inspect.signature(PacedResponse).parameters)[:4] == ["status", "headers", "body", "delay"]
    parameters = inspect.signature(ClientConfig).parameters
    assert parameters["client_id"].default is None
    assert parameters["hooks"].default is ...
    assert inspect.signature(Request).parameters["url"].default is inspect.Parameter.empty


def test_repr_shows_no_field_that_may_be_secret():
    """What is printed of a value holds neither its body nor its headers."""
    shown = repr([REQUEST, Response(200, (("Set-Cookie", "hidden"),), b"hidden"), ClientConfig("a", "hidden"), Wait(2)])
    assert "hidden" not in shown
    assert "a=b" not in shown
    assert "<Wait of 2 s>" in shown
