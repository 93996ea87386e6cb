"""One request of one person to one page: who it is, what they may see, and the drawing of the answer."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from sqlalchemy.orm import Session

from authorization.access import Caller
from authorization.permissions import Permission
from catalog.database import open_reader
from catalog.errors import NotAllowed, NotAuthenticated
from catalog.i18n import text
from catalog.settings import Settings
from exchange_api.hub import Hub
from exchange_api.portal import rendering, sessions, words
from exchange_api.portal.words import N_
from exchange_api.views.names import Pair

PLACES: tuple[tuple[str, str, frozenset[Permission]], ...] = (
    ("/", N_("Overview"), frozenset({Permission.ALL_CATALOGUE_READ})),
    ("/datasets", N_("Catalogue"), frozenset({Permission.ALL_CATALOGUE_READ})),
    ("/bases", N_("Base databases"), frozenset({Permission.ALL_CATALOGUE_READ})),
    ("/runs", N_("Runs"), frozenset({Permission.ALL_RUNS_READ, Permission.OWN_RUNS_READ})),
    ("/quality", N_("Quality"), frozenset({Permission.ALL_QUALITY_READ, Permission.OWN_QUALITY_READ})),
    ("/tickets", N_("Tickets"), frozenset({Permission.OWN_TICKETS_READ})),
    ("/entities", N_("Find"), frozenset({Permission.ALL_REVIEW_READ})),
    ("/reviews", N_("Review"), frozenset({Permission.ALL_REVIEW_READ})),
    ("/usage", N_("Usage"), frozenset({Permission.ALL_USAGE_READ, Permission.OWN_USAGE_READ})),
)
"""The main menu: address, name, and the permissions of which one opens it."""


@dataclass(frozen=True)
class Visit:
    """One request. `person` is None before sign-in; `form` is what this browser's form tokens are bound to;
    `session_name` names the session in the registry.
    """

    request: Request
    hub: Hub
    person: Caller | None
    form: str
    session_name: str = ""

    @property
    def settings(self) -> Settings:
        """The settings of this process."""
        return self.hub.settings

    @property
    def language(self) -> str:
        """'zh' or 'en'."""
        return rendering.language_of(self.request)

    def may(self, *permissions: Permission) -> bool:
        """True when the person holds one of `permissions`."""
        return self.person is not None and not self.person.permissions.isdisjoint(permissions)

    def own_agency(self, everything: Permission) -> str:
        """'' (all agencies) for a person who holds `everything`, else the code of their own agency."""
        return "" if self.person is None or self.may(everything) else self.person.agency

    def may_see_of(self, agencies: tuple[str, ...], everything: Permission, own: Permission) -> bool:
        """True when the person sees such facts of every agency, or of theirs and theirs is among `agencies`."""
        return self.may(everything) or (self.may(own) and self.person is not None and self.person.agency in agencies)

    def check_form(self, token: str) -> None:
        """Raises NotAllowed unless `token` came from a form that a page of this session drew."""
        if not sessions.form_is_ours(self.settings, self.form, token):
            raise NotAllowed(
                "表单不是从本系统的页面提交的，或已失效。请回到页面重新提交。",
                "The form was not sent from a page of the hub, or is valid no longer. Go back and send it again.",
                code="form_foreign",
            )

    @contextmanager
    def reader(self) -> Iterator[Session]:
        """A read-only session on the registry."""
        with open_reader(self.settings) as session:
            yield session

    def named(self, pair: Pair) -> str:
        """The (Chinese, English) `pair` in the person's language."""
        return text(pair[0], pair[1], self.language)

    def word(self, kind: str, code: str) -> str:
        """What `code` of `kind` is called in the person's language."""
        return rendering.translate(words.word(kind, code), self.language)

    def page(self, template: str, *, status: int = 200, **context: Any) -> HTMLResponse:
        """Draw `template` with the menu this person may use."""
        places = [(path, name) for path, name, opened_by in PLACES if self.may(*opened_by)]
        query = self.request.url.query
        frame = {
            "here": page_of(self.request),
            "back": page_of(self.request) + (f"?{query}" if query else ""),
            "person": self.person,
            "places": places,
            "csrf": sessions.form_token(self.settings, self.form) if self.form else "",
            "division": self.settings.hub_id,
        }
        return rendering.page(self.language, template, status=status, **(frame | context))


class Needs:
    """Dependency of a page: a signed-in person who holds one of `permissions`; raises NotAuthenticated, NotAllowed."""

    def __init__(self, *permissions: Permission) -> None:
        self.permissions = permissions
        self.permission = permissions[-1]  # what the list of routes and their permissions shows: the narrowest

    def __call__(self, request: Request) -> Visit:
        """The visit, once it is clear that this person may make it."""
        visit = of(request)
        if visit.person is None:
            raise NotAuthenticated("请先登录。", "Sign in first.", code="sign_in_needed")
        if not visit.may(*self.permissions):
            raise NotAllowed(
                "您的账号没有查看此页面的权限。如工作需要，请联系数据局管理员。",
                "Your account may not see this page. If your work needs it, ask the administrator at the data bureau.",
                code="page_not_allowed",
            )
        return visit


def page_of(request: Request) -> str:
    """The address of the page a request belongs to: its own, or that of the page whose form it sends."""
    path: str = request.url.path
    of_form = path.removesuffix("/corrections").removesuffix("/parts")
    return path if request.method == "GET" else "/" if path == "/logout" else of_form


def of(request: Request) -> Visit:
    """The visit `request` makes, signed in or not. What the account may do is asked anew every time."""
    hub: Hub = request.app.state.hub
    session = sessions.current(request, hub.settings, now=hub.clock())
    person = hub.access.holder(session.name, hub.clock()) if session else None
    form = session.name if session and person else request.cookies.get(sessions.FORM_COOKIE, "")
    return Visit(request, hub, person, form, session.name if session and person else "")
