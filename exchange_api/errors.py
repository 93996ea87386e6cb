"""Errors as RFC 9457 problem details. A HubError's sentence may leave the house, the text of anything else never."""

import logging
import traceback
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from catalog.errors import HubError, InvalidInput, NotAuthenticated
from catalog.i18n import preferred
from exchange_api.responses import json_bytes

log = logging.getLogger("shuniu.api")

PROBLEM = "application/problem+json"
OURS = frozenset({"authorization", "catalog", "exchange_api", "lake", "quality"})

SENTENCES: dict[int, tuple[str, str, str]] = {
    404: ("not_found", "没有这个地址。", "There is nothing at this address."),
    405: ("method_not_allowed", "此地址不支持这种请求方法。", "This address does not take that method."),
    413: ("body_too_large", "请求内容过大。", "The request body is too large."),
    421: ("host_unknown", "本系统不在这个主机名下提供服务。", "This hub does not answer under that host name."),
    500: ("internal", "服务内部错误，已记录。", "Something went wrong inside; it was noted."),
}
"""Sentences for what is refused before a route is reached, and for what no route foresaw."""


def install(app: FastAPI) -> None:
    """Answer every kind of error in the hub's form."""
    app.add_exception_handler(HubError, _hub_error)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http_error)


def problem(error: HubError, language: str) -> dict[str, Any]:
    """The problem document of a HubError: type, title, status, code, detail."""
    return {
        "type": f"urn:shuniu:error:{error.code}",
        "title": error.code,
        "status": error.http_status,
        "code": error.code,
        "detail": error.sentence(language),
    }


def respond(request: Request, error: HubError) -> Response:
    """The answer to `request` that failed with `error`, in the caller's language."""
    headers = {"WWW-Authenticate": "Bearer"} if isinstance(error, NotAuthenticated) else {}
    body = problem(error, _language(request))
    if request.url.path.startswith("/delta-sharing/"):
        body |= {"errorCode": error.code.upper(), "message": body["detail"]}  # the protocol's own two members
    return Response(json_bytes(body), error.http_status, headers, PROBLEM)


async def _hub_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HubError)
    return respond(request, error)


async def _invalid(request: Request, error: Exception) -> Response:
    """A call that does not fit the route. What was sent is not repeated: only the names of declared parameters are."""
    assert isinstance(error, RequestValidationError)
    names = sorted(
        {str(part["loc"][1]) for part in error.errors() if part["loc"][0] == "query" and len(part["loc"]) > 1}
    )
    named_zh = f"（{'、'.join(names)}）" if names else ""
    named_en = f" ({', '.join(names)})" if names else ""
    return respond(
        request,
        InvalidInput(
            f"请求参数不正确{named_zh}。请对照接口说明。",
            f"A parameter or the body is not as it should be{named_en}. Compare the API description.",
            code="invalid_request",
        ),
    )


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return plain(request, error.status_code, dict(error.headers or {}))


def plain(request: Request, status: int, headers: dict[str, str] | None = None) -> Response:
    """The problem document of a bare `status`, with a sentence of ours and nothing of what was sent."""
    code, zh, en = SENTENCES.get(status, ("refused", "请求未被接受。", "The request was not accepted."))
    body = {
        "type": f"urn:shuniu:error:{code}",
        "title": code,
        "status": status,
        "code": code,
        "detail": zh if _language(request) == "zh" else en,
    }
    return Response(json_bytes(body), status, headers, PROBLEM)


def note(error: Exception) -> None:
    """Log an error nobody foresaw: its class and the place. Its text might hold a value and is never written."""
    log.error("unexpected %s at %s", type(error).__name__, _place(error))


def _place(error: Exception) -> str:
    """Where it was raised and, when that is in a library, the last place of ours before: `module:line function`."""
    frames = [
        (frame.f_globals.get("__name__", "?"), frame, line) for frame, line in traceback.walk_tb(error.__traceback__)
    ]
    ours = [found for found in frames if found[0].partition(".")[0] in OURS]
    shown = dict.fromkeys(f"{name}:{line} {frame.f_code.co_name}" for name, frame, line in (*ours[-1:], *frames[-1:]))
    return ", ".join(shown) or "an unknown place"


def _language(request: Request) -> str:
    return preferred(request.headers.get("accept-language"), default="zh")
