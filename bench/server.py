"""The record server under load: whole summaries by INS, over TLS, with login, proofs, rights and trail, all of it on.

A store of ``DMP_TUI_BENCH_PATIENTS`` patients (2,000), each with a realistic sheet, is served by ``dmp-tui serve``.
A process apart loads it: its proofs are signed before the clock starts (they hold for about two minutes), so that the
figures are the server's. It takes a processor for itself: with two, the server has the other one.
"""

import asyncio
import base64
import hashlib
import json
import os
import secrets
import signal
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

from bench.figures import Figure, percentile
from bench.terminal import rss_mb

PATIENTS = int(os.environ.get("DMP_TUI_BENCH_PATIENTS", "2000"))
SECONDS = float(os.environ.get("DMP_TUI_BENCH_SECONDS", "10"))
DOCTOR, MODEL = "simon", "leroy"
"""Who asks; and whose sheet everybody gets: eighteen documents, some twenty lines."""
_GROUP = 250
_SUMMARY = "/fhir/Patient/$summary"
_PROGRAM = str(Path(sys.executable).parent / "dmp-tui")


# --- a store ----------------------------------------------------------------------------------------------------------


def _fill(directory: Path) -> list[str]:
    """A sandbox with ``PATIENTS`` more patients, each authorising the doctor and two others; their INS, as tokens."""
    from dmp_tui.demo.sandbox import write_sandbox
    from dmp_tui.dmp.consents import Consent, ConsentKind, Record
    from dmp_tui.dmp.identity import Ins, nir_key
    from dmp_tui.server.layout import load_files
    from dmp_tui.server.medicines import shipped
    from dmp_tui.server.sheets import pack, plain, sheet_of, unpack
    from dmp_tui.store import Transaction

    now = datetime.now(UTC)
    write_sandbox(directory, 0, now)
    described = json.loads((directory / "sandbox.json").read_text("utf-8"))
    model_ins = next(Ins(p["ins"], p["oid"]) for p in described["patients"] if p["key"] == MODEL)
    doctors = [p for p in described["professionals"] if p["role"] == "doctor"][:3]
    store = load_files(directory / "server").open_store(lambda: now)
    try:
        model = store.patient_by_ins(model_ins)
        assert model is not None
        by = shipped().weighing(now.date())
        stored = unpack(store.summary(model.id, masked=False) or b"", by)
        assert stored is not None
        sheet = plain(stored)

        def put(transaction: Transaction, record: Record) -> None:
            transaction.put_patient(record)
            own = sheet.replace(model.id.encode(), record.id.encode())
            own = own.replace(model_ins.matricule.encode(), record.ins.matricule.encode())
            transaction.put_summary(record.id, pack(sheet_of(own, edition=stored.edition, stale=stored.stale)), b"")
            for number, doctor in enumerate(doctors):
                id_ = f"{record.id}-{number}"
                permit = Consent(
                    id_,
                    record.id,
                    ConsentKind.PERMIT,
                    doctor["id"],
                    doctor["name"],
                    now - timedelta(days=30),
                    now + timedelta(days=300),
                    doctor["id"],
                    doctor["name"],
                )
                transaction.put_consent(permit)

        def put_group(transaction: Transaction, group: Sequence[Record]) -> None:
            for record in group:
                put(transaction, record)

        made = []
        for number in range(PATIENTS):
            nir = f"{1 + number % 2}{40 + number % 50:02d}{1 + number % 12:02d}99{number:06d}"
            ins = Ins(nir + nir_key(nir), model_ins.oid)
            made.append(replace(model, id=secrets.token_hex(16), ins=ins, version=1))
        for start in range(0, PATIENTS, _GROUP):
            group = made[start : start + _GROUP]
            store.write_now(lambda transaction, group=group: put_group(transaction, group))  # type: ignore[misc] # bound now
    finally:
        store.close()
    return [f"{record.ins.system}|{record.ins.matricule}" for record in made]


# --- the server -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Served:
    """A running server."""

    url: str
    pid: int
    started: float
    """Seconds from its command to its first answer over TLS."""


