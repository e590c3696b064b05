"""The parts of the login by themselves: nonces, limits, time, strict reading, and bytes of anyone."""

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from hypothesis import example, given
from hypothesis import strategies as st

from dmp_tui.server.assertion import read_assertion
from dmp_tui.server.certificates import check_chain, read_chain
from dmp_tui.server.directory import profession_code
from dmp_tui.server.dpop import Proofs, normal_url
from dmp_tui.server.identity import ServerIdentity
from dmp_tui.server.jose import MalformedError, decode, encode, read_object, split
from dmp_tui.server.limits import FailureLimit
from dmp_tui.server.nonces import LoginNonces, OnceOnly, ProofNonces
from dmp_tui.server.refusals import AuthError, Rule, refusal
from dmp_tui.server.revocation import RevocationPolicy, Revocations
from dmp_tui.server.steady import SteadyClock
from dmp_tui.store import Authority
from tests.server.login.pki import START
from tests.server.login.wire import ProofKey, segment
from tests.server.login.world import Authorities

NOW = START + timedelta(days=10)


class Time:
    """Seconds that a test sets."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


# --- time -------------------------------------------------------------------------------------------------------------


@given(st.lists(st.tuples(st.floats(-1e6, 1e6), st.floats(0, 100))))
def test_steady_time_goes_with_the_ticks_at_least_and_never_back(steps: list[tuple[float, float]]) -> None:
    wall, ticks = datetime(2026, 1, 1, tzinfo=UTC), 0.0
    moments = [wall]
    ticked = [ticks]
    steady = SteadyClock(lambda: moments[-1], lambda: ticked[-1])
    before = steady()
    for jump, tick in steps:
        moments.append(moments[-1] + timedelta(seconds=jump))
        ticked.append(ticked[-1] + tick)
        after = steady()
        assert after - before >= tick - 1e-6
        assert after - before >= min(jump, max(jump, tick)) - 1 - 1e-3
        before = after


def test_a_sleeping_machine_counts() -> None:
    moments = [datetime(2026, 1, 1, tzinfo=UTC)]
    steady = SteadyClock(lambda: moments[-1], lambda: 0.0)
    moments.append(moments[0] + timedelta(hours=3))
    assert steady() == 3 * 3600


# --- nonces -----------------------------------------------------------------------------------------------------------


def test_a_login_nonce_serves_once_within_its_minute() -> None:
    time = Time()
    nonces = LoginNonces(time)
    nonce, late, foreign = nonces.make(), nonces.make(), LoginNonces(time).make()
    assert nonces.use(nonce)
    assert not nonces.use(nonce)
    assert not nonces.use(foreign)
    time.now += 60
    assert not nonces.use(late)


@given(st.text(), st.integers(0, 39))
def test_no_other_text_is_a_login_nonce(text: str, at: int) -> None:
    nonces = LoginNonces(Time())
    assert not nonces.use(text)
    made = bytearray(decode(nonces.make()))
    made[at] ^= 1
    assert not nonces.use(encode(bytes(made)))


def test_what_is_used_once_is_forgotten_after_its_time() -> None:
    time = Time()
    once = OnceOnly(time, 60)
    assert once.use(b"a")
    assert not once.use(b"a")
    time.now += 61
    assert once.use(b"b")
    assert list(once._seen) == [b"b"]


def test_proof_nonces_change_and_overlap() -> None:
    time = Time()
    nonces = ProofNonces(time, every=30, lifetime=120)
    first = nonces.current()
    assert nonces.current() == first
    time.now += 30
    second = nonces.current()
    assert second != first
    assert nonces.fresh(first)
    assert nonces.use(first, b"a")
    assert not nonces.use(first, b"a")
    time.now += 90
    assert not nonces.fresh(first)
    assert nonces.fresh(second)
    nonces.current()
    assert first not in nonces._issued


def test_failures_are_forgotten_by_time_and_by_number() -> None:
    time = Time()
    limit = FailureLimit(time, 2, 60, names=2)
    limit.failed("a")
    assert limit.wait("a") == 0
    time.now += 10
    limit.failed("a")
    assert 50 <= limit.wait("a") <= 51
    time.now += 51
    assert limit.wait("a") == 0
    for name in "bcd":
        limit.failed(name)
    assert list(limit._failures) == ["c", "d"]


# --- strict reading ---------------------------------------------------------------------------------------------------


@given(st.binary())
def test_base64url_comes_back(content: bytes) -> None:
    assert decode(encode(content)) == content


@pytest.mark.parametrize("text", ["A", "AA==", "A+/A", "AA A", "AA\n", "é", "AAAAA"])
def test_what_is_no_base64url(text: str) -> None:
    with pytest.raises(MalformedError):
        decode(text)


@pytest.mark.parametrize(
    "text", ['{"a":1,"a":2}', '{"a":{"b":1,"b":1}}', '{"a":NaN}', '{"a":Infinity}', "[]", "1", "", "{", '{"a":' * 5000]
)
def test_what_is_no_object(text: str) -> None:
    with pytest.raises(MalformedError):
        read_object(text.encode())


@given(st.text())
@example("..")
@example("a.b")
def test_three_segments_or_nothing(text: str) -> None:
    parts = text.split(".")
    if len(parts) == 3 and all(parts):
        assert list(split(text, 10_000)) == parts
    else:
        with pytest.raises(MalformedError):
            split(text, 10_000)


@given(st.text(alphabet="AZaz09-_.", max_size=300) | st.text())
def test_any_text_is_an_assertion_or_refused(text: str) -> None:
    with pytest.raises(AuthError) as raised:
        read_assertion(text)
    assert raised.value.rule in {Rule.ASSERTION, Rule.CERTIFICATE, Rule.SIGNATURE}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(JSON, JSON, JSON)
def test_a_header_of_any_json_is_refused(typ: Any, alg: Any, x5c: Any) -> None:
    with pytest.raises(AuthError):
        read_assertion(f"{segment({'typ': typ, 'alg': alg, 'x5c': x5c})}.e30.AAAA")
    with pytest.raises(AuthError):
        read_assertion(f"{segment({'typ': 'dmp-login+jwt', 'alg': 'RS256', 'x5c': x5c})}.e30.AAAA")


@given(JSON, st.binary(max_size=64))
def test_a_proof_of_any_json_is_refused(jwk: Any, signature: bytes) -> None:
    proofs = Proofs(ProofNonces(Time()))
    header = {"typ": "dpop+jwt", "alg": "ES256", "jwk": jwk}
    with pytest.raises(AuthError) as raised:
        proofs.check([f"{segment(header)}.e30.{encode(signature) or 'AA'}"], "GET", "https://localhost/")
    assert raised.value.rule is Rule.PROOF


@given(claims=st.dictionaries(st.sampled_from(["jti", "htm", "htu", "iat", "nonce", "ath"]), JSON))
def test_claims_of_any_json_are_refused(claims: dict[str, Any]) -> None:
    def change(made: dict[str, Any]) -> None:
        made.clear()
        made.update(claims)

    proofs = Proofs(ProofNonces(Time()))
    proof = ProofKey().proof("GET", "https://localhost/", "x", "token", change)
    with pytest.raises(AuthError):
        proofs.check([proof], "GET", "https://localhost/", "token")


# --- certificates -----------------------------------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore:Parsed a serial number")
@given(st.integers(0, 2000), st.integers(1, 255))
def test_a_card_with_one_byte_changed_is_refused(authorities: Authorities, at: int, change: int) -> None:
    card = CARDS.setdefault(id(authorities), authorities.card())
    der = bytearray(card.certificate)
    der[at % len(der)] ^= change
    with pytest.raises(AuthError):
        check_chain(
            read_chain([bytes(der), *card.intermediates]),
            [Authority(authorities.root.der, True)],
            Revocations(),
            NOW,
            RevocationPolicy(required=False),
            demonstration_allowed=True,
        )


CARDS: dict[int, Any] = {}


@pytest.mark.filterwarnings("ignore:Parsed a serial number")
@given(st.integers(0, 2000), st.integers(1, 255))
def test_a_list_with_one_byte_changed_says_nothing_false(authorities: Authorities, at: int, change: int) -> None:
    card = CARDS.setdefault(id(authorities), authorities.card())
    der = bytearray(authorities.issuer.crl(card.serial + 1))
    der[at % len(der)] ^= change
    revocations = Revocations()
    revocations.load([bytes(der)])
    leaf, issuer = read_chain([card.certificate, authorities.issuer.der])
    assert revocations.check(leaf, issuer, NOW, RevocationPolicy(required=False))


@given(st.binary(max_size=400))
def test_a_revocation_list_of_any_bytes_says_nothing(der: bytes) -> None:
    revocations = Revocations()
    revocations.load([der])
    assert not [entry for entry in revocations._lists.values() if entry]


def point(**says: bool) -> x509.IssuingDistributionPoint:
    fields = {
        "only_contains_user_certs": False,
        "only_contains_ca_certs": False,
        "indirect_crl": False,
        "only_contains_attribute_certs": False,
    }
    name = x509.UniformResourceIdentifier("http://crl.example/")
    return x509.IssuingDistributionPoint(
        full_name=[name], relative_name=None, only_some_reasons=None, **(fields | says)
    )


@pytest.mark.parametrize(
    ("only", "served"),
    [
        (None, True),
        (point(), True),
        (point(only_contains_user_certs=True), True),
        (point(only_contains_ca_certs=True), False),
        (point(indirect_crl=True), False),
        (point(only_contains_attribute_certs=True), False),
        (x509.DeltaCRLIndicator(1), False),
    ],
)
def test_which_lists_speak_of_cards(authorities: Authorities, only: x509.ExtensionType | None, served: bool) -> None:
    card = authorities.card()
    leaf, issuer = read_chain([card.certificate, authorities.issuer.der])
    revocations = Revocations()
    revocations.load([authorities.issuer.crl(card.serial, only=only)])
    with pytest.raises(AuthError) as raised:
        revocations.check(leaf, issuer, NOW, RevocationPolicy(required=True))
    assert raised.value.rule is (Rule.CERTIFICATE_REVOKED if served else Rule.CRL_MISSING)


def test_a_list_of_the_future_says_nothing_yet(authorities: Authorities) -> None:
    card = authorities.card()
    leaf, issuer = read_chain([card.certificate, authorities.issuer.der])
    revocations = Revocations()
    revocations.load([authorities.issuer.crl(card.serial, start=NOW + timedelta(hours=1))])
    with pytest.raises(AuthError) as raised:
        revocations.check(leaf, issuer, NOW, RevocationPolicy(required=True))
    assert raised.value.rule is Rule.CRL_MISSING


def test_lists_are_read_once(authorities: Authorities) -> None:
    revocations, crl = Revocations(), authorities.issuer.crl(1, 2, 3)
    revocations.load([crl])
    first = next(iter(revocations._lists.values()))
    revocations.load([crl, authorities.root.crl()])
    assert next(iter(revocations._lists.values())) is first
    revocations.load([])
    assert not revocations._lists


# --- words ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "code"),
    [("Médecin", "10"), ("MEDECIN", "10"), ("10", "10"), ("Sage-Femme", "50"), ("Roi", ""), ("", ""), ("1", "")],
)
def test_a_title_and_its_code(title: str, code: str) -> None:
    assert profession_code(title) == code


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://a.example/x", "HTTPS://A.example:443/x", True),
        ("https://a.example/x?y#z", "https://a.example/x", True),
        ("https://a.example", "https://a.example/", True),
        ("https://a.example/%7euser", "https://a.example/~user", True),
        ("https://a.example/%2fx", "https://a.example/%2Fx", True),
        ("https://a.example/%2Fx", "https://a.example//x", False),
        ("https://a.example/X", "https://a.example/x", False),
        ("http://a.example/x", "https://a.example/x", False),
        ("https://a.example:8443/x", "https://a.example/x", False),
        ("https://me@a.example/x", "https://a.example/x", False),
        ("https://a.example:x/x", "https://a.example/x", False),
        ("", "https://a.example/", False),
    ],
)
def test_when_two_targets_are_one(one: str, other: str, same: bool) -> None:
    assert (normal_url(one) == normal_url(other)) is same


@pytest.mark.parametrize("url", ["http://a.example", "https://a.example/", "https://", "a.example", "https://a?b"])
def test_a_base_url_that_is_none(url: str) -> None:
    with pytest.raises(ValueError, match="base URL"):
        ServerIdentity(b"", url)


def test_every_rule_has_its_answer() -> None:
    for rule in Rule:
        error = refusal(rule)
        assert 400 <= error.status < 600
        assert error.sentence("fr") != error.sentence("en-US")
        assert ("WWW-Authenticate" in error.headers) is (error.status == 401)


def test_x5c_is_base64_and_not_base64url(authorities: Authorities) -> None:
    der = authorities.card().certificate
    urlsafe = base64.urlsafe_b64encode(der).decode()
    if "-" not in urlsafe and "_" not in urlsafe:
        urlsafe = "-" + urlsafe[1:]
    header = {"typ": "dmp-login+jwt", "alg": "RS256", "x5c": [urlsafe]}
    with pytest.raises(AuthError) as raised:
        read_assertion(f"{segment(header)}.e30.AAAA")
    assert raised.value.rule is Rule.ASSERTION
