"""How the hub proves to a REST service who it is, besides OAuth 2.0: a key in a header, or a signed request.

What is signed: method, path, query (sorted by name), time in seconds, nonce and SHA-256 of the body, one per line.
"""

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import httpx

from catalog.errors import ConfigurationError
from catalog.systems import SystemSpec

DIGESTS = {"hmac-sha256": "sha256", "hmac-sha512": "sha512"}


@dataclass
class Signed(httpx.Auth):
    """Signs every request anew, the second attempt too. Header names are system options, with these defaults."""

    spec: SystemSpec
    clock: Callable[[], float] = time.time
    nonce: Callable[[], str] = field(default=lambda: secrets.token_hex(16))

    def auth_flow(self, request: httpx.Request) -> Iterator[httpx.Request]:  # type: ignore[override]
        """Add key, time, nonce and signature."""
        moment, nonce = str(int(self.clock())), self.nonce()
        options, secret = self.spec.options, self.spec.secret
        digest = DIGESTS[str(options.get("signing", "hmac-sha256"))]
        text = to_sign(request.method, request.url, moment, nonce, request.content)
        signature = hmac.new(secret.get("secret_key", "").encode(), text.encode(), digest).hexdigest()
        request.headers[str(options.get("key_header", "X-Access-Key"))] = secret.get("access_key", "")
        request.headers[str(options.get("time_header", "X-Timestamp"))] = moment
        request.headers[str(options.get("nonce_header", "X-Nonce"))] = nonce
        request.headers[str(options.get("signature_header", "X-Signature"))] = signature
        yield request


def to_sign(method: str, url: httpx.URL, moment: str, nonce: str, body: bytes) -> str:
    """The text under the signature."""
    query = "&".join(f"{name}={value}" for name, value in sorted(url.params.multi_items()))
    return "\n".join((method, url.path, query, moment, nonce, hashlib.sha256(body).hexdigest()))


def proof(spec: SystemSpec) -> httpx.Auth | None:
    """Signatures when system option `signing` asks for them; raises ConfigurationError for one that is not known."""
    given = spec.options.get("signing")
    if given is None or given in DIGESTS:
        return Signed(spec) if given else None
    raise ConfigurationError(
        f"系统 {spec.code} 的签名方式未知。请在系统选项 signing 中填写 {'、'.join(DIGESTS)} 之一。",
        f"The way of signing of system {spec.code} is not known. Give option signing as one of {', '.join(DIGESTS)}.",
        code="signing_unknown",
        system=spec.code,
    )


def headers(spec: SystemSpec) -> dict[str, str]:
    """The key of the service in its header (option api_key_header, X-API-Key), when the secret has an `api_key`."""
    key = spec.secret.get("api_key")
    return {str(spec.options.get("api_key_header", "X-API-Key")): key} if key else {}
