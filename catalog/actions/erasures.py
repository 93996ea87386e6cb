"""Erasure of a person (依法删除, PIPL Art. 47): one asks by a legal ground, another decides, the lake does it.

What stays is that it happened: the entity's id, which is a keyed hash, and who decided what on which ground.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.actions.events import EventTag, record
from catalog.actions.written_words import Strike, strike
from catalog.errors import Conflict, InvalidInput, NotAllowed, NotFound
from catalog.models import Erasure, ErasureMark, Event, Ticket
from catalog.standards.erasure_grounds import GROUNDS, REFUSALS


def ask(
    session: Session, *, entity: str, ground: str, reference: str, by: str, now: datetime, account: str = ""
) -> Erasure:
    """Ask that person `entity` be erased, by the paper `reference`. account: in whose name, where `by` is a terminal.

    Raises InvalidInput without a ground of the list or a reference, Conflict while one is under way.
    """
    if ground not in GROUNDS or not reference.strip():
        raise InvalidInput(
            f"依法删除须写明法定事由（{'、'.join(GROUNDS)}）和文号。",
            f"An erasure needs a legal ground ({', '.join(GROUNDS)}) and the number of its paper.",
            code="erasure_invalid",
        )
    check_free(session, entity)
    made = Erasure(
        entity=entity, ground=ground, reference=reference.strip(), status="asked", asked_by=account or by, asked_at=now,
        asked_at_terminal=by if account else "",
        decided_by="", decided_at=None, refusal="", reason="", done_at=None, rows=None,
    )  # fmt: skip
    session.add(made)
    session.flush()
    _told(session, made, EventTag.ERASURE_ASKED, by, now, {"ground": ground}, account)
    return made


def check_free(session: Session, entity: str) -> None:
    """Raise Conflict where an erasure of this person is under way."""
    under_way = select(Erasure).where(Erasure.entity == entity, Erasure.status.in_(("asked", "approved", "begun")))
    if (other := session.scalars(under_way).first()) is not None:
        raise Conflict(
            f"该人员已有在办的依法删除（编号 {other.erasure_id}）。请用 shuniu base erase list 查看它到了哪一步。",
            f"An erasure of this person is under way already: number {other.erasure_id}. See how far it is with: shuniu"
            " base erase list.",
            code="erasure_under_way",
            erasure_id=other.erasure_id,
        )


def decide(
    session: Session,
    *,
    erasure_id: int,
    approve: bool,
    reason: str,
    refusal: str = "",
    by: str,
    now: datetime,
    account: str = "",
) -> Erasure:
    """Approve, or refuse by a ground of the list. Raises InvalidInput without a reason or ground, NotAllowed for who
    asked, be it the account or the user of the terminal, Conflict for one decided already, NotFound."""
    if not reason.strip() or (not approve and refusal not in REFUSALS):
        raise InvalidInput(
            f"须写明理由；不予删除的，还须写明依据（{'、'.join(REFUSALS)}）。",
            f"A reason is needed, and for a refusal its ground ({', '.join(REFUSALS)}).",
            code="erasure_decision_invalid",
        )
    found = decidable(session, erasure_id=erasure_id, approve=approve, by=by, account=account)
    found.status, found.refusal = ("approved", "") if approve else ("refused", refusal)
    found.reason, found.decided_by, found.decided_at = reason.strip(), account or by, now
    _told(
        session, found, EventTag.ERASURE_DECIDED, by, now, {"status": found.status, "refusal": found.refusal}, account
    )
    return found


def decidable(
    session: Session, *, erasure_id: int, approve: bool, by: str, account: str = "", hold: bool = True
) -> Erasure:
    """The erasure, if it may still be decided so, by these. Raises as decide does."""
    found = get(session, erasure_id, hold=hold)
    if found.status != "asked" and (approve or found.status != "approved"):  # what is not begun may still be refused
        raise Conflict(
            f"依法删除 {erasure_id} 已经审批。",
            f"Erasure {erasure_id} has been decided already.",
            code="erasure_decided",
        )
    if {found.asked_by, found.asked_at_terminal} & ({account or by, by} - {""}):  # one person may have two logins
        raise NotAllowed(
            f"依法删除 {erasure_id} 须由申请人以外的数据管理员审批，并使用其本人的操作系统用户。",
            f"Erasure {erasure_id} is decided by another steward than the one who asked, as their own system user.",
            code="erasure_own",
        )
    return found


def begin(
    session: Session,
    *,
    erasure_id: int,
    marks: Collection[str],
    struck: Strike,
    by: str,
    now: datetime,
    account: str = "",
) -> Erasure:
    """Keep the marks by which the person is kept out from now on, and strike them out of what people wrote.

    Raises Conflict for one nobody approved.
    """
    found = get(session, erasure_id)
    if found.status not in ("approved", "begun"):
        raise Conflict(
            f"依法删除 {erasure_id} 未获批准，不能执行。",
            f"Erasure {erasure_id} is not approved and cannot be carried out.",
            code="erasure_not_approved",
        )
    known = set(session.scalars(select(ErasureMark.mark)))
    session.add_all(ErasureMark(mark=mark, erasure_id=erasure_id) for mark in sorted(set(marks) - known))
    found.status = "begun"
    session.flush()
    told: dict[str, object] = {"marks": len(set(marks)), "texts": strike(session, struck)}
    _told(session, found, EventTag.ERASURE_BEGUN, by, now, told, account)
    return found


def finish(session: Session, *, erasure_id: int, rows: int, by: str, now: datetime, account: str = "") -> Erasure:
    """The lake holds nothing of the person any more."""
    found = get(session, erasure_id)
    found.status, found.done_at, found.rows = "done", now, rows
    _told(session, found, EventTag.ERASURE_DONE, by, now, {"rows": rows}, account)
    return found


def note_return(
    session: Session, *, batch: str, dataset: str, rows: int, other_name: int, left_out: int, by: str, now: datetime
) -> None:
    """Erased persons came again in a delivery and were kept out, in so many rows; `other_name`: under another name.

    left_out: rows left out whole. For stewards: the department is told nothing of it, or it could ask of anybody
    whether they were erased.
    """
    told = {"dataset": dataset, "rows": rows, "other_name": other_name, "left_out": left_out}
    record(session, tag=EventTag.ERASURE_RETURNED, subject=batch, by=by, now=now, details=told)


def returns(session: Session) -> Sequence[Event]:
    """Every delivery erased persons came again in, the newest first."""
    query = select(Event).where(Event.tag == EventTag.ERASURE_RETURNED.value)
    return session.scalars(query.order_by(Event.at.desc(), Event.event_id.desc())).all()


def left_out(session: Session, batch: str) -> int:
    """Rows of a batch the lake does not hold because they were erased persons': whoever counts a batch adds them.

    So rows are told as delivered on the whole way, and no count tells that somebody was erased. A batch of before this
    was counted has none.
    """
    query = select(Event.details).where(Event.tag == EventTag.ERASURE_RETURNED.value, Event.subject == batch)
    return sum(int(told.get("left_out", 0)) for told in session.scalars(query))


def get(session: Session, erasure_id: int, *, hold: bool = True) -> Erasure:
    """The erasure of that number; hold: for this transaction, nobody else changes it. Raises NotFound."""
    found = session.get(Erasure, erasure_id, with_for_update=hold or None)
    if found is None:
        raise NotFound(
            f"没有编号为 {erasure_id} 的依法删除。请用 shuniu base erase list 查看。",
            f"There is no erasure {erasure_id}. See: shuniu base erase list.",
            code="erasure_unknown",
        )
    return found


def listed(session: Session, *status: str) -> Sequence[Erasure]:
    """Every erasure, or those in a status, the oldest first."""
    query = select(Erasure).order_by(Erasure.erasure_id)
    return session.scalars(query.where(Erasure.status.in_(status)) if status else query).all()


def rule_of(erasure_id: int) -> str:
    """The rule by which the tickets of an erasure are found: one for each dataset the person stood in."""
    return f"erasure.{erasure_id}"


def open_tickets(session: Session) -> dict[int, list[str]]:
    """Number of an erasure -> ids of those of its tickets that nobody has closed, for each that has any."""
    query = select(Ticket.rule_id, Ticket.ticket_id).where(Ticket.rule_id.startswith("erasure."))
    found: dict[int, list[str]] = {}
    for rule, ticket in session.execute(query.where(Ticket.state != "closed")).all():
        number = str(rule).removeprefix("erasure.")
        if number.isascii() and number.isdecimal():  # an item called erasure has rules that begin so, too
            found.setdefault(int(number), []).append(ticket)
    return {number: sorted(ids) for number, ids in found.items()}


def marks(session: Session) -> frozenset[str]:
    """The marks of everybody erased."""
    return frozenset(session.scalars(select(ErasureMark.mark)))


def _told(
    session: Session, one: Erasure, tag: EventTag, by: str, now: datetime, details: dict[str, object], account: str = ""
) -> None:
    told = {"entity": one.entity} | details | ({"account": account} if account else {})
    record(session, tag=tag, subject=f"erasure/{one.erasure_id}", by=by, now=now, details=told)
