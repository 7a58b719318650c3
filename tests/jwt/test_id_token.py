"""ID tokens: each certification case that concerns them, and each rule of OpenID Connect Core."""

import pytest

from oauth_core import ProtocolViolation, UsageError
from oauth_jwt import IDToken, IdToken, IDTokenValidator, InvalidJWTError, JWKSCache
from oauth_jwt._claims import half_hash
from tests.jwt.support import CLIENT, ISSUER, NONCE, NOW, SECRET, Clock, KeyServer, carry, copied, id_claims, key, sign

AT, CODE, STATE = "access-token-1", "code-1", "state-1"


def validator(alg="RS256", **options):
    options.setdefault("keys", key(alg).public_jwk() if alg in {"RS256", "PS256", "ES256", "EdDSA"} else None)
    return IDTokenValidator(ISSUER, CLIENT, **{"algorithms": (alg,), "clock": Clock()} | options)


def check(claims=None, *, alg="RS256", rules=None, header=None, **options):
    options.setdefault("nonce", NONCE)
    token = sign(id_claims() if claims is None else claims, key(alg), header)
    return carry((rules or validator(alg)).validate(token, **options))


def refused(claim, message, *args, **options):
    with pytest.raises(InvalidJWTError, match=message) as caught:
        check(*args, **options)
    assert caught.value.claim == claim
    assert isinstance(caught.value, ProtocolViolation)
    return caught.value


@pytest.mark.parametrize("alg", ["RS256", "PS256", "ES256", "EdDSA"])
def test_good_token_is_believed(alg):
    """A token that keeps every rule gives its claims, its header and its text."""
    token = check(alg=alg)
    assert isinstance(token, IDToken)
    assert (token.iss, token.sub, token["aud"]) == (ISSUER, "jane", CLIENT)
    assert token.header["alg"] == alg
    assert isinstance(token.id_token, IdToken)
    assert token.id_token.count(".") == 2


def test_shared_secret_verifies_hs256_alone():
    """HS256 is verified with the client's secret, text or callable, and with no other."""
    from oauth_jwt import Key

    token = sign(id_claims(), Key.from_secret(SECRET))
    for secret in (SECRET, lambda: SECRET):
        rules = validator("HS256", client_secret=secret)
        for _ in range(2):
            assert carry(rules.validate(token, nonce=NONCE)).sub == "jane"
    with pytest.raises(InvalidJWTError, match="signature of the ID token does not hold"):
        carry(validator("HS256", client_secret=SECRET + "x").validate(token, nonce=NONCE))
    with pytest.raises(UsageError, match="needs the client's secret"):
        carry(validator("HS256").validate(token, nonce=NONCE))


@pytest.mark.parametrize("claim", ["iss", "sub", "aud", "exp", "iat"])
def test_missing_claim_is_refused(claim):
    """MissingIat, MissingSub, MissingAud and the like: a token without a required claim is refused by its name."""
    refused(claim, f"'{claim}'|issuer", id_claims(**{claim: None}))


@pytest.mark.parametrize(
    ("changes", "claim", "message"),
    [
        ({"iss": "https://other.example"}, "iss", "issuer of the ID token is 'https://other.example', expected"),
        ({"iss": ISSUER + "/"}, "iss", "expected 'https://op.example'"),
        ({"iss": [ISSUER]}, "iss", "missing or not text"),
        ({"aud": "other"}, "aud", "for another audience"),
        ({"aud": ["other"]}, "aud", "for another audience"),
        ({"aud": []}, "aud", "no audience"),
        ({"aud": [CLIENT, "other"]}, "aud", "also for 'other', which is not trusted"),
        ({"aud": [CLIENT, 1]}, "aud", "no audience"),
        ({"azp": "other"}, "azp", "issued to another client"),
        ({"azp": None, "exp": NOW - 60}, "exp", "expired 60 seconds ago"),
        ({"exp": NOW - 300}, "exp", "expired 300 seconds ago"),
        ({"exp": str(NOW + 60)}, "exp", "holds no number"),
        ({"exp": True}, "exp", "holds no number"),
        ({"iat": NOW + 300}, "iat", "issued 300 seconds in the future"),
        ({"nbf": NOW + 300}, "nbf", "not valid for another 300 seconds"),
        ({"nbf": "now"}, "nbf", "holds no number"),
        ({"sub": 7}, "sub", "no 'sub'"),
        ({"sub": ""}, "sub", "no 'sub'"),
        ({"sub": "x" * 256}, "sub", "longer than 255"),
        ({"nonce": None}, "nonce", "has no nonce, but one was sent"),
        ({"nonce": "other"}, "nonce", "not the one that was sent"),
        ({"nonce": [NONCE]}, "nonce", "has no nonce"),
        ({"nonce": "nön"}, "nonce", "not the one that was sent"),
    ],
)
def test_wrong_claim_is_refused(changes, claim, message):
    """InvalidIssuer, InvalidAud, NonceInvalid, expired, future: each is refused with its own message."""
    refused(claim, message, id_claims(**changes))


