"""An unknown keyword of a public constructor names the nearest known one."""

from inspect import Parameter, isclass, signature

import pytest

import oauth_jwt
from oauth_jwt import ClientSecretJwt, DPoP, ExternalKey, IDTokenValidator, JWTBearerGrant, Key, PrivateKeyJwt, Signer
from oauth_jwt._client_auth import JWTOptions
from oauth_jwt._sealing import AESSealer
from oauth_jwt.testing import KeyOperations
from tests.jwt.support import SECRET, key

# What takes no options of a user's: what validation returns, errors and warnings, a protocol, text.
WITHOUT = {
    "Claims",
    "IDToken",
    "IdToken",
    "InvalidJWKSetError",
    "InvalidJWTError",
    "InvalidKeyError",
    "Signer",
    "WeakKeyWarning",
}
CONSTRUCTORS = [
    value for name in oauth_jwt.__all__ if isclass(value := getattr(oauth_jwt, name)) and name not in WITHOUT
]
POSITIONAL = {ClientSecretJwt: ("me", SECRET), PrivateKeyJwt: ("me", key("ES256"))}


def options_of(constructor):
    """The names that a constructor takes by keyword."""
    parameters = signature(constructor).parameters.values()
    named = [one.name for one in parameters if one.kind in {Parameter.POSITIONAL_OR_KEYWORD, Parameter.KEYWORD_ONLY}]
    further = JWTOptions.__annotations__ if constructor in POSITIONAL else ()
    return [name for name in (*named[len(POSITIONAL.get(constructor, ())) :], *further) if len(name) > 3]


@pytest.mark.parametrize("constructor", [*CONSTRUCTORS, AESSealer, KeyOperations], ids=lambda one: one.__name__)
def test_misspelt_option(constructor):
    """Each option of each public class, with its last letter missing, is a TypeError that names the right one."""
    for name in options_of(constructor):
        with pytest.raises(TypeError, match=f"unexpected keyword '{name[:-1]}'; did you mean '{name}'") as caught:
            constructor(*POSITIONAL.get(constructor, ()), **{name[:-1]: None})
        assert caught.value.__suppress_context__


def test_nothing_near():
    """A keyword that is near to nothing is refused without a guess."""
    for constructor in CONSTRUCTORS:
        with pytest.raises(TypeError, match="unexpected keyword 'zzqx'$"):
            constructor(*POSITIONAL.get(constructor, ()), zzqx=None)


@pytest.mark.parametrize(
    ("function", "wrong", "right"),
    [
        (lambda **o: IDTokenValidator.from_metadata({"issuer": "https://op.example"}, "me", **o), "leway", "leeway"),
        (lambda **o: JWTBearerGrant.signed("me", "https://as.example", SECRET, **o), "lifetme", "lifetime"),
        (lambda **o: Key.load(SECRET, **o), "pasword", "password"),
        (lambda **o: Key.from_secret(SECRET, **o), "algo", "alg"),
        (lambda **o: Key.generate(**o), "algo", "alg"),
        (lambda **o: DPoP.load(key("ES256").private_jwk(), **o), "clok", "clock"),
        (lambda **o: ExternalKey(len, "ES256", **o), "kidd", "kid"),
    ],
)
def test_misspelt_option_of_a_function(function, wrong, right):
    """The functions that make values answer in the same way."""
    with pytest.raises(TypeError, match=f"'{wrong}'; did you mean '{right}'"):
        function(**{wrong: None})


def test_other_type_errors_pass():
    """A TypeError about something else, or a missing argument, stays as it is."""
    with pytest.raises(TypeError, match="missing 2 required positional arguments"):
        IDTokenValidator()
    with pytest.raises(TypeError, match="algorithms is a tuple of names"):
        IDTokenValidator("https://op.example", "me", algorithms="ES256")
    with pytest.raises(TypeError, match="takes from 1 to"):
        DPoP(1, 2, 3)


def test_signatures_are_still_told():
    """The names and defaults of a constructor are seen by help() and editors."""
    assert list(signature(DPoP).parameters) == ["key", "alg", "public_jwk", "clock", "jti"]
    assert signature(IDTokenValidator).parameters["leeway"].default == 60
    assert isinstance(ExternalKey(len, "ES256").signer, type(len))
    assert not isinstance(len, Signer)
