"""Who this server is: the name it answers to and the certificate it serves."""

import hashlib
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from urllib.parse import urlsplit


@dataclass(frozen=True)
class ServerIdentity:
    """The server as logins name it.

    ``certificate_der`` is the leaf certificate that TLS serves; ``base_url`` is ``https://host[:port]`` as clients
    write it, without a trailing slash: every ``aud`` and ``htu`` is checked against it and never against the ``Host``
    header, which a client or a proxy chooses.

    Raises:
        ValueError: a base URL that is not ``https://host[:port]``.
    """

    certificate_der: bytes
    base_url: str
    certificate_hash: str = field(init=False)
    """base64url SHA-256 of the leaf: the claim ``tls_cert#S256``."""
    token_url: str = field(init=False)
    """The audience of login assertions."""

    def __post_init__(self) -> None:
        parts = urlsplit(self.base_url)
        if parts.scheme != "https" or not parts.hostname or parts.path or parts.query or parts.fragment:
            raise ValueError("a base URL is https://host[:port]")
        digest = hashlib.sha256(self.certificate_der).digest()
        object.__setattr__(self, "certificate_hash", urlsafe_b64encode(digest).rstrip(b"=").decode())
        object.__setattr__(self, "token_url", f"{self.base_url}/auth/token")
