"""Stored verdicts as JSON: counts by rule, never the rows that broke one."""

from typing import Annotated

from fastapi import APIRouter, Response

from authorization.access import Caller
from authorization.permissions import Permission
from catalog import queries
from catalog.database import open_reader
from catalog.errors import NotAllowed
from exchange_api.dependencies import TheHub, own_agency, require
from exchange_api.responses import answer, public
from exchange_api.views import quality

router = APIRouter(tags=["quality"])


@router.get("/api/v1/datasets/{dataset}/quality")
def verdict(hub: TheHub, caller: Annotated[Caller, require(Permission.OWN_QUALITY_READ)], dataset: str) -> Response:
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
