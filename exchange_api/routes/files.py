"""Projected files under signed URLs: GET, HEAD, ranges. A fetch is recorded; its rows were counted by /query."""

import re
from typing import Annotated, Final

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import FileResponse

from catalog.errors import NotFound
from exchange_api import file_urls
from exchange_api.dependencies import TheHub
from exchange_api.hub import Hub
from lake.projection import folder

router = APIRouter(include_in_schema=False)

HEX32: Final = r"^[0-9a-f]{32}$"
NAME: Final = r"^[0-9a-f]{32}\.parquet$"
SURFACE: Final = "delta_sharing_file"
PARQUET: Final = "application/vnd.apache.parquet"


@router.api_route("/delta-sharing/files/{fingerprint}/{name}", methods=["GET", "HEAD"])
def fetch(
    request: Request,
    hub: TheHub,
    fingerprint: Annotated[str, Path(pattern=HEX32)],
    name: Annotated[str, Path(pattern=NAME)],
) -> Response:
    """The bytes of one projected file, whole or in ranges (RFC 9110 section 14)."""
    ticket = file_urls.check(hub, request.url.path, request.query_params)
    path = folder(hub.settings, fingerprint) / name
    if not path.is_file():
        raise NotFound("文件已不存在，请重新查询共享表。", "The file is gone. Query the table again.", code="file_gone")
    if request.method == "GET":
        _record(hub, ticket, name)
    # An unreadable Range is to be ignored, not refused (RFC 9110 section 14.2).
    if "range" in request.headers and not re.match(r"^bytes=\d*-\d*(,|$)", request.headers["range"]):
        return FileResponse(path, media_type=PARQUET, headers={"accept-ranges": "bytes"})
    return FileResponse(path, media_type=PARQUET)


def _record(hub: Hub, ticket: file_urls.Ticket, name: str) -> None:
    """Record the fetch durably; the many requests a client makes for one file within a second are one fetch."""
    if not hub.first_this_second((ticket.token_id, ticket.grant.code, name)):
        return
    facts = hub.facts.of(ticket.grant.dataset)
    hub.trail.record(
        at=hub.clock(),
        actor=ticket.token_id,
        account=ticket.holder.login,
        agency=ticket.holder.agency,
        purpose=ticket.grant.purpose,
        grant=ticket.grant.code,
        dataset=ticket.grant.dataset,
        version=ticket.version,
        surface=SURFACE,
        rows=0,
        items=ticket.grant.items,
        providers=facts.providers,
        decision="allowed",
    )
