"""What every request passes, as plain ASGI: host, security headers, body limit, counting, errors nobody foresaw.

Nothing here copies a body. Starlette's BaseHTTPMiddleware would: it halves the speed of file answers.
"""

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from catalog.settings import Settings
from exchange_api import errors
from exchange_api.hub import Hub

MOST_BODY: Final = 1024 * 1024
CONTENT_POLICY: Final = (
    "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self';"
    " img-src 'self' data:"
)
HEADERS: Final[Mapping[str, str]] = {
    "content-security-policy": CONTENT_POLICY,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
METHODS: Final = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})
HOST: Final = re.compile(r"^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?$")
PROBES: Final = frozenset({"/healthz", "/readyz", "/metrics"})
"""Asked by machines under whatever name they know a node by; their answers name no host."""


class Unforeseen(Exception):
    """An answer broke off after it had begun. It has no text: what was in the way has been noted already."""


class Guard:
    """Answers under our names only, adds the security headers, limits bodies, counts answers, keeps errors' text in.

    It stands inside Starlette's own net for errors, which would hand them on to the server, text and all, to print.
    """

    def __init__(self, app: ASGIApp, hub: Hub) -> None:
        self.app = app
        self.hub = hub
        self.hosts = hosts_of(hub.settings)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One ASGI call; websockets and lifespan pass untouched. Raises Unforeseen when a begun answer breaks off."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        sending = _Sending(self.hub, scope, send)
        if scope["path"] not in PROBES and host_of(Request(scope).headers.get("host", "")) not in self.hosts:
            await errors.plain(Request(scope), 421)(scope, receive, sending)
        elif await self._fails(scope, receive, sending):
            if sending.begun:
                raise Unforeseen
            await errors.plain(Request(scope), 500)(scope, receive, sending)

    async def _fails(self, scope: Scope, receive: Receive, send: Send) -> bool:
        try:
            await self.app(scope, _limited(scope, receive), send)
        except Exception as error:  # whatever it is, only its class and place may reach the log
            errors.note(error)
            return True
        return False


class _Sending:
    """The way out of one answer: headers, and the count by method, route and status."""

    def __init__(self, hub: Hub, scope: Scope, send: Send) -> None:
        self.hub = hub
        self.scope = scope
        self.send = send
        self.begun = False

    async def __call__(self, message: Message) -> None:
        """Send one message of the answer."""
        if message["type"] == "http.response.start":
            self.begun = True
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
            headers.setdefault("cache-control", "no-store")
            self.hub.requests[(*self._called(), message["status"])] += 1
        await self.send(message)

    def _called(self) -> tuple[str, str]:
        # The route's pattern, never the path itself: that might hold what somebody searched for.
        # Methods are the caller's words too: all but the known ones count as one, or the counter would never end.
        method = self.scope["method"] if self.scope["method"] in METHODS else "OTHER"
        return method, getattr(self.scope.get("route"), "path", "unmatched")


def hosts_of(settings: Settings) -> frozenset[str]:
    """The host names, lower case and without port, under which this hub answers: public, own, and this machine's."""
    public = urlsplit(settings.public_url).hostname or ""
    return frozenset({public, settings.api_host.lower(), "localhost", "127.0.0.1", "::1"} - {""})


def host_of(header: str) -> str:
    """The host name in a Host header (RFC 9112, 3.2), lower case and without port; '' when it has not the form."""
    found = HOST.match(header.lower())
    return found[1].strip("[]") if found else ""


def _limited(scope: Scope, receive: Receive) -> Receive:
    seen = 0

    async def limited() -> Message:
        nonlocal seen
        message = await receive()
        if message["type"] == "http.request":
            seen += len(message.get("body", b""))
            if seen > MOST_BODY:
                raise HTTPException(413)
        return message

    return limited
