"""Shutting accounts and tokens. Making them is for the command line, where a person sees the secret once."""

from typing import Annotated

from fastapi import APIRouter, Response

from authorization.access import Caller
from authorization.actions import accounts
from authorization.permissions import Permission
from catalog.database import open_session
from exchange_api.dependencies import TheHub, require
from exchange_api.responses import answer

router = APIRouter(tags=["accounts"])

Administrator = Annotated[Caller, require(Permission.ALL_ACCOUNTS_WRITE)]


@router.post("/api/v1/accounts/{login}/disable")
def disable(hub: TheHub, caller: Administrator, login: str) -> Response:
    """Shut an account with all its tokens within 2 seconds."""
    with open_session(hub.settings) as session:
        accounts.disable(session, login=login, by=caller.login, now=hub.clock())
    return answer({"login": login, "active": False})


@router.post("/api/v1/tokens/{token_id}/revoke")
def revoke(hub: TheHub, caller: Administrator, token_id: str) -> Response:
    """End one token within 2 seconds."""
    with open_session(hub.settings) as session:
        accounts.revoke_token(session, token_id=token_id, by=caller.login, now=hub.clock())
    return answer({"token_id": token_id, "active": False})
