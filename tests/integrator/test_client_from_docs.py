"""docs/integrator.md is enough: its client, which knows nothing of ours, works on a sandbox; its example is true."""

import ast
import base64
import hashlib
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID

from tests.integrator.client import Client, b64, sha256

PAGE = (Path(__file__).parents[2] / "docs" / "integrator.md").read_text(encoding="utf-8")
CLIENT = Path(__file__).with_name("client.py")
REASON = ("immediate-risk", "Choc anaphylactique, inconscient")
MAIN = "from dmp_tui.cli import main; main()"


class Sandbox:
    """What ``sandbox.json`` says, served at ``url``."""

    def __init__(self, directory: Path, url: str) -> None:
        self.directory = directory
        self.url = url
        self.clients: list[Client] = []
        self.described = json.loads((directory / "sandbox.json").read_text(encoding="utf-8"))

    def one(self, kind: str, **wanted: Any) -> dict[str, Any]:
        found: list[dict[str, Any]] = self.described[kind]
        return next(one for one in found if all(one.get(name) == value for name, value in wanted.items()))

    def client(self, **wanted: Any) -> Client:
        who = self.one("professionals", **wanted)
        read = {name: (self.directory / who[name]).read_bytes() for name in ("certificate", "private_key")}
        return self.client_of(read["certificate"], read["private_key"])

    def client_of(self, certificates: bytes, private_key: bytes) -> Client:
        authority = str(self.directory / self.described["ca_certificate"])
        self.clients.append(Client(self.url, authority, certificates, private_key))
        return self.clients[-1]

    def patient(self, **wanted: Any) -> tuple[str, dict[str, str]]:
        """``(token of the exchange, parameters of a search)``."""
        who = self.one("patients", **wanted)
        return f"{who['oid']}|{who['ins']}", {"identifier": f"urn:oid:{who['oid']}|{who['ins']}"}


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    directory = tmp_path_factory.mktemp("integrator") / "sandbox"
    subprocess.run([sys.executable, "-c", MAIN, "sandbox", str(directory)], check=True, capture_output=True)
    command = [sys.executable, "-c", MAIN, "serve", "--data", str(directory / "server"), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        assert server.stdout
        url = re.search(r"https://\S+", server.stdout.readline())
        assert url, "the server did not start"
        running = Sandbox(directory, url[0])
        yield running
        for client in running.clients:
            client.http.close()
        server.terminate()


def test_the_client_is_the_pages_and_stands_alone() -> None:
    text = CLIENT.read_text(encoding="utf-8")
    assert f"```python\n{text}```" in PAGE
    imported = [n for n in ast.walk(ast.parse(text)) if isinstance(n, ast.Import | ast.ImportFrom)]
    names = {(n.module or "") if isinstance(n, ast.ImportFrom) else n.names[0].name for n in imported}
    assert {name.partition(".")[0] for name in names} <= sys.stdlib_module_names | {"httpx", "cryptography"}


def test_a_doctor_reads_a_sheet_and_its_documents(sandbox: Sandbox) -> None:
    client, (_, params) = sandbox.client(key="simon"), sandbox.patient(key="leroy")
    token = client.login()
    found = client.send("GET", "/fhir/Patient", token, params=params).json()
    assert (found["resourceType"], found["total"]) == ("Bundle", 1)
    sheet = client.send("GET", "/fhir/Patient/$summary", token, params=params)
    assert sheet.status_code == 200
    assert sheet.json()["type"] == "document"
    patient = {"patient.identifier": params["identifier"]}
    listed = client.send("GET", "/fhir/DocumentReference", token, params=patient).json()
    attachment = listed["entry"][0]["resource"]["content"][0]["attachment"]
    content = client.send("GET", attachment["url"].removeprefix(sandbox.url), token).content
    assert len(content) == attachment["size"]
    assert client.send("POST", "/auth/logout", token).status_code == 204
    assert client.send("GET", "/fhir/Patient", token, params=params).status_code == 401


def test_a_nurse_breaks_the_glass(sandbox: Sandbox) -> None:
    client, (patient, params) = sandbox.client(key="lefevre"), sandbox.patient(key="rossi")
    token = client.login()
    refused = client.send("GET", "/fhir/Patient/$summary", token, params=params)
    assert refused.status_code == 403
    assert refused.json()["issue"][0]["details"]["coding"][0]["code"] == "not-authorised"
    elevated = client.break_glass(token, patient, *REASON)
    assert client.send("GET", "/fhir/Patient/$summary", elevated, params=params).status_code == 200
    other = sandbox.patient(key="kowalski")[1]
    assert client.send("GET", "/fhir/Patient/$summary", elevated, params=other).status_code == 403


@pytest.mark.parametrize(
    ("professional", "patient", "reason", "answered"),
    [
        ("simon", "lambert", REASON[1], (403, "opposed")),
        ("mercier", "rossi", REASON[1], (403, "role")),
        ("simon", "rossi", " " * 20, (400, "reason")),
        ("simon", "costa", REASON[1], (400, "no-record")),
    ],
)
def test_a_glass_that_does_not_break(
    sandbox: Sandbox, professional: str, patient: str, reason: str, answered: tuple[int, str]
) -> None:
    client = sandbox.client(key=professional)
    with pytest.raises(httpx.HTTPStatusError) as raised:
        client.break_glass(client.login(), sandbox.patient(key=patient)[0], REASON[0], reason)
    answer = raised.value.response
    assert (answer.status_code, answer.json()["rule"]) == answered


def test_everybody_in_the_sandbox_logs_in(sandbox: Sandbox) -> None:
    for who in sandbox.described["professionals"]:
        acting = {"on_behalf_of": "Mme Zoe ESSAI"} if who["role"] == "facility_certificate" else {}
        assert sandbox.client(key=who["key"]).login(**acting)


def test_cards_that_are_refused(sandbox: Sandbox) -> None:
    authority = sandbox.directory / "authority"
    expected = {
        "expired": "certificate-expired",
        "not-yet-valid": "certificate-not-yet-valid",
        "revoked": "certificate-revoked",
        "foreign": "unknown-authority",
        "simon-signature": "certificate-usage",
    }
    for name, rule in expected.items():
        pems = ((authority / f"{name}.{suffix}").read_bytes() for suffix in ("pem", "key"))
        with pytest.raises(httpx.HTTPStatusError) as raised:
            sandbox.client_of(*pems).login()
        assert raised.value.response.json()["rule"] == rule


# --- the worked example -----------------------------------------------------------------------------------------------

_FENCED = re.findall(r"```text ([a-z-]+)\n(.*?)\n```", PAGE, re.DOTALL)
BLOCKS = {name: text.replace("\n", "") for name, text in _FENCED}


def decoded(segment: str) -> bytes:
    return base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4))


