"""The catalogue as JSON: what data exists, whose it is, what it is made of. Never a row of it."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from authorization.access import Caller
from authorization.permissions import Permission
from catalog.database import open_reader
from exchange_api.dependencies import TheHub, require
from exchange_api.responses import answer, public
from exchange_api.views import dataset as dataset_views
from exchange_api.views import datasets

router = APIRouter(tags=["catalogue"])

Reader = Annotated[Caller, require(Permission.ALL_CATALOGUE_READ)]
Word = Annotated[str, Query(max_length=80)]
HIDDEN_FROM_OTHERS = ("judged", "rules", "changes", "dimensions", "steps", "system")
"""Parts of a description that only the providing department and the bureau see."""


@router.get("/api/v1/datasets")
def listing(
    hub: TheHub,
    caller: Reader,
    q: Word = "",
    agency: Word = "",
    zone: Word = "",
    sharing: Word = "",
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> Response:
    """Catalogue entries that match, 100 to a page; the verdict's outcome stands in one's own, for the bureau in all."""
    with open_reader(hub.settings) as session:
        found = datasets.find(session, datasets.Filter(q.strip(), agency, zone, sharing, page), size=100)
    document = public(found)
    for entry in document["entries"]:
        if not _verdicts_shown(caller, entry["agency"]):
            del entry["outcome"]
    return answer(document)


@router.get("/api/v1/datasets/{dataset}")
def description(hub: TheHub, caller: Reader, dataset: str) -> Response:
    """One entry with its items, versions and lineage; its provider and the bureau also see quality and runs."""
    with open_reader(hub.settings) as session:
        found = dataset_views.describe(session, dataset)
    document = public(found)
    if not _verdicts_shown(caller, found.agency):
        for name in HIDDEN_FROM_OTHERS:
            document.pop(name, None)
    return answer(document)


def _verdicts_shown(caller: Caller, agency: str) -> bool:
    return caller.agency == agency or caller.may(Permission.ALL_QUALITY_READ)
