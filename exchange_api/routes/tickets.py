"""Correction orders (整改工单) as JSON, and their evidence as a sheet: one's own department's; the bureau sees all."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response

from authorization.access import Caller
from authorization.permissions import Permission
from catalog.database import open_reader
from catalog.errors import NotAllowed
from exchange_api import evidence
from exchange_api.dependencies import TheHub, own_agency, require
from exchange_api.responses import answer, public
from exchange_api.views import tickets

router = APIRouter(tags=["tickets"])
Reader = Annotated[Caller, require(Permission.OWN_QUALITY_READ)]


@router.get("/api/v1/tickets")
def listed(
    hub: TheHub,
    caller: Reader,
    dataset: Annotated[str, Query(max_length=63)] = "",
    agency: Annotated[str, Query(max_length=63)] = "",
    state: Literal["", "open", "answered", "closed"] = "",
) -> Response:
    """Tickets of one's own department, the earliest time limit first, at most 1000."""
    agency = own_agency(caller, Permission.ALL_QUALITY_READ) or agency
    with open_reader(hub.settings) as session:
        found = tickets.listed(session, now=hub.clock(), agency=agency, dataset=dataset, state=state)
    return answer(public(found))


@router.get("/api/v1/tickets/{ticket}")
def show(hub: TheHub, caller: Reader, ticket: str) -> Response:
    """One ticket with its history."""
    with open_reader(hub.settings) as session:
        order, history = tickets.one(session, ticket, now=hub.clock())
    _check(caller, order)
    return answer({"ticket": public(order), "history": public(history)})


@router.get("/api/v1/tickets/{ticket}/evidence")
def proof(hub: TheHub, caller: Reader, ticket: str, form: Literal["csv", "xlsx"] = "xlsx") -> Response:
    """The failing rows as CSV or XLSX: plain for the department that delivered them, masked for everybody else."""
    with open_reader(hub.settings) as session:
        order, _ = tickets.one(session, ticket, now=hub.clock())
        _check(caller, order)
        found = evidence.of_ticket(hub.settings, session, ticket, plain=caller.agency == order.agency)
    body = evidence.as_bytes(found, form)
    hub.trail.record(
        at=hub.clock(),
        actor=caller.token_id or caller.login,
        account=caller.login,
        agency=caller.agency,
        purpose="数据整改",
        dataset=found.dataset,
        surface="evidence",
        rows=len(found.rows),
        items=found.items,
        providers=found.providers,
        decision="allowed",
    )
    headers = {"content-disposition": f'attachment; filename="{found.ticket}.{form}"'}
    return Response(body, headers=headers, media_type=evidence.KINDS[form])


def _check(caller: Caller, order: tickets.Order) -> None:
    """Raises NotAllowed for a ticket that is neither the caller's department's nor raised by it."""
    agency = own_agency(caller, Permission.ALL_QUALITY_READ)
    if agency and agency not in (order.agency, order.raised_by):
        raise NotAllowed("只能查看本部门的工单。", "A department sees its own tickets.", code="not_own_ticket")
