"""Clerical review (人工核对) as JSON: doubtful pairs, evidence, decisions; why an entity is what it is, and was."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from authorization.access import Caller
from authorization.permissions import Permission
from exchange_api import reviews
from exchange_api.dependencies import TheHub, require
from exchange_api.responses import answer, public
from exchange_api.views import past
from exchange_api.views.reviews import Wanted
from lake import bases

router = APIRouter(tags=["review"])
Reader = Annotated[Caller, require(Permission.ALL_REVIEW_READ)]
Decider = Annotated[Caller, require(Permission.ALL_REVIEW_DECIDE)]
State = Literal["", "open", "unsure", "same", "different"]
Page = Annotated[int, Query(ge=1, le=1_000_000)]
Moment = Annotated[str, Query(max_length=40)]


class Decision(BaseModel):
    """What somebody says of a pair, and why: 1 to 2000 characters.

    `seen`: `number` of the newest decision the caller knows of, 0 for none; when given, a decision somebody else made
    since is not written over.
    """

    verdict: Literal["same", "different", "unsure"]
    reason: str
    seen: int | None = None


class InHand(BaseModel):
    """What somebody holds in hand: a number alone, or a telephone together with a name. At most 100 characters each."""

    number: str = Field("", max_length=100, repr=False)
    phone: str = Field("", max_length=100, repr=False)
    name: str = Field("", max_length=100, repr=False)


@router.get("/api/v1/bases/{base}/reviews")
def listed(hub: TheHub, caller: Reader, base: str, state: State = "", page: Page = 1) -> Response:
    """The doubtful pairs of a base, the most doubtful first, 25 to a page; no value of them."""
    found = reviews.listed(hub, Wanted(bases.base(base).name, state, page))
    return answer(public(found))


@router.get("/api/v1/bases/{base}/reviews/{pair}")
def show(hub: TheHub, caller: Reader, base: str, pair: str) -> Response:
    """A pair: both records field by field, same or not, and the waterfall of evidence; or any two records as `R…-R…`.

    Masked and audited.
    """
    return answer(public(reviews.seen(hub, caller, base, pair)))


@router.post("/api/v1/bases/{base}/reviews/{pair}/parts")
def parts(hub: TheHub, caller: Decider, base: str, pair: str) -> Response:
    """A pair with parts of masked values, for who decides; audited as such, so that no link makes anybody look."""
    return answer(public(reviews.seen(hub, caller, base, pair, parts=True)))


@router.post("/api/v1/bases/{base}/reviews/{pair}/decision")
def decide(hub: TheHub, caller: Decider, base: str, pair: str, said: Decision) -> Response:
    """Say that two records are the same, different, or that one is unsure; the next build obeys. Twice is once."""
    new = reviews.decide(hub, caller, base, pair, said.verdict, said.reason, seen=said.seen)
    return answer({"pair": pair, "verdict": said.verdict, "new": new}, 201 if new else 200)


@router.post("/api/v1/bases/{base}/entities/find")
def find(hub: TheHub, caller: Reader, base: str, sought: InHand) -> Response:
    """The ids a number leads to, or a telephone with a name; in the body, for an address stands in logs. Audited."""
    return answer(
        public(reviews.look_up(hub, caller, base, number=sought.number, phone=sought.phone, name=sought.name))
    )


@router.get("/api/v1/bases/{base}/entities/{entity}")
def explain(hub: TheHub, caller: Reader, base: str, entity: str) -> Response:
    """Why an entity is what it is: source rows and their ties, of fields who won and who lost. Masked, audited."""
    return answer(public(reviews.explained(hub, caller, base, entity)))


@router.get("/api/v1/bases/{base}/entities/{entity}/as-of")
def as_of(hub: TheHub, caller: Reader, base: str, entity: str, valid: Moment = "", known: Moment = "") -> Response:
    """What the base held of an entity on the day `valid` (every day without it), by what the hub knew at `known`.

    `known` is a day, to its end by the county's clock, or a moment; without it: now. Masked and audited.
    """
    return answer(public(reviews.as_of(hub, caller, base, entity, past.asked(valid, known, now=hub.clock()))))