def test_forgiving_is_bounded():
    """A clock that is off by less than the leeway is forgiven; five minutes are not, unless configured."""
    assert check(id_claims(exp=NOW - 59, iat=NOW + 59)).sub == "jane"
    refused("exp", "expired", id_claims(exp=NOW - 300))
    assert check(id_claims(exp=NOW - 300), rules=validator(leeway=301)).sub == "jane"


def test_one_element_audience_and_trusted_ones():
    """``aud`` may be a list of one; others in it must be trusted, and ``azp`` then names the client."""
    assert check(id_claims(aud=[CLIENT], azp=CLIENT)).sub == "jane"
    rules = validator(trusted_audiences=("api",))
    assert check(id_claims(aud=[CLIENT, "api"], azp=CLIENT), rules=rules).sub == "jane"
    assert check(id_claims(azp="api"), rules=rules).sub == "jane"


def test_unexpected_nonce_is_refused_unless_given_up():
    """A nonce where none is known is refused, unless the caller gives that check up by name."""
    refused("nonce", "none is known here", nonce=None)
    assert check(nonce=None, accept_any_nonce=True).sub == "jane"
    assert check(id_claims(nonce=None), nonce=None).sub == "jane"


def test_login_must_be_as_recent_as_asked():
    """``max_age`` demands ``auth_time``, and a recent one; ``acr_values`` demands one of them."""
    refused("auth_time", "no 'auth_time'", max_age=60)
    refused("auth_time", "logged in 500 seconds ago", id_claims(auth_time=NOW - 500), max_age=60)
    assert check(id_claims(auth_time=NOW - 100), max_age=60).sub == "jane"
    refused("acr", "none of those asked for", acr_values="gold silver")
    refused("acr", "none of those asked for", id_claims(acr="bronze"), acr_values="gold silver")
    assert check(id_claims(acr="gold"), acr_values="gold silver")["acr"] == "gold"


def test_hash_of_the_access_token_is_compared():
    """From the token endpoint ``at_hash`` is compared where present; a whole token answer may be given."""
    good = id_claims(at_hash=half_hash(AT, "RS256"))
    assert check(good, access_token=AT).sub == "jane"
    refused("at_hash", "'at_hash' of the ID token does not belong", good, access_token="other")
    refused("at_hash", "has no 'at_hash'", id_claims(at_hash=7), access_token=AT)
    assert check(access_token=AT).sub == "jane"
    answer = {"access_token": AT, "id_token": sign(good, key())}
    assert carry(validator().validate(answer, nonce=NONCE)).sub == "jane"
    with pytest.raises(InvalidJWTError, match="does not belong"):
        carry(validator().validate(answer | {"access_token": "other"}, nonce=NONCE))
    with pytest.raises(InvalidJWTError, match="has no 'id_token'"):
        carry(validator().validate({"access_token": AT}, nonce=NONCE))
    with pytest.raises(UsageError, match="not a int"):
        carry(validator().validate(7, nonce=NONCE))


def front(claims, **options):
    options = {"nonce": NONCE, "access_token": AT, "code": CODE, "state": STATE} | options
    return carry(validator().validate_front_channel(sign(claims, key()), **options))


def bound(**changes):
    hashes = {name: half_hash(value, "RS256") for name, value in {"at": AT, "c": CODE, "s": STATE}.items()}
    return id_claims(**{f"{name}_hash": value for name, value in hashes.items()} | changes)


def test_front_channel_demands_what_binds_it():
    """MissingAtHash, InvalidAtHash, MissingCHash, InvalidCHash: in the browser each hash must be there and right."""
    assert front(bound()).sub == "jane"
    for name in ("at_hash", "c_hash"):
        for value, message in ((None, f"has no '{name}'"), ("x", "does not belong")):
            with pytest.raises(InvalidJWTError, match=message) as caught:
                front(bound(**{name: value}))
            assert caught.value.claim == name
    with pytest.raises(InvalidJWTError, match="'s_hash' of the ID token does not belong"):
        front(bound(s_hash="x"))
    assert front(bound(s_hash=None)).sub == "jane"
    assert front(id_claims(), access_token=None, code=None, state=None).sub == "jane"
    with pytest.raises(UsageError, match="pass nonce="):
        front(bound(), nonce="")
    with pytest.raises(InvalidJWTError, match="has no nonce"):
        front(bound(nonce=None))


@pytest.mark.parametrize(("alg", "size"), [("RS256", 22), ("ES384", 32), ("PS512", 43), ("EdDSA", 43), ("Ed448", 76)])
def test_hash_follows_the_algorithm(alg, size):
    """The hash is half of the digest that belongs to the signature's algorithm."""
    assert len(half_hash("x", alg)) == size


