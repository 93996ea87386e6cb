"""The portal's cookies: who is signed in, and that a form was drawn by us. Signed, never trusted for rights.

A cookie only names an account and its session; whether that session stands, and what the account may do, is asked of
authorization at every request.
"""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

import jwt
from fastapi import Request, Response

from catalog.secrets import key_file
from catalog.settings import Settings

SESSION_COOKIE = "shuniu_session"
FORM_COOKIE = "shuniu_form"
LASTS = timedelta(hours=8)  # one working day


@dataclass(frozen=True)
class Session:
    """A signed-in browser: the account's login and the name of this session, by which the registry knows it."""

    login: str
    name: str


def begin(response: Response, settings: Settings, *, login: str, name: str, now: datetime) -> None:
    """Let the browser that gets `response` name session `name` of `login`, new with every sign-in (no fixation)."""
    claims = {"sub": login, "sid": name, "iat": now, "exp": now + LASTS}
    _set(response, settings, SESSION_COOKIE, jwt.encode(claims, _key(settings), algorithm="HS256"))
    response.delete_cookie(FORM_COOKIE)


def end(response: Response) -> None:
    """Take the cookie from the browser that gets `response`."""
    response.delete_cookie(SESSION_COOKIE)


def current(request: Request, settings: Settings, *, now: datetime) -> Session | None:
    """The session of this browser; None where there is none, it has run out, or its signature is not ours."""
    token = request.cookies.get(SESSION_COOKIE)
    if not token:
        return None
    required = ["sub", "sid", "iat", "exp"]
    options = {"require": required, "verify_exp": False, "verify_iat": False}  # against `now`, below
    try:
        claims = jwt.decode(token, _key(settings), algorithms=["HS256"], options=options)  # type: ignore[arg-type]
    except jwt.InvalidTokenError:
        return None
    if not claims["iat"] - 60 <= now.timestamp() < claims["exp"]:
        return None
    return Session(str(claims["sub"]), str(claims["sid"]))


def form_name(request: Request, response: Response, settings: Settings, *, now: datetime) -> str:
    """What a form's token is bound to: the session, or before sign-in a random cookie set on `response`."""
    session = current(request, settings, now=now)
    if session is not None:
        return session.name
    name = request.cookies.get(FORM_COOKIE, "")
    if not name:
        name = secrets.token_urlsafe(18)
        _set(response, settings, FORM_COOKIE, name)
    return name


def form_token(settings: Settings, name: str) -> str:
    """The token a form carries for session or form cookie `name`."""
    return hmac.new(_key(settings), f"form:{name}".encode(), sha256).hexdigest()


def form_is_ours(settings: Settings, name: str, token: str) -> bool:
    """True when `token` was made by us for `name`; compared in constant time."""
    return bool(name) and hmac.compare_digest(form_token(settings, name).encode(), token.encode())


def _set(response: Response, settings: Settings, name: str, value: str) -> None:
    secure = settings.public_url.startswith("https://")
    lasts = int(LASTS.total_seconds())
    response.set_cookie(name, value, max_age=lasts, httponly=True, samesite="lax", secure=secure, path="/")


def _key(settings: Settings) -> bytes:
    return key_file(settings.keys_dir / "portal.key", bytes_wanted=32)
