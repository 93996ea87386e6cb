"""Signing in and out, the choice of language, and the browser files. Everything here is open to everybody."""

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from authorization.actions import accounts
from catalog.database import open_session
from catalog.errors import NotFound
from exchange_api.portal import rendering, sessions, texts, visits
from exchange_api.portal.doorkeeper import Doorkeeper, address_of
from exchange_api.portal.problems import PageRoute
from exchange_api.portal.words import N_

router = APIRouter(route_class=PageRoute, include_in_schema=False)

PUBLIC = ("/login", "/logout", "/language/{language}", "/static/{name}")
"""Addresses open to everybody; every other page needs a permission."""
WRONG = N_("Account or password is wrong, or there were five failures from here; then wait for 15 minutes.")
ENDED = N_("Your session has ended; what you wrote was not saved. Sign in, and the page opens again.")
Text = Annotated[str, Form(max_length=200)]


@router.get("/login", response_class=HTMLResponse)
def sign_in_form(
    request: Request,
    back: Annotated[str, Query(max_length=300)] = "/",
    lost: Annotated[str, Query(max_length=1)] = "",
) -> Response:
    """The form; somebody already signed in is sent on. `lost`: a form was being sent when the session ended."""
    visit = visits.of(request)
    if visit.person is not None:
        return _go(own_address(back))
    return _form(visit, login="", back=back, problem=ENDED if lost else "")


@router.post("/login", response_class=HTMLResponse)
def sign_in(request: Request, csrf: Text = "", login: Text = "", password: Text = "", back: Text = "/") -> Response:
    """Check login and password; a new session on success, the form with a sentence otherwise."""
    visit = visits.of(request)
    now = visit.hub.clock()
    if not sessions.form_is_ours(visit.settings, request.cookies.get(sessions.FORM_COOKIE, ""), csrf):
        stale = N_("This form was open for too long. Please try again.")
        return _form(visit, login=login, back=back, problem=stale, status=400)
    doorkeeper: Doorkeeper = request.app.state.doorkeeper
    name = login.strip()
    if not doorkeeper.admits(login=name, password=password, address=address_of(request, visit.settings), now=now):
        return _form(visit, login=login, back=back, problem=WRONG, status=403)
    with open_session(visit.settings) as session:
        begun = accounts.sign_in(session, login=name, lasts=sessions.LASTS, by=name, now=now)
    response = _go(own_address(back))
    sessions.begin(response, visit.settings, login=name, name=begun, now=now)
    return response


@router.post("/logout")
def sign_out(request: Request, csrf: Text = "") -> Response:
    """End the session of this browser: a copy of its cookie is worth nothing afterwards."""
    visit = visits.of(request)
    if visit.person is not None:
        visit.check_form(csrf)
        with open_session(visit.settings) as session:
            by = visit.person.login
            accounts.sign_out(session, session_id=visit.session_name, by=by, now=visit.hub.clock())
    response = _go("/login")
    sessions.end(response)
    return response


@router.get("/language/{language}")
def choose_language(language: str, back: Annotated[str, Query(max_length=300)] = "/") -> Response:
    """Remember the language and go back to the page."""
    if language not in texts.HTML_LANG:
        raise NotFound("门户只有中文和英文。", "The portal speaks Chinese and English.", code="language_unknown")
    response = _go(own_address(back))
    response.set_cookie(rendering.LANGUAGE_COOKIE, language, max_age=31_536_000, httponly=True, samesite="lax")
    return response


@router.get("/static/{name}")
def static_file(name: str) -> Response:
    """A browser file. Its address changes with its content, so it may be kept for ever."""
    found = rendering.static_files().get(name)
    if found is None:
        raise NotFound("没有这个文件。", "There is no such file.", code="static_unknown")
    body, media_type = found
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}
    return Response(body, media_type=media_type, headers=headers)


def own_address(back: str) -> str:
    """`back` if it is a path of this portal, else '/': nobody is sent to another site from here."""
    outside = not back.startswith("/") or back.startswith(("//", "/\\")) or any(ord(sign) < 33 for sign in back)
    return "/" if outside else back


def _form(visit: visits.Visit, *, login: str, back: str, problem: str, status: int = 200) -> Response:
    sentence = rendering.translate(problem, visit.language) if problem else ""
    fresh = Response()
    name = sessions.form_name(visit.request, fresh, visit.settings, now=visit.hub.clock())
    token = sessions.form_token(visit.settings, name)
    page = visit.page(
        "login.html", status=status, login=login, back=own_address(back), problem=sentence, csrf=token, here="/login"
    )
    page.raw_headers.extend(header for header in fresh.raw_headers if header[0] == b"set-cookie")
    return page


def _go(address: str) -> RedirectResponse:
    return RedirectResponse(address, status_code=303, headers=rendering.HEADERS)