def test_unsigned_token_needs_a_registration_and_the_back_channel():
    """IdTokenSigAlgNone: refused, unless the client registered none and the token came straight from the server."""
    from oauth_jwt._encoding import b64url

    def unsigned(alg, signature=""):
        import json

        parts = [b64url(json.dumps(part).encode()).decode() for part in ({"alg": alg}, id_claims())]
        return ".".join([*parts, signature])

    for alg in ("none", "None", "NONE"):
        with pytest.raises(InvalidJWTError, match="it is not signed") as caught:
            carry(validator().validate(unsigned(alg), nonce=NONCE))
        assert caught.value.claim == "alg"
    rules = validator("none")
    assert carry(rules.validate(unsigned("none"), nonce=NONCE)).sub == "jane"
    with pytest.raises(InvalidJWTError, match="did not come straight"):
        carry(rules.validate(unsigned("none", "AAAA"), nonce=NONCE))
    with pytest.raises(InvalidJWTError, match="did not come straight"):
        carry(rules.validate_front_channel(unsigned("none"), nonce=NONCE))


@pytest.mark.parametrize("alg", ["RS256", "ES256", "EdDSA", "PS256"])
def test_broken_signature_is_refused(alg):
    """InvalidIdTokenSignature: a changed signature, payload or key is refused."""
    token = sign(id_claims(), key(alg))
    head, body, signature = token.split(".")
    flipped = ("B" if signature[5] != "B" else "C").join([signature[:5], signature[6:]])
    other = sign(id_claims(sub="eve"), key(alg)).split(".")[1]
    for bad in (f"{head}.{body}.{flipped}", f"{head}.{other}.{signature}", f"{head}.{body}."):
        with pytest.raises(InvalidJWTError, match="signature of the ID token does not hold"):
            carry(validator(alg).validate(bad, nonce=NONCE))


def test_only_the_registered_algorithm_counts():
    """A token by another algorithm than the registered one is refused, though its signature holds."""
    with pytest.raises(InvalidJWTError, match="its alg is 'PS256', expected RS256"):
        carry(validator("RS256", keys=key("PS256").public_jwk()).validate(sign(id_claims(), key("PS256")), nonce=NONCE))


def test_refreshed_token_is_about_the_same_login():
    """RefreshTokenInvalidIssuer, …InvalidSub: the token of a refresh keeps iss, sub, auth_time, azp and nonce."""
    first = check(id_claims(auth_time=NOW - 10, azp=CLIENT))

    def renewed(**changes):
        return carry(validator().validate_refreshed(sign(id_claims(**changes), key()), previous=first))

    assert renewed(nonce=None, auth_time=NOW - 10).sub == "jane"
    assert renewed(iat=NOW + 5)["iat"] == NOW + 5
    for changes, claim in (
        ({"sub": "eve"}, "sub"),
        ({"iss": "https://other.example"}, "iss"),
        ({"auth_time": NOW}, "auth_time"),
        ({"nonce": "other"}, "nonce"),
    ):
        with pytest.raises(InvalidJWTError) as caught:
            renewed(**changes)
        assert caught.value.claim == claim


def test_tenant_in_the_issuer_is_checked():
    """An issuer with ``{tenantid}`` must be that of the token's own tenant."""
    rules = IDTokenValidator("https://login.example/{tenantid}/v2", CLIENT, key().public_jwk(), clock=Clock())
    good = id_claims(iss="https://login.example/t-1/v2", tid="t-1")
    assert check(good, rules=rules)["tid"] == "t-1"
    refused("iss", "expected 'https://login.example/t-2/v2'", good | {"tid": "t-2"}, rules=rules)
    refused("iss", "expected", good | {"tid": "x/../../evil"}, rules=rules)
    refused("iss", "expected", {name: value for name, value in good.items() if name != "tid"}, rules=rules)


def test_rules_from_metadata():
    """The rules come from a metadata document: its issuer and its jwks_uri."""
    metadata = {"issuer": ISSUER, "jwks_uri": "https://op.example/jwks"}
    server = KeyServer(key())
    rules = IDTokenValidator.from_metadata(metadata, CLIENT, clock=Clock())
    assert carry(rules.validate(sign(id_claims(), key()), nonce=NONCE), server).sub == "jane"
    assert [request.url for request in server.requests] == ["https://op.example/jwks"]
    with pytest.raises(UsageError, match="no 'issuer'"):
        IDTokenValidator.from_metadata({}, CLIENT)
    with pytest.raises(UsageError, match="pass both"):
        IDTokenValidator("", CLIENT)
    with pytest.raises(UsageError, match="no keys are configured"):
        carry(validator(keys=None).validate(sign(id_claims(), key()), nonce=NONCE))


