"""Stored verdicts as JSON: counts by rule, departments side by side, the monthly report; never a row that broke one."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response

from authorization.access import Caller
from authorization.permissions import Permission
from catalog import queries
from catalog.database import open_reader
from catalog.errors import NotAllowed
from exchange_api.dependencies import TheHub, own_agency, require
from exchange_api.monthly import monthly
from exchange_api.responses import answer, public
from exchange_api.views import quality, ranking

router = APIRouter(tags=["quality"])
Reader = Annotated[Caller, require(Permission.OWN_QUALITY_READ)]
Month = Annotated[str, Query(max_length=7)]
Form = Literal["xlsx", "html"]


@router.get("/api/v1/datasets/{dataset}/quality")
def verdict(hub: TheHub, caller: Reader, dataset: str) -> Response:
    """The newest verdict on a dataset of one's own department, with its rules and what standardising changed.

    The bureau sees every dataset's.
    """
    agency = own_agency(caller, Permission.ALL_QUALITY_READ)
    with open_reader(hub.settings) as session:
        entry = queries.dataset(session, dataset)
        if agency and entry.agency != agency:
            raise NotAllowed(
                "只能查看本部门数据的质量情况。",
                "A department sees the quality of its own data.",
                code="not_own_data",
            )
        judged = next(iter(quality.newest(session, dataset=dataset)), None)
        rules = quality.rules_of(session, judged.verdict_id) if judged else ()
        changes = quality.changes_of(session, judged.verdict_id, dataset) if judged else ()
    return answer({"dataset": dataset, "verdict": public(judged), "rules": public(rules), "changes": public(changes)})


@router.get("/api/v1/quality/ranking")
def board(hub: TheHub, caller: Reader, month: Month = "") -> Response:
    """Departments by score in a month (default: the newest), with grade, trend and faults; or one's own place."""
    agency = own_agency(caller, Permission.ALL_QUALITY_READ)
    with open_reader(hub.settings) as session:
        return answer(public(ranking.board(session, hub.settings, month=month, agency=agency)))


@router.get("/api/v1/quality/report")
def report(hub: TheHub, caller: Reader, month: Month, form: Form = "xlsx") -> Response:
    """The monthly report as XLSX or HTML: of every department for the bureau, else of one's own."""
    return monthly(hub, caller, month, form)
