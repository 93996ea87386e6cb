"""Projected files under signed URLs: GET, HEAD, ranges. A fetch is recorded; its rows were counted by /query."""

import re
from typing import Annotated, Final

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import FileResponse

from authorization.filters import items_of, parse
from authorization.policy import Grant
from catalog.errors import NotFound
from exchange_api import file_urls
from exchange_api.dependencies import TheHub
from exchange_api.facts import DatasetFacts
from exchange_api.hub import Hub
from lake.reading.projection import folder

router = APIRouter(include_in_schema=False)

HEX32: Final = r"^[0-9a-f]{32}$"
NAME: Final = r"^[0-9a-f]{32}\.parquet$"
SURFACE: Final = "delta_sharing_file"
RANGE: Final = re.compile(r"^([0-9]{0,18})-([0-9]{0,18})$")
PARQUET: Final = "application/vnd.apache.parquet"


@router.api_route("/delta-sharing/files/{fingerprint}/{name}", methods=["GET", "HEAD"])
def fetch(
    request: Request,
    hub: TheHub,
    fingerprint: Annotated[str, Path(pattern=HEX32)],
    name: Annotated[str, Path(pattern=NAME)],
) -> Response:
    """The bytes of one projected file, whole or in ranges (RFC 9110 section 14)."""
    ticket = file_urls.check(hub, request.url.path, request.query_params, fingerprint=fingerprint)
    path = folder(hub.settings, fingerprint) / name
    if not path.is_file():
        raise NotFound("文件已不存在，请重新查询共享表。", "The file is gone. Query the table again.", code="file_gone")
    if request.method == "GET":
        _record(hub, ticket, name)
    if not readable_range(request.headers.get("range", "")):
        # FileResponse would refuse it; RFC 9110 section 14.2 has it ignored.
        request.scope["headers"] = [pair for pair in request.scope["headers"] if pair[0].lower() != b"range"]
    return FileResponse(path, media_type=PARQUET)


def readable_range(header: str) -> bool:
    """Whether a Range header is a valid set of byte ranges, none of which ends before it begins (RFC 9110 14.1.1)."""
    unit, _, ranges = header.partition("=")
    found = [RANGE.match(part.strip(" \t")) for part in ranges.split(",")]
    return unit.lower() == "bytes" and all(one is not None and _forward(*one.groups()) for one in found)


def _forward(first: str, last: str) -> bool:
    return bool(first or last) and (not first or not last or int(first) <= int(last))


def _record(hub: Hub, ticket: file_urls.Ticket, name: str) -> None:
    """Record the fetch durably; the many requests a client makes for one file within a second are one fetch."""
    facts = hub.facts.of(ticket.grant.dataset)
    hub.record_once_a_second(
        (ticket.token_id, ticket.grant.code, name),
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
        providers=facts.providers_of((*ticket.grant.items, *_chosen_by(facts, ticket.grant))),
        decision="allowed",
    )


def _chosen_by(facts: DatasetFacts, grant: Grant) -> tuple[str, ...]:
    """Names of the items the grant chooses rows by."""
    kinds = {fact.name: fact.kind for fact in facts.items}
    return tuple(items_of(parse(grant.row_filter, kinds))) if grant.row_filter else ()