def test_algorithms_are_named():
    """Algorithms are a tuple of known names; none at all, an unknown one or bare text is refused."""
    with pytest.raises(TypeError, match=r"tuple of names: \('RS256',\)"):
        validator(algorithms="RS256")
    with pytest.raises(UsageError, match="unknown algorithm 'RS1'"):
        validator(algorithms=("RS1",))
    with pytest.raises(UsageError, match="no algorithms are given"):
        validator(algorithms=())


def test_values_pickle_and_show_no_claims():
    """Rules and tokens survive pickling; ``repr`` shows the issuer and names, not values."""
    rules = validator(keys=JWKSCache("https://op.example/jwks"), leeway=5)
    again = copied(rules)
    assert (again.issuer, again.leeway, again.keys.uri) == (ISSUER, 5, "https://op.example/jwks")
    used = validator("HS256", client_secret=SECRET)
    assert SECRET not in repr(used) + repr(used.verifier)
    token = check(id_claims(email="jane@example.com"))
    again = copied(token)
    assert again == token
    assert (again.header, again.token) == (token.header, token.token)
    assert "jane" not in repr(token) + str(token) + repr(token.id_token)
    assert copied(validator("RS256").verifier).algorithms == ("RS256",)


@pytest.mark.parametrize(
    ("alg", "enc", "make"),
    [
        ("RSA-OAEP-256", "A128CBC-HS256", lambda: key("RS256", 7)),
        ("RSA-OAEP", "A256GCM", lambda: key("RS256", 7)),
        ("ECDH-ES", "A256GCM", lambda: key("ES256", 7)),
        ("ECDH-ES+A128KW", "A128GCM", lambda: key("ES384", 7)),
    ],
)
def test_encrypted_token_is_opened_and_verified(alg, enc, make):
    """A signed token inside an encrypted one is opened with the client's key and then judged like any other."""
    from oauth_jwt import Key
    from oauth_jwt._jose import encrypt

    own = make().private_jwk() | {"use": "enc", "alg": alg}
    public = Key.load({name: value for name, value in own.items() if name in {"kty", "n", "e", "crv", "x", "y", "kid"}})
    inner = sign(id_claims(), key())
    token = encrypt(inner.encode(), public, alg=alg, enc=enc, header={"cty": "JWT"})
    rules = validator(decryption_keys=(own,))
    assert carry(rules.validate(token, nonce=NONCE)).sub == "jane"
    with pytest.raises(InvalidJWTError, match="is not encrypted, but decryption_keys"):
        carry(rules.validate(inner, nonce=NONCE))
    with pytest.raises(InvalidJWTError, match="it is encrypted, but no decryption_keys"):
        carry(validator().validate(token, nonce=NONCE))
    broken = token[:-6] + ("AAAAAA" if token[-6:] != "AAAAAA" else "BBBBBB")
    with pytest.raises(InvalidJWTError, match="cannot be decrypted"):
        carry(rules.validate(broken, nonce=NONCE))
    bad_inner = encrypt(sign(id_claims(aud="x"), key()).encode(), public, alg=alg, enc=enc, header={"cty": "JWT"})
    with pytest.raises(InvalidJWTError, match="another audience"):
        carry(rules.validate(bad_inner, nonce=NONCE))


def test_encryption_is_limited():
    """Old key encryption, compression, and keys of another kind or name are refused."""
    import json

    from oauth_jwt._encoding import b64url

    def jwe(**header):
        head = b64url(json.dumps({"alg": "RSA-OAEP-256", "enc": "A256GCM", **header}).encode()).decode()
        return f"{head}.AAAA.AAAA.AAAA.AAAA"

    own = key("RS256", 7)
    rules = validator(decryption_keys=(own,))
    for token, message in (
        (jwe(alg="RSA1_5"), "encrypted with alg='RSA1_5'"),
        (jwe(alg="dir"), "encrypted with alg='dir'"),
        (jwe(enc="A128"), "encrypted with enc='A128'"),
        (jwe(zip="DEF"), "compressed content is not accepted"),
        (jwe(kid="other"), "no decryption key fits"),
        (jwe(alg="ECDH-ES"), "no decryption key fits"),
        (jwe(), "cannot be decrypted"),
    ):
        with pytest.raises(InvalidJWTError, match=message):
            carry(rules.validate(token, nonce=NONCE))


def test_times_may_have_fractions():
    """Times with fractions are numbers; infinite ones are not."""
    assert check(id_claims(exp=NOW + 0.5, iat=NOW - 0.5)).sub == "jane"
    previous = check()
    answer = check(id_claims(at_hash=half_hash(AT, "RS256")), access_token=AT)
    assert carry(validator().validate(answer, nonce=NONCE)) == answer
    assert previous.header["alg"] == "RS256"
