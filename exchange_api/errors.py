"""Errors as RFC 9457 problem details. A HubError's sentence may leave the house, the text of anything else never."""

import logging
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

SENTENCES: dict[int, tuple[str, str, str]] = {
    404: ("not_found", "没有这个地址。", "There is nothing at this address."),
    405: ("method_not_allowed", "此地址不支持这种请求方法。", "This address does not take that method."),
    413: ("body_too_large", "请求内容过大。", "The request body is too large."),
}
"""Sentences for what the framework refuses before a route is reached."""


def install(app: FastAPI) -> None:
    """Answer every kind of error in the hub's form."""
    app.add_exception_handler(HubError, _hub_error)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(Exception, _unexpected)


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
    code, zh, en = SENTENCES.get(error.status_code, ("refused", "请求未被接受。", "The request was not accepted."))
    detail = zh if _language(request) == "zh" else en
    body = {
        "type": f"urn:shuniu:error:{code}",
        "title": code,
        "status": error.status_code,
        "code": code,
        "detail": detail,
    }
    return Response(json_bytes(body), error.status_code, dict(error.headers or {}), PROBLEM)


async def _unexpected(request: Request, error: Exception) -> Response:
    # The class name helps whoever looks into it; the text might hold a value and stays out of log and answer.
    log.error("unexpected %s at %s", type(error).__name__, request.scope.get("route") and request.scope["route"].path)
    detail = "服务内部错误，已记录。" if _language(request) == "zh" else "Something went wrong inside; it was noted."
    body = {
        "type": "urn:shuniu:error:internal",
        "title": "internal",
        "status": 500,
        "code": "internal",
        "detail": detail,
    }
    return Response(json_bytes(body), 500, media_type=PROBLEM)


def _language(request: Request) -> str:
    return preferred(request.headers.get("accept-language"), default="zh")
