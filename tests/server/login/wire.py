"""The wire, byte by byte, for tests that must send what no good client sends. It knows nothing of ``dmp_tui``."""

import base64
import hashlib
import json
import ssl
import time
import uuid
from collections.abc import Callable
from typing import Any, Protocol

import httpx
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"

Change = Callable[[dict[str, Any]], None]


class Signer(Protocol):
    @property
    def certificate(self) -> bytes: ...
    @property
    def intermediates(self) -> tuple[bytes, ...]: ...
    def sign(self, message: bytes) -> bytes: ...


def b64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def segment(value: object) -> str:
    return b64(json.dumps(value, separators=(",", ":")).encode())


class ProofKey:
    """A DPoP key."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        numbers = self.key.public_key().public_numbers()
        self.jwk = {
            "crv": "P-256",
            "kty": "EC",
            "x": b64(numbers.x.to_bytes(32, "big")),
            "y": b64(numbers.y.to_bytes(32, "big")),
        }

    @property
    def jkt(self) -> str:
        return b64(hashlib.sha256(json.dumps(self.jwk, separators=(",", ":"), sort_keys=True).encode()).digest())

    def proof(
        self, method: str, url: str, nonce: str, token: str = "", change: Change | None = None, **header: Any
    ) -> str:
        claims: dict[str, Any] = {
            "jti": str(uuid.uuid4()),
            "htm": method,
            "htu": url,
            "iat": int(time.time()),
            "nonce": nonce,
        }
        if token:
            claims["ath"] = b64(hashlib.sha256(token.encode()).digest())
        if change:
            change(claims)
        signed = f"{segment({'typ': 'dpop+jwt', 'alg': 'ES256', 'jwk': self.jwk} | header)}.{segment(claims)}"
        r, s = decode_dss_signature(self.key.sign(signed.encode(), ec.ECDSA(SHA256())))
        return f"{signed}.{b64(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


class Wire:
    """One client of a server, with one DPoP key."""

    def __init__(self, base_url: str, authority: str, leaf: bytes) -> None:
        self.http = httpx.AsyncClient(verify=ssl.create_default_context(cafile=authority))
        self.base_url = base_url
        self.leaf = leaf
        self.key = ProofKey()
        self.proof_nonce = ""

    @property
    def token_url(self) -> str:
        return f"{self.base_url}/auth/token"

    async def nonce(self) -> str:
        answer = await self.http.post(f"{self.base_url}/auth/nonce")
        self.proof_nonce = answer.headers["DPoP-Nonce"]
        return str(answer.json()["nonce"])

    def assertion(self, card: Signer, nonce: str, change: Change | None = None, header: Change | None = None) -> str:
        from cryptography import x509
        from cryptography.x509.oid import NameOID

        leaf = x509.load_der_x509_certificate(card.certificate)
        cn = leaf.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value
        now = int(time.time())
        claims = {
            "iss": cn,
            "sub": cn,
            "aud": self.token_url,
            "nonce": nonce,
            "iat": now,
            "exp": now + 60,
            "jti": str(uuid.uuid4()),
            "cnf": {"jkt": self.key.jkt},
            "tls_cert#S256": b64(hashlib.sha256(self.leaf).digest()),
        }
        if change:
            change(claims)
        fields: dict[str, Any] = {
            "typ": "dmp-login+jwt",
            "alg": "RS256",
            "x5c": [base64.b64encode(der).decode() for der in (card.certificate, *card.intermediates)],
        }
        if header:
            header(fields)
        signed = f"{segment(fields)}.{segment(claims)}"
        return f"{signed}.{b64(card.sign(signed.encode()))}"

    async def post_token(self, form: dict[str, str], proof: str | None = None) -> httpx.Response:
        proof = proof or self.key.proof("POST", self.token_url, self.proof_nonce)
        answer = await self.http.post(self.token_url, data=form, headers={"DPoP": proof})
        self.proof_nonce = answer.headers["DPoP-Nonce"]
        return answer

    async def login(self, card: Signer, change: Change | None = None, header: Change | None = None) -> httpx.Response:
        assertion = self.assertion(card, await self.nonce(), change, header)
        return await self.post_token({"grant_type": JWT_BEARER, "assertion": assertion})

    async def token(self, card: Signer, **claims: str) -> str:
        answer = await self.login(card, lambda made: made.update(claims))
        assert answer.status_code == 200, answer.text
        return str(answer.json()["access_token"])

    async def exchange(self, token: str, **fields: str) -> httpx.Response:
        form = {"grant_type": TOKEN_EXCHANGE, "subject_token": token, "subject_token_type": ACCESS_TOKEN} | fields
        return await self.post_token(form)

    async def call(
        self, token: str, path: str = "/probe", method: str = "GET", proof: str | None = None
    ) -> httpx.Response:
        url = self.base_url + path
        proof = proof or self.key.proof(method, url.partition("?")[0], self.proof_nonce, token)
        answer = await self.http.request(method, url, headers={"Authorization": f"DPoP {token}", "DPoP": proof})
        self.proof_nonce = answer.headers["DPoP-Nonce"]
        return answer
