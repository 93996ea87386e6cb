"""Who used a department's data, how often, for what: sums from the usage tables, and the signed reports."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Response

from authorization.access import Caller
from authorization.permissions import Permission
from catalog.database import open_reader
from catalog.errors import NotFound
from catalog.models import UsageReport
from exchange_api.dependencies import TheHub, own_agency, require
from exchange_api.responses import answer, public
from exchange_api.views import usage as usage_views
from lake.feedback import usage as usage_tables

router = APIRouter(tags=["usage"])

Reader = Annotated[Caller, require(Permission.OWN_USAGE_READ)]
Word = Annotated[str, Query(max_length=63)]


@router.get("/api/v1/usage")
def uses(
    hub: TheHub,
    caller: Reader,
    provider: Word = "",
    dataset: Word = "",
    since: date | None = None,
    until: date | None = None,
) -> Response:
    """Calls and rows by provider, dataset, recipient, purpose, day and item; a department sees uses of its own data."""
    provider = own_agency(caller, Permission.ALL_USAGE_READ) or provider
    found = usage_tables.summary(hub.settings, provider=provider, dataset=dataset, since=since, until=until)
    return answer({"uses": found})


@router.get("/api/v1/usage/reports")
def reports(hub: TheHub, caller: Reader, provider: Word = "") -> Response:
    """The signed reports, newest first."""
    provider = own_agency(caller, Permission.ALL_USAGE_READ) or provider
    with open_reader(hub.settings) as session:
        found = usage_views.reports(session, provider=provider)
    return answer({"reports": public(found)})


@router.get("/api/v1/usage/reports/{report_id}")
def report(hub: TheHub, caller: Reader, report_id: str) -> Response:
    """One signed report, as its provider verifies it with the key at /api/v1/keys."""
    agency = own_agency(caller, Permission.ALL_USAGE_READ)
    with open_reader(hub.settings) as session:
        found = session.get(UsageReport, report_id)
        # Another department's report is answered like none at all: its id tells nothing.
        if found is None or (agency and found.provider != agency):
            raise NotFound("没有这份报告。", "There is no such report.", code="report_unknown")
        return answer(found.body)
