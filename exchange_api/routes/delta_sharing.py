"""The Delta Sharing protocol (parquet form): unmodified pandas, Spark and Power BI read exactly what a grant shows.

The policy is inside the bytes: /query names files made under the grant's plan (lake/reading/projection.py), never the
hub's own.
One share, named after the recipient's agency; a schema per providing department; a table per grant on a dataset.
"""

import contextlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Body, Response

from authorization.access import Caller
from authorization.permissions import Permission
from authorization.policy import Grant
from catalog.errors import InvalidInput, NotFound
from catalog.settings import Settings
from exchange_api import file_urls
from exchange_api.dependencies import TheHub, require
from exchange_api.hub import Hub
from exchange_api.reads import Read, Wish, allow
from exchange_api.refusals import refuse
from exchange_api.responses import json_bytes
from lake.reading.projection import ProjectedFile, delta_schema, project

router = APIRouter(prefix="/delta-sharing", tags=["delta sharing"])

NDJSON = "application/x-ndjson; charset=utf-8"
JSON = "application/json; charset=utf-8"

Recipient = Annotated[Caller, require(Permission.GRANTED_SHARES_READ)]


def profile(settings: Settings, account: str, token: str) -> dict[str, Any]:
    """The content of a `*.share` file (profile version 1) for the holder of `token`."""
    return {
        "shareCredentialsVersion": 1,
        "endpoint": f"{settings.public_url.rstrip('/')}/delta-sharing",
        "bearerToken": token,
        "comment": account,
    }


@dataclass(frozen=True)
class Table:
    """A grant as the protocol names it. `share` is the code of the recipient's agency."""

    share: str
    schema: str
    name: str
    grant: Grant

    def document(self) -> dict[str, str]:
        """The table in a listing."""
        return {"name": self.name, "schema": self.schema, "share": self.share}


@router.get("/shares")
def shares(hub: TheHub, caller: Recipient) -> Response:
    """The one share, if anything is granted to the caller."""
    items = [{"name": caller.agency}] if _tables(hub, caller) else []
    return _json({"items": items})


@router.get("/shares/{share}")
def share_of(hub: TheHub, caller: Recipient, share: str) -> Response:
    """The share by name."""
    _check_share(caller, share)
    return _json({"share": {"name": caller.agency}})


@router.get("/shares/{share}/schemas")
def schemas(hub: TheHub, caller: Recipient, share: str) -> Response:
    """One schema per department whose data is granted to the caller."""
    _check_share(caller, share)
    names = sorted({table.schema for table in _tables(hub, caller)})
    return _json({"items": [{"name": name, "share": caller.agency} for name in names]})


@router.get("/shares/{share}/schemas/{schema}/tables")
def tables(hub: TheHub, caller: Recipient, share: str, schema: str) -> Response:
    """The tables of one department that are granted to the caller."""
    _check_share(caller, share)
    found = (table for table in _tables(hub, caller) if table.schema == schema.lower())
    return _json({"items": [table.document() for table in found]})


@router.get("/shares/{share}/all-tables")
def all_tables(hub: TheHub, caller: Recipient, share: str) -> Response:
    """Every table granted to the caller."""
    _check_share(caller, share)
    return _json({"items": [table.document() for table in _tables(hub, caller)]})


@router.get("/shares/{share}/schemas/{schema}/tables/{table}/version")
def version(hub: TheHub, caller: Recipient, share: str, schema: str, table: str) -> Response:
    """The newest published version, in the header Delta-Table-Version."""
    read = _allowed(hub, caller, share, schema, table)
    return Response(headers=_version(read))


@router.get("/shares/{share}/schemas/{schema}/tables/{table}/metadata")
def metadata(hub: TheHub, caller: Recipient, share: str, schema: str, table: str) -> Response:
    """Protocol and schema: granted columns only, as they are shown."""
    read = _allowed(hub, caller, share, schema, table)
    return _lines(read, _head(hub, read))


@router.post("/shares/{share}/schemas/{schema}/tables/{table}/query")
def query(
    hub: TheHub,
    caller: Recipient,
    share: str,
    schema: str,
    table: str,
    asked: Annotated[dict[str, Any] | None, Body()] = None,
) -> Response:
    """The files of the newest version as granted. Predicate hints are hints: every granted row is in the files."""
    _check_history(asked or {})
    read = _allowed(hub, caller, share, schema, table)
    files = project(hub.settings, uri=read.facts.uri, version=read.facts.delta_version, projection=read.projection)
    files = _enough(files, (asked or {}).get("limitHint"))
    rows = sum(file.rows for file in files)
    read.take_quota(rows, whole=True)
    head = _head(hub, read)
    read.record(rows=rows)
    return _lines(read, [*head, *(_file(hub, read, file) for file in files)])


