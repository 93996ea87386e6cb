"""POST /api/v1/datasets/{dataset}/verify: is there a row with these values? Yes or no, nothing else (核验)."""

from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from authorization.access import Caller
from authorization.filters import Combined, comparison, to_sql
from authorization.permissions import Permission
from exchange_api.dependencies import TheHub, require
from exchange_api.reads import Wish, allow
from exchange_api.responses import answer
from lake.reading.projection import Projection

router = APIRouter(tags=["records"])


class Question(BaseModel):
    """Values that one row should have, by item; at least two, or single values could be tried one by one."""

    values: dict[str, str] = Field(min_length=2, max_length=20)
    purpose: str = Field(max_length=200)


@router.post("/api/v1/datasets/{dataset}/verify")
def verify(
    hub: TheHub,
    dataset: str,
    question: Question,
    caller: Annotated[Caller, require(Permission.GRANTED_RECORDS_VERIFY)],
) -> Response:
    """{"holds": true} when a row the grant opens has all the values given, compared as they are stored, not as masked.

    An item that the caller's department reads masked (or the verifying grant masks, when any grant lets it read the
    dataset) is refused: a yes after enough guesses would undo the mask. Every question costs a call of the day.
    """
    facts = hub.facts.published(dataset)
    wish = Wish(surface="verify", purpose=question.purpose, items=tuple(question.values))
    read = allow(hub, caller, facts, wish)
    kinds = {fact.name: fact.kind for fact in facts.items}
    asked = tuple(comparison(item, "eq", value, kinds) for item, value in question.values.items())
    opened = (read.plan.row_filter,) if read.plan.row_filter else ()
    condition = to_sql(Combined("all", (*opened, *asked)))
    read.take_quota(0)
    projection = Projection((), condition.text, condition.params, "")
    holds = hub.pages.exists(uri=facts.uri, version=facts.delta_version, projection=projection)
    read.record(rows=1 if holds else 0)
    return answer({"dataset": dataset, "version": facts.version, "holds": holds})
