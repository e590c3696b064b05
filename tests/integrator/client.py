"""A client of the record server, written from docs/integrator.md with httpx and cryptography, and nothing else."""

import base64
import hashlib
import json
import ssl
import time
import uuid
from typing import Any

import httpx
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

GRANT = "urn:ietf:params:oauth:grant-type:"


def b64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def sha256(content: bytes) -> str:
    return b64(hashlib.sha256(content).digest())


def segment(value: dict[str, Any]) -> str:
    return b64(json.dumps(value).encode())


class Client:
    def __init__(self, url: str, ca: str, certificates: bytes, private_key: bytes) -> None:
        self.url, self.http = url, httpx.Client(verify=ssl.create_default_context(cafile=ca))
        self.chain = x509.load_pem_x509_certificates(certificates)
        card = load_pem_private_key(private_key, None)
        assert isinstance(card, rsa.RSAPrivateKey)
        self.card, self.key, self.nonce = card, ec.generate_private_key(ec.SECP256R1()), ""
        point = self.key.public_key().public_numbers()
        x, y = (b64(number.to_bytes(32, "big")) for number in (point.x, point.y))
        self.jwk = {"crv": "P-256", "kty": "EC", "x": x, "y": y}

    def send(self, method: str, path: str, token: str = "", **more: Any) -> httpx.Response:
        claims = {"jti": str(uuid.uuid4()), "htm": method, "htu": self.url + path, "iat": int(time.time())}
        claims |= {"nonce": self.nonce} | ({"ath": sha256(token.encode())} if token else {})
        signed = segment({"typ": "dpop+jwt", "alg": "ES256", "jwk": self.jwk}) + "." + segment(claims)
        r, s = utils.decode_dss_signature(self.key.sign(signed.encode(), ec.ECDSA(SHA256())))
        headers = {"DPoP": signed + "." + b64(r.to_bytes(32, "big") + s.to_bytes(32, "big"))}
        headers |= {"Authorization": f"DPoP {token}"} if token else {}
        answer = self.http.request(method, self.url + path, **more | {"headers": headers | more.get("headers", {})})
        stale, self.nonce = self.nonce, answer.headers["DPoP-Nonce"]
        asked = answer.status_code in {400, 401} and "use_dpop_nonce" in answer.text + str(answer.headers)
        return self.send(method, path, token, **more) if asked and stale != self.nonce else answer

    def login(self, **more: str) -> str:
        start = self.http.post(self.url + "/auth/nonce")
        leaf = start.extensions["network_stream"].get_extra_info("ssl_object").getpeercert(True)
        who = str(self.chain[0].subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)[0].value)
        ders = [base64.b64encode(c.public_bytes(Encoding.DER)).decode() for c in self.chain]
        jkt = sha256(json.dumps(self.jwk, separators=(",", ":"), sort_keys=True).encode())
        now = int(time.time())
        claims = {"iss": who, "sub": who, "aud": self.url + "/auth/token", "nonce": start.json()["nonce"], "iat": now}
        claims |= {"exp": now + 60, "jti": str(uuid.uuid4()), "cnf": {"jkt": jkt}, "tls_cert#S256": sha256(leaf)} | more
        signed = segment({"typ": "dmp-login+jwt", "alg": "RS256", "x5c": ders}) + "." + segment(claims)
        assertion = signed + "." + b64(self.card.sign(signed.encode(), padding.PKCS1v15(), SHA256()))
        return self.token({"grant_type": GRANT + "jwt-bearer", "assertion": assertion})

    def break_glass(self, token: str, patient: str, code: str, reason: str) -> str:
        form = {"grant_type": GRANT + "token-exchange", "subject_token": token, "purpose_of_use": "BTG"}
        form |= {"subject_token_type": "urn:ietf:params:oauth:token-type:access_token", "patient": patient}
        return self.token(form | {"reason_code": code, "reason": reason})

    def token(self, form: dict[str, str]) -> str:
        answer = self.send("POST", "/auth/token", data=form)
        answer.raise_for_status()
        return str(answer.json()["access_token"])
