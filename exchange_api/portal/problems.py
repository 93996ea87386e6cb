"""Errors as pages: a person who asked for a page gets a sentence in their language, never a JSON document."""

import re
from collections.abc import Callable, Coroutine
from typing import Any
from urllib.parse import quote

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from fastapi.routing import APIRoute

from catalog.errors import HubError, InvalidInput, NotAuthenticated
from catalog.i18n import text
from exchange_api.portal import rendering, visits
from exchange_api.portal.words import N_

_SENTENCES = re.compile(r"(?<=。)|(?<=\.)\s")
Answer = Callable[[Request], Coroutine[Any, Any, Response]]

HEADINGS = {
    403: N_("Not for this account"),
    404: N_("Not there"),
    422: N_("The address is not right"),
    429: N_("Not just now"),
    503: N_("Not just now"),
}


COMMAND = "shuniu "
"""How a sentence for the terminal names a command."""
INSTEAD = {
    "review_unknown": (
        "没有这一对记录，或已不在队列中。请从“人工核对”的列表中选择。",
        "There is no such pair, or it left the queue. Choose one of the list of the page Review.",
    ),
    "agency_unknown": (
        "没有这个部门。请从页面上的列表中选择部门。",
        "There is no such department. Choose one of the lists.",
    ),
}
"""What a page says for an error whose sentence sends one to the terminal, by code."""
ASK = (
    "请从页面上的菜单和链接重新进入；仍不行时请联系大数据局的数据管理员。",
    "Come in again by the menu and the links of the pages; if it stays so, ask the data steward of the data bureau.",
)


def sentence(error: HubError, language: str) -> str:
    """What a page says of an error: its sentence, without what can be done at the terminal alone.

    Who reads a page has the pages, and no terminal of the server.
    """
    told = error.sentence(language)
    if COMMAND not in told:
        return told
    if instead := INSTEAD.get(error.code):
        return text(*instead, language)
    kept = [part for part in _SENTENCES.split(told) if part.strip() and COMMAND not in part]
    return f"{' '.join(part.strip() for part in kept)} {text(*ASK, language)}".strip()


class PageRoute(APIRoute):
    """A route whose HubErrors become pages; who is not signed in is sent to sign in and back."""

    def get_route_handler(self) -> Answer:
        """Wrap FastAPI's own handler."""
        answer = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            try:
                return await answer(request)
            except NotAuthenticated:
                return to_sign_in(request)
            except RequestValidationError:
                return problem_page(request, _address_wrong() if request.method == "GET" else _form_wrong())
            except HubError as error:
                return problem_page(request, error)

        return guarded


def to_sign_in(request: Request) -> Response:
    """Send the browser to sign in and back to its page; who was sending a form is told that it was not taken."""
    back = quote(visits.page_of(request), safe="/")
    lost = "" if request.method == "GET" else "&lost=1"
    return RedirectResponse(f"/login?back={back}{lost}", status_code=303, headers=rendering.HEADERS)


def problem_page(request: Request, error: HubError) -> Response:
    """The error's sentence as a page with its status."""
    visit = visits.of(request)
    sending = request.method != "GET"
    heading = N_("Not sent") if sending else HEADINGS.get(error.http_status, N_("That did not work"))
    return visit.page(
        "problem.html",
        status=error.http_status,
        heading=rendering.translate(heading, visit.language),
        sentence=sentence(error, visit.language),
        page=visits.page_of(request) if sending else "",
    )


def _address_wrong() -> InvalidInput:
    return InvalidInput(
        "网址中的参数不正确。请从页面上的链接或查询表单进入。",
        "Something in the address is not right. Use the links and forms of the pages.",
        code="address_invalid",
    )


def _form_wrong() -> InvalidInput:
    return InvalidInput(
        "表单不完整或内容过长。请回到页面，选择操作后重新提交。",
        "The form is incomplete or holds too much. Go back to the page, choose what to do and send it again.",
        code="form_invalid",
    )