@contextmanager
def _serving(directory: Path) -> Iterator[Served]:
    begin = time.monotonic()
    process = subprocess.Popen(
        [_PROGRAM, "serve", "--data", str(directory / "server"), "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        url = process.stdout.readline().split()[-1]
        asyncio.run(_request(url, _trusting(directory), b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"))
        yield Served(url, process.pid, time.monotonic() - begin)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def _trusting(directory: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=directory / "server" / "tls" / "authority.pem")


# --- a client ---------------------------------------------------------------------------------------------------------


def _b64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _segment(value: dict[str, Any]) -> str:
    return _b64(json.dumps(value, separators=(",", ":")).encode())


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer: its status, the newest proof nonce, its body."""

    status: int
    nonce: str
    body: bytes


async def _request(url: str, trusting: ssl.SSLContext, request: bytes) -> Answer:
    host, _, port = url.removeprefix("https://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port), ssl=trusting)
    try:
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        fields = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:-2])
        nonce = next(line[12:] for line in head.split("\r\n") if line.lower().startswith("dpop-nonce: "))
        body = await reader.readexactly(int(fields["content-length"]))
        return Answer(int(head.split()[1]), nonce, body)
    finally:
        writer.close()


class Prover:
    """A proof key and what it signs."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        numbers = self._key.public_key().public_numbers()
        x, y = (_b64(n.to_bytes(32, "big")) for n in (numbers.x, numbers.y))
        self.jwk = {"crv": "P-256", "kty": "EC", "x": x, "y": y}
        self._header = _segment({"typ": "dpop+jwt", "alg": "ES256", "jwk": self.jwk})

    @property
    def thumbprint(self) -> str:
        """RFC 7638."""
        return _b64(hashlib.sha256(json.dumps(self.jwk, separators=(",", ":"), sort_keys=True).encode()).digest())

    def proof(self, method: str, url: str, nonce: str, token: str = "") -> str:
        """RFC 9449."""
        claims: dict[str, Any] = {"jti": secrets.token_hex(12), "htm": method, "htu": url, "iat": 0, "nonce": nonce}
        if token:
            claims["ath"] = _b64(hashlib.sha256(token.encode()).digest())
        signed = f"{self._header}.{_segment(claims)}"
        r, s = decode_dss_signature(self._key.sign(signed.encode(), ec.ECDSA(SHA256())))
        return f"{signed}.{_b64(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


async def _log_in(url: str, directory: Path, prover: Prover) -> tuple[str, str]:
    """``(access token, proof nonce)`` of the doctor."""
    described = json.loads((directory / "sandbox.json").read_text("utf-8"))
    doctor = next(p for p in described["professionals"] if p["key"] == DOCTOR)
    chain = x509.load_pem_x509_certificates((directory / doctor["certificate"]).read_bytes())
    card = load_pem_private_key((directory / doctor["private_key"]).read_bytes(), None)
    assert isinstance(card, rsa.RSAPrivateKey)
    leaf = x509.load_pem_x509_certificate((directory / described["server_certificate"]).read_bytes())
    trusting = _trusting(directory)
    start = await _request(url, trusting, b"POST /auth/nonce HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n")
    now = int(time.time())
    claims = {
        "iss": doctor["id"],
        "sub": doctor["id"],
        "aud": f"{url}/auth/token",
        "nonce": json.loads(start.body)["nonce"],
        "iat": now,
        "exp": now + 60,
        "jti": secrets.token_hex(12),
        "cnf": {"jkt": prover.thumbprint},
        "tls_cert#S256": _b64(hashlib.sha256(leaf.public_bytes(Encoding.DER)).digest()),
    }
    ders = [base64.b64encode(c.public_bytes(Encoding.DER)).decode() for c in chain]
    signed = f"{_segment({'typ': 'dmp-login+jwt', 'alg': 'RS256', 'x5c': ders})}.{_segment(claims)}"
    assertion = f"{signed}.{_b64(card.sign(signed.encode(), padding.PKCS1v15(), SHA256()))}"
    form = f"grant_type=urn:ietf:params:oauth:grant-type:jwt-bearer&assertion={assertion}".encode()
    head = (
        f"POST /auth/token HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        f"DPoP: {prover.proof('POST', url + '/auth/token', start.nonce)}\r\nContent-Length: {len(form)}\r\n\r\n"
    )
    answer = await _request(url, trusting, head.encode() + form)
    assert answer.status == 200, answer.body
    return json.loads(answer.body)["access_token"], answer.nonce


class _Connection(asyncio.Protocol):
    """One connection that asks, waits for the whole answer, and asks again."""

    def __init__(self, requests: Iterator[bytes], until: float, done: asyncio.Future[None]) -> None:
        self._requests, self._until, self._done = requests, until, done
        self._left, self._head, self._sent = 0, b"", 0.0
        self._transport: asyncio.Transport | None = None
        self.times: list[float] = []
        self.failed = 0
        self.size = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is none by inheritance
        self._next()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._done.done():
            self._done.set_result(None)

    def data_received(self, data: bytes) -> None:
        if self._left == 0:
            self._head += data
            head, found, rest = self._head.partition(b"\r\n\r\n")
            if not found:
                return
            self._head = b""
            length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
            self.failed += not head.startswith(b"HTTP/1.1 200")
            self.size = self._left = int(length)
            data = rest
        self._left -= len(data)
        if self._left == 0:
            self.times.append(time.perf_counter() - self._sent)
            self._next()

    def _next(self) -> None:
        assert self._transport is not None
        request = next(self._requests, b"")
        self._sent = time.perf_counter()
        if not request or self._sent >= self._until:
            self._transport.close()
            return
        self._transport.write(request)


async def _load(url: str, directory: Path, connections: int, seconds: float, encoding: str) -> dict[str, float]:
    """Loads the server; what it answered."""
    tokens = (directory.parent / "tokens").read_text().split()
    prover = Prover()
    token, nonce = await _log_in(url, directory, prover)
    begin = time.perf_counter()
    count = int(seconds * 6000)
    spread = [tokens[(number * 7919) % len(tokens)] for number in range(count)]  # no two neighbours alike
    requests = [
        f"GET {_SUMMARY}?identifier={patient} HTTP/1.1\r\nHost: localhost\r\nAuthorization: DPoP {token}\r\n"
        f"Accept-Encoding: {encoding}\r\n"
        f"DPoP: {prover.proof('GET', url + _SUMMARY, nonce, token)}\r\n\r\n".encode()
        for patient in spread
    ]
    signing = (time.perf_counter() - begin) / count
    host, _, port = url.removeprefix("https://").partition(":")
    loop, trusting, waiting = asyncio.get_running_loop(), _trusting(directory), iter(requests)
    begin = time.perf_counter()
    done = [loop.create_future() for _ in range(connections)]
    made = [
        (
            await loop.create_connection(
                lambda end=end: _Connection(waiting, begin + seconds, end),  # type: ignore[misc] # bound now
                host,
                int(port),
                ssl=trusting,
            )
        )[1]
        for end in done
    ]
    await asyncio.gather(*done)
    elapsed = time.perf_counter() - begin
    times = [t for connection in made for t in connection.times]
    return {
        "count": len(times),
        "rate": len(times) / elapsed,
        "p50": percentile(times, 0.5) * 1000,
        "p99": percentile(times, 0.99) * 1000,
        "failed": sum(c.failed for c in made),
        "kB": made[0].size / 1000,
        "signing_us": signing * 1e6,
    }


def _loaded(served: Served, directory: Path, connections: int, encoding: str = "gzip") -> dict[str, float]:
    """``_load`` in a process of its own; ``cpu_us`` is what a summary cost the server's processes."""
    arguments = [served.url, str(directory), str(connections), str(SECONDS), encoding]
    before = _cpu_seconds(served.pid)
    found = subprocess.run(
        [sys.executable, "-m", "bench.server", *arguments], check=True, stdout=subprocess.PIPE, text=True
    )
    answered: dict[str, float] = json.loads(found.stdout)
    assert not answered["failed"], answered
    return answered | {"cpu_us": (_cpu_seconds(served.pid) - before) / answered["count"] * 1e6}


def _cpu_seconds(pid: int) -> float:
    """Processor time of a process, its system calls included."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def server() -> list[Figure]:
    """Summaries a second, their times, memory and start of the server."""
    with tempfile.TemporaryDirectory(prefix="dmp-tui-bench-") as scratch:
        directory = Path(scratch) / "sandbox"
        (Path(scratch) / "tokens").write_text("\n".join(_fill(directory)))
        with _serving(directory) as served:
            empty = rss_mb(served.pid)
            _loaded(served, directory, 4)  # warms caches on both sides
            one, sixteen = (_loaded(served, directory, n) for n in (1, 16))
            plainly = _loaded(served, directory, 16, "identity")
            memory = rss_mb(served.pid)
    note = (
        f"{one['kB']:.0f} kB each, {PATIENTS} patients, TLS; a proof costs the client {one['signing_us']:.0f} us more"
    )
    uncompressed = f"at least; {plainly['kB']:.0f} kB each"
    return [
        Figure("summaries, 1 connection", one["rate"], 1500, "/s", f"at least; {note}"),
        Figure("summaries, 1 connection, p50", one["p50"], 10, "ms"),
        Figure("summaries, 1 connection, p99", one["p99"], 10, "ms"),
        Figure("summaries, 1 connection, processor time", one["cpu_us"], 1e6 / 1500, "us"),
        Figure("summaries, 16 connections", sixteen["rate"], 3000, "/s", "at least"),
        Figure("summaries, 16 connections, p50", sixteen["p50"], 10, "ms"),
        Figure("summaries, 16 connections, p99", sixteen["p99"], 10, "ms"),
        Figure("summaries, 16 connections, processor time", sixteen["cpu_us"], 1e6 / 3000, "us"),
        Figure("16 connections, not compressed", plainly["rate"], 3000, "/s", uncompressed),
        Figure("16 connections, not compressed, processor time", plainly["cpu_us"], 1e6 / 3000, "us"),
        Figure("server start, to the first answer", served.started * 1000, 1000, "ms"),
        Figure("server memory after the load", memory, 100, "MB", f"{empty:.0f} MB before it"),
    ]


if __name__ == "__main__":
    import uvloop

    _url, _directory, _connections, _seconds, _encoding = sys.argv[1:]
    _answered = uvloop.run(_load(_url, Path(_directory), int(_connections), float(_seconds), _encoding))
    print(json.dumps(_answered))
