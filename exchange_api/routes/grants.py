"""Grants as JSON: one's own, all of them for the bureau; and taking one away."""

from typing import Annotated, Any

from fastapi import APIRouter, Response

from authorization.access import Caller
from authorization.actions import grants
from authorization.permissions import Permission
from authorization.views import grants_of
from catalog.database import open_reader, open_session
from exchange_api.dependencies import TheHub, require
from exchange_api.responses import answer

router = APIRouter(tags=["grants"])


@router.get("/api/v1/grants")
def listing(hub: TheHub, caller: Annotated[Caller, require(Permission.OWN_GRANTS_READ)]) -> Response:
    """Grants made to the caller and on data of the caller's department; every grant for who may see them all."""
    with open_reader(hub.settings) as session:
        found = grants_of(session, caller=caller)
    return answer({"grants": [_document(grant) for grant in found]})


@router.post("/api/v1/grants/{code}/revoke")
def revoke(hub: TheHub, caller: Annotated[Caller, require(Permission.ALL_GRANTS_REVOKE)], code: str) -> Response:
    """End a grant on every surface within 2 seconds."""
    with open_session(hub.settings) as session:
        grant = grants.revoke(session, code=code, by=caller.login, now=hub.clock())
    return answer(_document(grant))


def _document(grant: Any) -> dict[str, Any]:
    names = (
        "code", "agency", "account", "dataset", "items", "row_filter", "masks", "purpose", "legal_basis", "valid_from",
        "valid_until", "calls_per_day", "rows_per_day", "surfaces", "issued_by", "issued_at", "revoked_at",
    )  # fmt: skip
    return {name: getattr(grant, name) for name in names}
