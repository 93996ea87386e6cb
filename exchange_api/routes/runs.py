"""What the pipelines did, as JSON: steps of one's own department, all of them for the bureau."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response

from authorization.access import Caller
from authorization.permissions import Permission
from catalog.database import open_reader
from exchange_api.dependencies import TheHub, own_agency, require
from exchange_api.responses import answer, public
from exchange_api.views import runs

router = APIRouter(tags=["runs"])


@router.get("/api/v1/runs")
def steps(
    hub: TheHub,
    caller: Annotated[Caller, require(Permission.OWN_RUNS_READ)],
    dataset: Annotated[str, Query(max_length=63)] = "",
    agency: Annotated[str, Query(max_length=63)] = "",
    outcome: Literal["", "ok", "failed"] = "",
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> Response:
    """Steps newest first, 100 to a page, each with its sentence if it failed."""
    agency = own_agency(caller, Permission.ALL_RUNS_READ) or agency
    with open_reader(hub.settings) as session:
        found = runs.steps(session, dataset=dataset, agency=agency, outcome=outcome, page=page, size=100)
    return answer(public(found))
