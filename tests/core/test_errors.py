"""The error tree: every error pickles, copies, prints on one line and holds no secret."""

import copy
import pickle

import pytest

import oauth_core
from oauth_core import (
    OAuthError,
    ProtocolViolation,
    ReauthorizationRequired,
    ServerRefusal,
    TokenExpiredError,
    TransportError,
    UsageError,
)
from oauth_core import _errors as errors

KINDS = [kind for name in errors.__all__ if isinstance(kind := getattr(oauth_core, name), type)]


@pytest.mark.parametrize("kind", KINDS)
def test_every_error_pickles_and_copies(kind):
    """Every error goes through pickle and copy with all it says, and gives a fresh object."""
    error = kind("what happened")
    error.status_code = 418
    error.uri = "https://as.test/e"
    for twin in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
        assert type(twin) is kind
        assert twin is not error
        assert (str(twin), repr(twin), twin.__dict__) == (str(error), repr(error), error.__dict__)
        assert twin.args == error.args


@pytest.mark.parametrize("kind", KINDS)
def test_every_error_is_public_and_has_a_code(kind):
    """Every error belongs to the tree, reads as oauth_core's and has a code in the RFCs' style."""
    assert issubclass(kind, OAuthError)
    assert kind.__module__ == "oauth_core"
    assert kind.error == kind.error.lower()
    assert " " not in kind.error
    assert kind.__doc__


def test_tree_is_drawn_as_it_is():
    """The picture at the top of the module names every error."""
    for kind in KINDS:
        assert kind.__name__ in errors.__doc__
    assert issubclass(TokenExpiredError, ReauthorizationRequired)
    assert issubclass(ReauthorizationRequired, ServerRefusal)
    for branch in (UsageError, ServerRefusal, ProtocolViolation, TransportError):
        assert branch.__base__ is OAuthError


def test_text_of_an_error():
    """The text has code, description and status; a code of the server's stands in for the class's."""
    error = ServerRefusal("no", error="invalid_grant", status_code=400, retry_after=5)
    assert str(error) == "invalid_grant: no (status 400)"
    assert repr(error) == "ServerRefusal('invalid_grant: no (status 400)')"
    assert str(OAuthError()) == "oauth_error"
    assert error.retry_after == 5
    assert ServerRefusal("x").error == "server_error"
    assert TransportError("t", timeout=True).timeout


@pytest.mark.parametrize("text", ["a\nb", "\x1b[2J", "\u202e", "\ud800", "x" * 10_000, "\n" * 10_000, "plain", "ü"])
def test_printable(text):
    """Printable text stays, control characters are escaped, long text is cut."""
    shown = oauth_core.printable(text)
    assert shown.isprintable()
    assert len(shown) <= 501
    if text in {"plain", "ü"}:
        assert shown == text
    assert len(str(OAuthError(text, error=text))) < 700