def _tables(hub: Hub, caller: Caller) -> list[Table]:
    """What is granted to the caller on this surface and stands now. Two grants on one dataset carry their code."""
    now = hub.clock()
    standing = [
        grant
        for grant in hub.access.grants(agency=caller.agency, account=caller.login)
        if "delta_sharing" in grant.surfaces and not grant.revoked and grant.valid_from <= now < grant.valid_until
    ]
    twice = {grant.dataset for grant in standing if sum(one.dataset == grant.dataset for one in standing) > 1}
    return [
        Table(
            share=caller.agency,
            schema=hub.facts.of(grant.dataset).agency,
            name=f"{grant.dataset}__{grant.code}" if grant.dataset in twice else grant.dataset,
            grant=grant,
        )
        for grant in standing
    ]


def _allowed(hub: Hub, caller: Caller, share: str, schema: str, table: str) -> Read:
    """The read a table stands for. A table that is not granted is answered like one that does not exist."""
    wanted = (share.lower(), schema.lower(), table.lower())
    found = next((one for one in _tables(hub, caller) if (one.share, one.schema, one.name) == wanted), None)
    if found is None:
        _record_unknown(hub, caller, table.lower())
        raise _unknown()
    facts = hub.facts.published(found.grant.dataset)
    wish = Wish(surface="delta_sharing", purpose=found.grant.purpose, grant=found.grant.code)
    return allow(hub, caller, facts, wish)


def _record_unknown(hub: Hub, caller: Caller, table: str) -> None:
    """Record that a table was asked for that is not granted, when it names a dataset that exists."""
    with contextlib.suppress(NotFound):
        refuse(hub, caller, surface="delta_sharing", reasons=["no_grant"], facts=hub.facts.of(table.partition("__")[0]))


def _head(hub: Hub, read: Read) -> list[dict[str, Any]]:
    projection = read.projection
    shown = hub.pages.schema(uri=read.facts.uri, version=read.facts.delta_version, projection=projection)
    return [
        {"protocol": {"minReaderVersion": 1}},
        {
            "metaData": {
                "id": projection.fingerprint,
                "format": {"provider": "parquet"},
                "schemaString": delta_schema(shown),
                "partitionColumns": [],
            }
        },
    ]


def _file(hub: Hub, read: Read, file: ProjectedFile) -> dict[str, Any]:
    signed = file_urls.make(hub, read, file)
    return {
        "file": {
            "url": signed.url,
            "id": file.file_id,
            "partitionValues": {},
            "size": file.size,
            "stats": json_bytes({"numRecords": file.rows}).decode(),
            "expirationTimestamp": signed.expires * 1000,
        }
    }


def _enough(files: tuple[ProjectedFile, ...], limit: Any) -> tuple[ProjectedFile, ...]:
    """The first files that together hold `limit` rows."""
    if not isinstance(limit, int) or isinstance(limit, bool) or limit < 0:
        return files
    chosen: list[ProjectedFile] = []
    rows = 0
    for file in files:
        if rows >= limit and chosen:
            break
        chosen.append(file)
        rows += file.rows
    return tuple(chosen)


def _version(read: Read) -> dict[str, str]:
    return {"Delta-Table-Version": str(read.facts.version)}


def _lines(read: Read, documents: Iterable[dict[str, Any]]) -> Response:
    headers = {**_version(read), "delta-sharing-capabilities": "responseformat=parquet"}
    return Response(b"".join(json_bytes(one) + b"\n" for one in documents), headers=headers, media_type=NDJSON)


def _json(document: dict[str, Any]) -> Response:
    return Response(json_bytes(document), media_type=JSON)


def _check_share(caller: Caller, share: str) -> None:
    if share.lower() != caller.agency:
        raise _unknown()


def _check_history(asked: dict[str, Any]) -> None:
    if any(asked.get(name) is not None for name in ("version", "timestamp", "startingVersion", "endingVersion")):
        raise InvalidInput(
            "历史版本不在共享范围内，只能读取最新发布版本。",
            "History is not shared: read the newest published version.",
            code="history_not_shared",
        )


def _unknown() -> NotFound:
    return NotFound(
        "没有这个共享、模式或表，或未向您授权。",
        "There is no such share, schema or table, or it is not granted to you.",
        code="resource_does_not_exist",
    )
