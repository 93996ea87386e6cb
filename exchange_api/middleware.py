"""What every request passes, as plain ASGI: security headers, body limit, counting. Nothing here copies a body.

Starlette's BaseHTTPMiddleware would: it halves the speed of file answers.
"""

from collections.abc import Mapping
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

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


class Guard:
    """Adds the security headers, keeps answers out of shared caches, limits bodies, counts answers by route."""

    def __init__(self, app: ASGIApp, hub: Hub) -> None:
        self.app = app
        self.hub = hub

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One ASGI call; websockets and lifespan pass untouched."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        await self.app(scope, _limited(scope, receive), self._counted(scope, send))

    def _counted(self, scope: Scope, send: Send) -> Send:
        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("cache-control", "no-store")
                route = scope.get("route")
                # The route's pattern, never the path itself: that might hold what somebody searched for.
                path = getattr(route, "path", "unmatched")
                self.hub.requests[(scope["method"], path, message["status"])] += 1
            await send(message)

        return guarded


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
