"""Correction orders (整改工单) as JSON, their evidence as a sheet, and what callers say and do on them."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel

from authorization.access import Caller
from authorization.permissions import Permission
from catalog.database import open_reader
from exchange_api import corrections, desk, evidence
from exchange_api.dependencies import TheHub, require
from exchange_api.responses import answer, public
from exchange_api.views import tickets

router = APIRouter(tags=["tickets"])
Reader = Annotated[Caller, require(Permission.OWN_TICKETS_READ)]
Writer = Annotated[Caller, require(Permission.OWN_TICKETS_WRITE)]
Code = Annotated[str, Query(max_length=63)]


class Said(BaseModel):
    """What there is to say, or why: 1 to 2000 characters. It stays on the ticket and is never logged."""

    text: str


class Wrong(Said):
    """What is wrong, and optionally in which granted `item` and which `record` (its number, at most 64 characters)."""

    item: str = ""
    record: str = ""


@router.get("/api/v1/tickets")
def listed(
    hub: TheHub,
    caller: Reader,
    dataset: Code = "",
    agency: Code = "",
    state: Literal["", "open", "answered", "closed"] = "",
    overdue: bool = False,
) -> Response:
    """Tickets given to or raised by one's own department, the earliest time limit first, at most 1000."""
    wanted = tickets.Wanted(agency, dataset, state, overdue)
    with open_reader(hub.settings) as session:
        found = tickets.listed(session, now=hub.clock(), sight=desk.sight(caller), wanted=wanted)
    return answer(public(found.orders))


@router.get("/api/v1/tickets/{ticket}")
def show(hub: TheHub, caller: Reader, ticket: str) -> Response:
    """One ticket with its history and what the caller may do to it now."""
    with open_reader(hub.settings) as session:
        order, history = desk.seen(hub, caller, session, ticket)
    offered = list(desk.offered(caller, order))
    return answer({"ticket": public(order), "history": public(history), "offered": offered})


@router.get("/api/v1/tickets/{ticket}/evidence")
def proof(hub: TheHub, caller: Reader, ticket: str, form: Literal["csv", "xlsx"] = "xlsx") -> Response:
    """The failing rows as CSV or XLSX: plain for the department that delivered them, masked for everybody else."""
    with open_reader(hub.settings) as session:
        order, _ = desk.seen(hub, caller, session, ticket)
    return evidence.answer(desk.proof(hub, caller, order), form)


@router.post("/api/v1/tickets/{ticket}/{verb}")
def act(hub: TheHub, caller: Writer, ticket: str, verb: desk.Verb, said: Said) -> Response:
    """Comment on a ticket, answer it for its department, close it or open it again, saying why; the ticket then."""
    return answer(public(desk.act(hub, caller, ticket, verb, said.text)))


@router.post("/api/v1/datasets/{dataset}/corrections")
def correct(
    hub: TheHub, caller: Annotated[Caller, require(Permission.GRANTED_CORRECTIONS_RAISE)], dataset: str, said: Wrong
) -> Response:
    """Raise a correction (校核) of a dataset one was granted; its source has 10 working days. The ticket made."""
    wrong = corrections.Said(said.text, said.item, said.record)
    return answer(public(corrections.raise_correction(hub, caller, dataset, wrong)), 201)