def test_the_examples_assertion_verifies() -> None:
    card = x509.load_der_x509_certificate(base64.b64decode(BLOCKS["card-certificate"]))
    header, claims = json.loads(BLOCKS["header"]), json.loads(BLOCKS["claims"])
    assert header == {"typ": "dmp-login+jwt", "alg": "RS256", "x5c": [BLOCKS["card-certificate"]]}
    national_id = card.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value
    assert claims["iss"] == claims["sub"] == national_id == "899700000995"
    assert 0 < claims["exp"] - claims["iat"] <= 60
    assert claims["tls_cert#S256"] == sha256(base64.b64decode(BLOCKS["server-certificate"]))
    signed = f"{b64(BLOCKS['header'].encode())}.{b64(BLOCKS['claims'].encode())}"
    assert BLOCKS["signing-input"] == signed
    digest = hashlib.sha256(signed.encode()).digest()
    assert bytes.fromhex(BLOCKS["digest"]) == digest
    assert bytes.fromhex(BLOCKS["digest-info"]) == bytes.fromhex("3031300d060960864801650304020105000420") + digest
    key = card.public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    key.verify(decoded(BLOCKS["signature"]), signed.encode(), padding.PKCS1v15(), SHA256())
    assert key.recover_data_from_signature(decoded(BLOCKS["signature"]), padding.PKCS1v15(), None) == bytes.fromhex(
        BLOCKS["digest-info"]
    )


@pytest.mark.parametrize(("proof", "claims"), [("proof", "proof-claims"), ("resource-proof", "resource-proof-claims")])
def test_the_examples_proofs_verify(proof: str, claims: str) -> None:
    jwk = json.loads(BLOCKS["jwk"])
    assert BLOCKS["jkt"] == sha256(BLOCKS["jwk"].encode()) == json.loads(BLOCKS["claims"])["cnf"]["jkt"]
    header, payload, signature = BLOCKS[proof].split(".")
    assert decoded(header).decode() == BLOCKS["proof-header"]
    assert json.loads(decoded(header)) == {"typ": "dpop+jwt", "alg": "ES256", "jwk": jwk}
    assert decoded(payload).decode() == BLOCKS[claims]
    x, y = (int.from_bytes(decoded(jwk[name]), "big") for name in "xy")
    key = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
    raw = decoded(signature)
    assert len(raw) == 64
    der = utils.encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    key.verify(der, f"{header}.{payload}".encode(), ec.ECDSA(SHA256()))


def test_the_examples_ath_is_the_tokens() -> None:
    assert json.loads(BLOCKS["resource-proof-claims"])["ath"] == sha256(BLOCKS["token"].encode())


def test_every_rule_is_in_the_page() -> None:
    from dmp_tui.server.refusals import Rule, refusal

    for rule in Rule:
        error = refusal(rule)
        assert f"| `{rule.value}` | {error.status} | `{error.error}` | {error.description_en} |" in PAGE
