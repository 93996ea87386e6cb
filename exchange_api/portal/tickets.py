"""The pages of correction orders (整改工单): the list, one ticket with its rows, and the two forms that write.

What may be seen and done is decided in exchange_api.desk, as for the API.
"""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Query, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from authorization.access import Caller
from authorization.permissions import Permission
from catalog import queries
from catalog.actions.tickets import LONGEST_TEXT
from catalog.errors import HubError
from exchange_api import corrections, desk, evidence
from exchange_api.portal import pages, problems, rendering
from exchange_api.portal.problems import PageRoute
from exchange_api.portal.visits import Needs, Visit
from exchange_api.views import names, tickets

router = APIRouter(route_class=PageRoute, include_in_schema=False, default_response_class=HTMLResponse)

ROWS_SHOWN = 50
"""Failing rows on a page; the sheet has them all."""
Word = Annotated[str, Query(max_length=80)]
Page = Annotated[int, Query(ge=1, le=1_000_000)]
Field = Annotated[str, Form(max_length=200)]
Text = Annotated[str, Form(max_length=20_000)]  # the action says in a sentence what is too long
Token = Annotated[str, Form(max_length=200)]
Reading = Annotated[Visit, Depends(Needs(Permission.OWN_TICKETS_READ))]
Writing = Annotated[Visit, Depends(Needs(Permission.OWN_TICKETS_WRITE))]
Raising = Annotated[Visit, Depends(Needs(Permission.GRANTED_CORRECTIONS_RAISE))]


@router.get("/tickets")
def listed(
    visit: Reading, agency: Word = "", dataset: Word = "", state: Word = "", overdue: Word = "", page: Page = 1
) -> HTMLResponse:
    """The tickets in sight, filtered, the earliest time limit first."""
    sight = desk.sight(_person(visit))
    wanted = tickets.Wanted(agency, dataset, state, bool(overdue), page)
    with visit.reader() as session:
        found = tickets.listed(session, now=visit.hub.clock(), sight=sight, wanted=wanted, size=tickets.PAGE_SIZE)
        agencies = {} if sight.agency else names.agencies(session)
        datasets = tickets.datasets_with(session, sight)
    return visit.page(
        "tickets.html",
        found=found,
        wanted=wanted,
        agencies=[(code, visit.named(name)) for code, name in agencies.items()],
        datasets=[(code, visit.named(name)) for code, name in datasets.items()],
        states=[(code, visit.word("state", code)) for code in ("open", "answered", "closed")],
        address=rendering.address("/tickets", agency=agency, dataset=dataset, state=state, overdue=overdue),
    )


@router.get("/tickets/{ticket}")
def one(visit: Reading, ticket: str) -> HTMLResponse:
    """One ticket: where it stands, the rows that keep it open, its history, and what the person may do to it."""
    return _page(visit, ticket)


@router.get("/tickets/{ticket}/evidence")
def sheet(visit: Reading, ticket: str, form: Literal["csv", "xlsx"] = "xlsx") -> Response:
    """The failing rows as a sheet."""
    person = _person(visit)
    with visit.reader() as session:
        order, _ = desk.seen(visit.hub, person, session, ticket)
    return evidence.answer(desk.proof(visit.hub, person, order), form)


@router.post("/tickets/{ticket}")
def act(visit: Writing, ticket: str, verb: Annotated[desk.Verb, Form()], text: Text = "", csrf: Token = "") -> Response:
    """What the form on a ticket's page asks for; back to the page. What is refused is kept in the form, with why."""
    try:
        visit.check_form(csrf)
        desk.act(visit.hub, _person(visit), ticket, verb, text)
    except HubError as error:
        return _page(visit, ticket, text=text, refused=error)
    return _to(ticket)


@router.post("/datasets/{code}/corrections")
def correct(
    visit: Raising, code: str, text: Text = "", item: Field = "", record: Field = "", csrf: Token = ""
) -> Response:
    """A correction raised on a dataset's page; on to its ticket. What is refused is kept in the form, with why."""
    said = corrections.Said(text, item, record)
    try:
        visit.check_form(csrf)
        return _to(corrections.raise_correction(visit.hub, _person(visit), code, said).ticket_id)
    except HubError as error:
        return pages.dataset_page(visit, code, said=said, refused=error)


def _page(visit: Visit, ticket: str, *, text: str = "", refused: HubError | None = None) -> HTMLResponse:
    """A ticket's page; with what was said and why it was not taken, when it was `refused`."""
    person = _person(visit)
    with visit.reader() as session:
        order, history = desk.seen(visit.hub, person, session, ticket)
        owner = queries.dataset(session, order.dataset).agency
        people = names.accounts(session, (line.by for line in history))
    shown = order.kind == "finding" and person.may(Permission.OWN_QUALITY_READ)
    rows = desk.proof(visit.hub, person, order, brief=True, limit=ROWS_SHOWN) if shown else None
    return visit.page(
        "ticket.html",
        status=refused.http_status if refused else 200,
        refused=problems.sentence(refused, visit.language) if refused else "",
        said=text,
        one=order,
        history=history,
        people=people,
        rows=rows,
        plain=desk.shown_plain(person, order, owner),
        offered=desk.offered(person, order),
        longest=LONGEST_TEXT,
    )


def _to(ticket: str) -> RedirectResponse:
    return RedirectResponse(f"/tickets/{ticket}#history", status_code=303, headers=rendering.HEADERS)


def _person(visit: Visit) -> Caller:
    assert visit.person is not None  # Needs let nobody else through
    return visit.person
