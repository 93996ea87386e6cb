"""The public key, and the proof that the trail is whole."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Response

from authorization.access import Caller
from authorization.permissions import Permission
from catalog.audit.keys import public_document, public_key
from catalog.audit.verify import verify
from exchange_api.dependencies import TheHub, require
from exchange_api.responses import answer

router = APIRouter(tags=["audit"])


@router.get("/api/v1/keys")
def keys(hub: TheHub) -> Response:
    """The key that proves seals and usage reports, as a JSON Web Key set (RFC 7517)."""
    return answer({"keys": [public_document(hub.settings.keys_dir)]})


@router.get("/api/v1/audit/verify")
def proof(hub: TheHub, caller: Annotated[Caller, require(Permission.ALL_AUDIT_VERIFY)]) -> Response:
    """Read the whole trail again and say what in it is not as it was written."""
    report = verify(hub.settings.audit_dir, public_key(public_document(hub.settings.keys_dir)))
    return answer(
        {
            "ok": report.ok,
            "nodes": report.nodes,
            "records": report.records,
            "sealed": report.sealed,
            "faults": [asdict(fault) for fault in report.faults],
        }
    )
