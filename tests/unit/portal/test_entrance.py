"""Signing in and out: what is accepted, what is refused, and that nobody is sent elsewhere."""

from collections.abc import Callable
from datetime import UTC, datetime

import jwt
import pytest
from fastapi import Response

from authorization.actions import accounts
from catalog.database import open_session
from catalog.settings import Settings
from exchange_api.portal import sessions
from exchange_api.portal.entrance import own_address
from tests.factories.client import TestClient
from tests.factories.small_registry import PASSWORD
from tests.unit.portal.conftest import form_token

PAGES = ("/", "/datasets", "/datasets/police_person", "/bases", "/runs", "/quality", "/usage")


@pytest.mark.parametrize("path", PAGES)
def test_a_page_sends_a_stranger_to_sign_in_and_back(browser: TestClient, path: str) -> None:
    answer = browser.get(path, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/login?back={path}")


def test_signing_in_leads_back_to_the_page_asked_for(browser: TestClient) -> None:
    form = {"csrf": form_token(browser), "login": "steward", "password": PASSWORD, "back": "/quality"}
    answer = browser.post("/login", data=form, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/quality")
    assert browser.get("/quality").status_code == 200


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(browser: TestClient) -> None:
    form = {"csrf": form_token(browser), "login": "steward", "password": PASSWORD}
    cookies = browser.post("/login", data=form, follow_redirects=False).headers.get_list("set-cookie")
    session = next(cookie for cookie in cookies if cookie.startswith(sessions.SESSION_COOKIE))
    assert "HttpOnly" in session
    assert "SameSite=lax" in session


def test_a_wrong_password_and_an_unknown_login_are_answered_alike(browser: TestClient) -> None:
    def refused(login: str) -> str:
        form = {"csrf": form_token(browser), "login": login, "password": "wrong", "back": "/"}
        answer = browser.post("/login", data=form)
        assert answer.status_code == 403
        return answer.text.replace(login, "")

    assert refused("steward") == refused("nobody")


def test_a_form_that_is_not_ours_signs_nobody_in(browser: TestClient) -> None:
    form_token(browser)
    form = {"csrf": "0" * 64, "login": "steward", "password": PASSWORD}
    assert browser.post("/login", data=form).status_code == 400
    assert browser.get("/", follow_redirects=False).status_code == 303


def test_signing_out_needs_the_pages_own_button(signed_in: Callable[[str], TestClient]) -> None:
    browser = signed_in("steward")
    assert browser.post("/logout").status_code == 403
    assert browser.get("/").status_code == 200
    assert browser.post("/logout", data={"csrf": form_token(browser, "/")}).url.path == "/login"
    assert browser.get("/", follow_redirects=False).status_code == 303


def test_a_copy_of_the_cookie_is_worth_nothing_after_signing_out(signed_in: Callable[[str], TestClient]) -> None:
    browser = signed_in("steward")
    copy = browser.cookies[sessions.SESSION_COOKIE]
    browser.post("/logout", data={"csrf": form_token(browser, "/")})
    browser.app.state.hub.access._looked_at = -1e9  # as if the half second had passed
    browser.cookies.set(sessions.SESSION_COOKIE, copy)
    assert browser.get("/", follow_redirects=False).status_code == 303


def test_a_cookie_we_signed_for_a_session_that_never_began_is_no_session(city: Settings, browser: TestClient) -> None:
    answer = Response()
    sessions.begin(answer, city, login="steward", name="0" * 12, now=datetime.now(UTC))
    cookie = answer.headers["set-cookie"].partition("=")[2].partition(";")[0]
    browser.cookies.set(sessions.SESSION_COOKIE, cookie)
    assert browser.get("/", follow_redirects=False).status_code == 303


def test_a_session_signed_with_another_key_is_no_session(browser: TestClient) -> None:
    claims = {"sub": "steward", "sid": "x", "iat": 0, "exp": 10**11}
    browser.cookies.set(sessions.SESSION_COOKIE, jwt.encode(claims, b"k" * 32, algorithm="HS256"))
    assert browser.get("/", follow_redirects=False).status_code == 303


def test_a_shut_account_is_out_although_its_cookie_still_holds(
    city: Settings, signed_in: Callable[[str], TestClient]
) -> None:
    browser = signed_in("police_clerk")
    with open_session(city) as session:
        account = accounts.find(session, "police_clerk")
        accounts.disable(session, login=account.login, by="test", now=account.created_at)
    browser.app.state.hub.access._looked_at = -1e9  # as if the half second had passed
    assert browser.get("/", follow_redirects=False).status_code == 303


@pytest.mark.parametrize("back", ["//evil.example", "https://evil.example", "/\\evil.example", "evil", "/a\r\nb", ""])
def test_nobody_is_sent_to_another_site(browser: TestClient, back: str) -> None:
    assert own_address(back) == "/"
    answer = browser.get("/language/en", params={"back": back}, follow_redirects=False)
    assert answer.headers["location"] == "/"


def test_the_language_chosen_is_kept_and_counts_before_the_browsers(browser: TestClient) -> None:
    english = browser.get("/login", headers={"accept-language": "en-GB"})
    assert 'lang="en"' in english.text
    browser.get("/language/zh", params={"back": "/login"})
    chinese = browser.get("/login", headers={"accept-language": "en-GB"})
    assert '<html lang="zh-Hans">' in chinese.text
    assert chinese.headers["content-language"] == "zh-Hans"


def test_a_language_we_do_not_speak_is_said_on_a_page(browser: TestClient) -> None:
    answer = browser.get("/language/fr")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")


@pytest.mark.parametrize("name", ["missing.css", "..%2frendering.py", "%2e%2e"])
def test_only_the_portals_own_files_are_served(browser: TestClient, name: str) -> None:
    assert browser.get(f"/static/{name}").status_code in (404, 405)
    assert browser.get("/static/portal.css").headers["content-type"] == "text/css; charset=utf-8"
