"""GET /api/v1/datasets/{dataset}/records: the rows a grant opens, page by page, as JSON, NDJSON or CSV."""

from typing import Annotated, Any
from urllib.parse import unquote

from fastapi import APIRouter, Header, Query, Request, Response

from authorization.access import Caller
from authorization.filters import Comparison, comparison, document, typed
from authorization.masking import PLAIN
from authorization.permissions import Permission
from authorization.policy import Plan
from catalog.errors import InvalidInput
from exchange_api import paging
from exchange_api.dependencies import TheHub, require
from exchange_api.facts import DatasetFacts
from exchange_api.reads import Read, Wish, allow
from exchange_api.responses import CSV, JSON, NDJSON, csv_text, form_of, json_bytes, ndjson
from lake.reading.pages import Cursor, Page

router = APIRouter(tags=["records"])

MOST_ROWS = 10_000
MOST_FILTERS = 20


@router.get("/api/v1/datasets/{dataset}/records")
def records(
    request: Request,
    hub: TheHub,
    dataset: str,
    caller: Annotated[Caller, require(Permission.GRANTED_RECORDS_READ)],
    columns: Annotated[str, Query(max_length=4000)] = "",
    filter: Annotated[list[str] | None, Query(max_length=MOST_FILTERS)] = None,  # noqa: A002  # the API's own word
    order: Annotated[str, Query(max_length=1000)] = "",
    limit: Annotated[int, Query(ge=1, le=MOST_ROWS)] = 100,
    page: Annotated[str, Query(max_length=4000)] = "",
    purpose: Annotated[str, Query(max_length=200)] = "",
    x_purpose: Annotated[str, Header(max_length=800)] = "",
) -> Response:
    """Rows of the newest published version, as the grant for this purpose shows them.

    columns: item,item (none: all granted). filter: item:operator:value, repeatable, all must hold. order: item,item.
    Filtering and ordering is for items granted without a mask. page: the `next` of the page before. purpose: as
    granted, here or percent-encoded in the header X-Purpose.
    """
    facts = hub.facts.published(dataset)
    wish = Wish(
        surface="records",
        purpose=purpose or unquote(x_purpose),
        items=_names(columns) or None,
        conditions=_conditions(filter or [], facts),
        order=_names(order),
    )
    read = allow(hub, caller, facts, wish)
    bound_to = _binding(read)
    ordering, keyset = _ordering(read.plan)
    start = _start(read, page, ordering, bound_to) if page else Cursor()
    given = read.take_quota(limit)
    found = hub.pages.page(
        uri=facts.uri,
        version=facts.delta_version,
        projection=read.projection,
        order=ordering,
        keyset=keyset,
        start=start,
        limit=given,
    )
    read.give_back(given - len(found.rows))
    read.record(rows=len(found.rows))
    following = _token(read, found, bound_to) if found.following else None
    return _answer(form_of(request), read, found, following)


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _conditions(texts: list[str], facts: DatasetFacts) -> tuple[Comparison, ...]:
    kinds = {fact.name: fact.kind for fact in facts.items}
    return tuple(_condition(text, kinds) for text in texts)


def _condition(text: str, kinds: dict[str, str]) -> Comparison:
    item, _, rest = text.partition(":")
    op, found, value = rest.partition(":")
    if not found:
        raise InvalidInput(
            "筛选条件写作 数据项:运算符:值，例如 division_code:eq:370683。",
            "Write a filter as item:operator:value, for example division_code:eq:370683.",
            code="filter_invalid",
        )
    return comparison(item, op, value.split(",") if op == "in" else value, kinds)


def _ordering(plan: Plan) -> tuple[tuple[str, ...], bool]:
    """(columns that order the rows, whether pages follow each other by their values). No columns: by digest."""
    return (plan.order, False) if plan.order else (plan.key, True)


def _binding(read: Read) -> list[Any]:
    """What a page token is bound to: recipient, grant, version and the query itself."""
    projection = read.projection
    asked = [document(condition) for condition in read.plan.asked]
    return [
        read.caller.login,
        read.plan.grant.code,
        read.facts.code,
        read.facts.version,
        projection.fingerprint,
        asked,
        read.plan.order,
    ]


def _start(read: Read, page: str, ordering: tuple[str, ...], bound_to: list[Any]) -> Cursor:
    position = paging.unseal(read.hub.keys.pages, page, bound_to=bound_to, now=read.now)
    kinds = {fact.name: fact.kind for fact in read.facts.items}
    values = position.values
    if ordering:
        return Cursor(
            tuple(typed(value, kinds[name]) for name, value in zip(ordering, values, strict=False)), position.skip
        )
    return Cursor(tuple(values), position.skip)


def _token(read: Read, found: Page, bound_to: list[Any]) -> str:
    assert found.following is not None
    position = paging.Position(tuple(str(value) for value in found.following.values), found.following.skip)
    return paging.seal(read.hub.keys.pages, position, bound_to=bound_to, now=read.now)


def _answer(form: str, read: Read, found: Page, following: str | None) -> Response:
    headers = {"x-next-page": following} if following else {}
    headers["x-dataset-version"] = str(read.facts.version)
    if form == "ndjson":
        return Response(ndjson(found.rows), headers=headers, media_type=NDJSON)
    if form == "csv":
        return Response(csv_text(read.plan.items, found.rows), headers=headers, media_type=CSV)
    document_ = {
        "dataset": read.facts.code,
        "version": read.facts.version,
        "grant": read.plan.grant.code,
        "items": read.plan.items,
        "masks": {column.name: str(column.mask) for column in read.plan.columns if column.mask != PLAIN},
        "rows": found.rows,
        "next": following,
    }
    return Response(json_bytes(document_), headers=headers, media_type=JSON)
