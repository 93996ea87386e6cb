"""The desk of clerical review (人工核对): who sees pairs of records and entities, and what is said of them.

Routes and pages ask here. Every look at values is in the trail before it is answered.
"""

from typing import Any, Final

from sqlalchemy.orm import Session

from authorization.access import Caller
from authorization.permissions import Permission
from catalog.actions import review_decisions
from catalog.database import open_reader, open_session
from catalog.errors import Conflict, InvalidInput, NotAllowed, QuotaExceeded, Unavailable
from catalog.time_limits import local_day
from exchange_api.disguise import check_written
from exchange_api.hub import Hub
from exchange_api.refusals import refuse
from exchange_api.views import entities, past, reviews, seeking
from lake import bases

LONGEST_REASON: Final = 2000


def listed(hub: Hub, wanted: reviews.Wanted) -> reviews.Listing:
    """The pairs that match, without a value."""
    with open_reader(hub.settings) as session:
        return reviews.listed(hub.settings, session, wanted)


def seen(hub: Hub, caller: Caller, base: str, pair: str, *, parts: bool = False) -> reviews.Case:
    """A pair with its evidence, masked by the caller's right and recorded in the trail. Raises NotFound.

    parts: with parts of masked values, recorded as such; raises NotAllowed for who decides on no pair.
    """
    if parts and not decides(caller):
        refuse(hub, caller, surface="review:parts", reasons=["not_allowed"])
        raise NotAllowed(
            "部分内容只供对记录对作结论的人查看。",
            "Parts of masked values are shown to who decides on pairs.",
            code="review_parts_refused",
        )
    today = local_day(hub.clock())
    with open_reader(hub.settings) as session:
        found = reviews.case(hub.settings, session, base, pair, agency=caller.agency, today=today, parts=parts)
    hub.record(caller, **found.use)
    return found


def explained(hub: Hub, caller: Caller, base: str, entity: str) -> entities.Explained:
    """Why an entity is what it is, masked by the caller's right and recorded in the trail. Raises NotFound."""
    with open_reader(hub.settings) as session:
        found = entities.explained(hub.settings, session, base, entity, agency=caller.agency)
    hub.record(caller, **found.use)
    return found


def whole(hub: Hub, caller: Caller, base: str, entity: str, wanted: past.Asked) -> tuple[entities.Explained, past.Past]:
    """Why an entity is what it is, and what it was as asked; masked as in explained(), one look, one record.

    Raises NotFound.
    """
    with open_reader(hub.settings) as session:
        found = entities.explained(hub.settings, session, base, entity, agency=caller.agency)
        was = past.of_entity(hub.settings, session, base, entity, wanted, agency=caller.agency)
    both = {name: tuple(sorted({*found.use[name], *was.use[name]})) for name in ("items", "providers")}
    hub.record(caller, **(found.use | both))
    return found, was


def as_of(hub: Hub, caller: Caller, base: str, entity: str, wanted: past.Asked) -> past.Past:
    """What a base held of an entity when, masked by the caller's right and recorded in the trail. Raises NotFound."""
    with open_reader(hub.settings) as session:
        found = past.of_entity(hub.settings, session, base, entity, wanted, agency=caller.agency)
    hub.record(caller, **found.use)
    return found


def look_up(
    hub: Hub, caller: Caller, base: str, *, number: str = "", phone: str = "", name: str = ""
) -> seeking.Answer:
    """The entities a number leads to, or a telephone and a name: ids alone; one record in the trail, without a number.

    Raises NotFound, InvalidInput for what can be no number or is given by halves, and Unavailable for a base that is
    not built yet: then nothing was looked up.
    QuotaExceeded for who found nobody too often within a day; that refusal is recorded too.
    """
    wanted = seeking.wanted(base, number=number, phone=phone, name=name)
    began = hub.clock()
    try:
        hub.guesses.begin(caller.login, began)
    except QuotaExceeded:
        refuse(hub, caller, surface="find", reasons=["find_too_often"])
        raise
    try:
        answer = seeking.find(hub.settings, base, wanted)
    except Unavailable:  # the base is not built: whoever asked guessed at nothing
        hub.guesses.hit(caller.login, began)
        raise
    if answer.matches:
        hub.guesses.hit(caller.login, began)
    hub.record(caller, **answer.use)
    return answer


def decide(
    hub: Hub, caller: Caller, base: str, pair: str, verdict: str, reason: str, *, seen: int | None = None
) -> bool:
    """Say something of a pair; False when that was said already, and then nothing is kept twice.

    seen: number of the newest decision the caller knew of. Raises NotAllowed for a program, NotFound, InvalidInput, and
    Conflict when somebody else has decided otherwise meanwhile.
    """
    if not decides(caller):
        refuse(hub, caller, surface="review:decide", reasons=["not_allowed"])
        raise NotAllowed(
            "记录对须由人作结论，服务账号不能。请由数据管理员登录门户核对。",
            "People decide on pairs, no service account does. Have a data steward sign in to the portal.",
            code="review_service_refused",
        )
    check_reason(reason)
    with open_session(hub.settings) as session:
        row = reviews.found_row(hub.settings, session, bases.base(base), pair)
        return _decide(session, base, row, verdict, reason, seen=seen, by=caller.login, now=hub.clock())


def decides(caller: Caller) -> bool:
    """Whether the caller may decide on pairs: a person whose role says so. The word of a program would be nobody's."""
    return caller.kind == "person" and caller.may(Permission.ALL_REVIEW_DECIDE)


def check_reason(reason: str) -> None:
    """Raise InvalidInput for a reason that is too long, or gives away a number of a person: it is kept and shown."""
    if len(reason) > LONGEST_REASON:
        raise InvalidInput(
            f"理由最多 {LONGEST_REASON} 字。",
            f"A reason has at most {LONGEST_REASON} characters.",
            code="review_reason_too_long",
        )
    check_written(reason)


def _decide(
    session: Session, base: str, row: dict[str, Any], verdict: str, reason: str, *, seen: int | None, **who: Any
) -> bool:
    said = review_decisions.history(session, base, row["pair"])
    last = said[-1] if said else None
    if last is not None and last.verdict == verdict and reason.strip():
        return False
    if last is not None and seen is not None and last.decision_id != seen and last.decided_by != who["by"]:
        raise Conflict(
            "您打开页面后，另一位核对人已作出不同结论。请看过其理由后重新决定。",
            "Since you opened the page somebody else has decided otherwise. Read their reason, then decide anew.",
            code="review_decided_meanwhile",
        )
    records = row["record_l"], row["record_r"]
    review_decisions.decide(
        session, base=base, pair=row["pair"], records=records, verdict=verdict, reason=reason, **who
    )
    return True
