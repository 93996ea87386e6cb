"""The pages of clerical review (人工核对): the list, a pair with its evidence and the form, an entity explained.

What may be seen and done is decided in exchange_api.reviews, as for the API.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from authorization.access import Caller
from authorization.permissions import Permission
from catalog.actions import review_decisions
from catalog.actions.review_decisions import VERDICTS
from catalog.errors import HubError, InvalidInput
from catalog.time_limits import local_day
from exchange_api import reviews
from exchange_api.portal import problems, rendering
from exchange_api.portal.problems import PageRoute
from exchange_api.portal.visits import Needs, Visit
from exchange_api.views import names, past, seeking
from exchange_api.views import reviews as views
from lake import bases

router = APIRouter(route_class=PageRoute, include_in_schema=False, default_response_class=HTMLResponse)

Word = Annotated[str, Query(max_length=80)]
Page = Annotated[int, Query(ge=1, le=1_000_000)]
Text = Annotated[str, Form(max_length=20_000)]  # the desk says in a sentence what is too long
Token = Annotated[str, Form(max_length=200)]
Reading = Annotated[Visit, Depends(Needs(Permission.ALL_REVIEW_READ))]
Deciding = Annotated[Visit, Depends(Needs(Permission.ALL_REVIEW_DECIDE))]


@router.get("/reviews")
def listed(visit: Reading, base: Word = "", state: Word = "", page: Page = 1) -> HTMLResponse:
    """The pairs in doubt, filtered, the most doubtful first."""
    found = reviews.listed(visit.hub, views.Wanted(base, state, page))
    return visit.page(
        "reviews.html",
        found=found,
        base=base,
        state=state,
        bases=[(one.name, visit.named((one.title_zh, one.title_en))) for one in bases.matched()],
        states=[(code, visit.word("review", code)) for code in views.STATES],
        address=rendering.address("/reviews", base=base, state=state),
    )


@router.get("/reviews/{base}")
def two_records(visit: Reading, base: str, left: Word = "", right: Word = "") -> Response:
    """On to the page of two records chosen on an entity's page, or of a pair by its number alone."""
    if not left and not right:
        with visit.reader() as session:
            return _to(f"/reviews/{views.base_of_pair(visit.settings, session, base)}/{base}")
    return _to(f"/reviews/{base}/{left}-{right}")


@router.get("/reviews/{base}/{pair}")
def one(visit: Reading, base: str, pair: str, after: Word = "") -> HTMLResponse:
    """A pair side by side, what speaks for and against, and the form. `after`: the pair decided on just before."""
    with visit.reader() as session:
        known = bool(after) and bool(review_decisions.history(session, base, after))
    return _page(visit, base, pair, after=after if known else "")


@router.post("/reviews/{base}/{pair}/parts")
def parts(visit: Deciding, base: str, pair: str, csrf: Token = "") -> HTMLResponse:
    """The pair with parts of masked values: by the button of its page, for a link would put the look on anybody."""
    visit.check_form(csrf)
    return _page(visit, base, pair, parts=True)


@router.post("/reviews/{base}/{pair}")
def decide(
    visit: Deciding, base: str, pair: str, verdict: Token = "", reason: Text = "", seen: int = Form(0), csrf: Token = ""
) -> Response:
    """What the form says; on to the next pair. Sent twice it counts once; refused, it is kept in the form, with why."""
    try:
        visit.check_form(csrf)
        reviews.decide(visit.hub, _person(visit), base, pair, verdict, reason, seen=seen)
    except HubError as error:
        return _page(visit, base, pair, reason=reason, verdict=verdict, refused=error)
    with visit.reader() as session:
        following = views.next_open(visit.settings, session, base, pair)
    return _to(f"/reviews/{base}/{following}?after={pair}" if following else f"/reviews/{base}/{pair}?after={pair}")


@router.get("/entities")
def finder(visit: Reading) -> HTMLResponse:
    """The form that leads from what a clerk holds in hand to an entity."""
    return _finder(visit)


@router.post("/entities")
def find(
    visit: Reading, base: Token = "", number: Token = "", phone: Token = "", name: Token = "", csrf: Token = ""
) -> HTMLResponse:
    """The ids found. What was looked for comes in the form's body and goes back to no page."""
    try:
        visit.check_form(csrf)
        found = reviews.look_up(visit.hub, _person(visit), base, number=number, phone=phone, name=name)
    except HubError as error:
        return _finder(visit, base=base, refused=error)
    return _finder(visit, base=base, found=found)


@router.get("/entities/{base}/{entity}")
def entity(visit: Reading, base: str, entity: str, valid: Word = "", known: Word = "") -> HTMLResponse:
    """Why an entity is what it is: its source rows, what ties them, of every field whose word won; and what it was.

    valid, known: what it was on that day, by what was known on that; what cannot be answered is said on the page.
    """
    refused = None
    try:
        wanted = past.asked(valid, known, now=visit.hub.clock())
    except InvalidInput as error:
        wanted, refused = past.EVERYTHING, error
    one, was = reviews.whole(visit.hub, _person(visit), base, entity, wanted)
    asked = wanted != past.EVERYTHING
    with visit.reader() as session:
        people = names.accounts(session, [said.by for said in one.said])
    return visit.page(
        "entity.html",
        status=refused.http_status if refused else 200,
        refused=problems.sentence(refused, visit.language) if refused else "",
        one=one,
        people=people,
        asked=asked,
        valid=valid,
        known=known,
        today=local_day(visit.hub.clock()),
        past=[field for field in was.fields if asked or field.over or field.correction],
        rows={each.record: each for each in one.records},
    )


def _finder(
    visit: Visit, *, base: str = "", found: seeking.Answer | None = None, refused: HubError | None = None
) -> HTMLResponse:
    return visit.page(
        "find.html",
        status=refused.http_status if refused else 200,
        refused=problems.sentence(refused, visit.language) if refused else "",
        found=found,
        base=base,
        bases=[(one.name, visit.named((one.title_zh, one.title_en))) for one in bases.matched()],
    )


def _page(
    visit: Visit,
    base: str,
    pair: str,
    *,
    after: str = "",
    reason: str = "",
    verdict: str = "",
    refused: HubError | None = None,
    parts: bool = False,
) -> HTMLResponse:
    found = reviews.seen(visit.hub, _person(visit), base, pair, parts=parts)
    with visit.reader() as session:
        people = names.accounts(session, [word.by for word in found.words])
    return visit.page(
        "review.html",
        status=refused.http_status if refused else 200,
        refused=problems.sentence(refused, visit.language) if refused else "",
        one=found,
        after=after,
        people=people,
        reason=reason,
        verdict=verdict,
        verdicts=VERDICTS,
        may_decide=visit.may(Permission.ALL_REVIEW_DECIDE),
        longest=reviews.LONGEST_REASON,
    )


def _to(path: str) -> RedirectResponse:
    return RedirectResponse(path, status_code=303, headers=rendering.HEADERS)


def _person(visit: Visit) -> Caller:
    assert visit.person is not None  # Needs let nobody else through
    return visit.person
