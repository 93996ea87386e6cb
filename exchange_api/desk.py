"""The desk of correction orders: who sees which ticket and may do what to it. Routes and pages ask here.

    comment   answer   close   reopen   whose ticket
provider      x        x                          given to its department
recipient     x                 x       x         a correction its department raised
data bureau   x                 x       x         every one
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final, Literal

from sqlalchemy.orm import Session

from authorization.access import Caller
from authorization.permissions import Permission
from catalog import queries
from catalog.actions import tickets
from catalog.actions.tickets import CORRECTION_WORKING_DAYS
from catalog.database import open_reader, open_session
from catalog.errors import NotAllowed
from catalog.models import Ticket
from catalog.settings import Settings
from catalog.ticket_limits import check_reopened, unknown_ticket
from exchange_api import evidence
from exchange_api.disguise import check_written
from exchange_api.hub import Hub
from exchange_api.refusals import refuse
from exchange_api.views import tickets as views

Verb = Literal["comment", "answer", "close", "reopen"]
VERBS: Final[tuple[Verb, ...]] = ("comment", "answer", "close", "reopen")


def sight(caller: Caller) -> views.Sight:
    """Whose tickets `caller` sees: everybody's; those given to and raised by its department; or only the latter."""
    if caller.may(Permission.ALL_QUALITY_READ):
        return views.Sight()
    return views.Sight(caller.agency, provides=caller.may(Permission.OWN_QUALITY_READ))


def seen(hub: Hub, caller: Caller, session: Session, ticket: str) -> tuple[views.Order, tuple[views.Line, ...]]:
    """A ticket with its history; raises NotFound, for one that `caller` does not see with the very same words.

    Otherwise whoever counts through the numbers would learn how many tickets another department has.
    """
    order, history = views.one(session, ticket, now=hub.clock())
    if not sight(caller).covers(order):
        refuse(hub, caller, surface="tickets", reasons=["not_own_ticket"])
        raise unknown_ticket()
    return order, history


def rights(caller: Caller, order: views.Order) -> frozenset[Verb]:
    """What `caller` may do to a ticket it sees, in whatever state it is; see the table above."""
    if not caller.may(Permission.OWN_TICKETS_WRITE):
        return frozenset()
    verbs: set[Verb] = {"comment"}
    if caller.agency == order.agency and caller.may(Permission.OWN_QUALITY_READ):
        verbs.add("answer")
    raised = order.kind == "correction" and caller.agency == order.raised_by
    if raised or caller.may(Permission.ALL_TICKETS_WRITE):
        verbs |= {"close", "reopen"}
    return frozenset(verbs)


def offered(caller: Caller, order: views.Order) -> tuple[Verb, ...]:
    """The rights that make sense in the ticket's present state, in the order of VERBS."""
    moot = {"open": {"reopen"}, "answered": {"reopen", "answer"}, "closed": {"answer", "close"}}[order.state]
    return tuple(verb for verb in VERBS if verb in rights(caller, order) - moot)


def act(hub: Hub, caller: Caller, ticket: str, verb: Verb, text: str) -> views.Order:
    """Do `verb` to a ticket, saying `text`, and return it as it stands then.

    Raises NotFound, NotAllowed, Conflict when its state forbids it, InvalidInput for an empty or too long text.
    """
    with open_reader(hub.settings) as session:
        order, _ = seen(hub, caller, session, ticket)
    if verb not in rights(caller, order):
        refuse(hub, caller, surface="tickets", reasons=["not_allowed"])
        raise NotAllowed(
            "提供部门可答复本部门的工单；关闭和重开由数据管理员，或提出校核的部门办理。",
            "A provider answers its own tickets; closing and opening again is for the data steward, or for the"
            " department that raised the correction.",
            code="ticket_verb_refused",
            verb=verb,
        )
    with open_session(hub.settings) as session:
        if verb == "reopen" and not caller.may(Permission.ALL_TICKETS_WRITE):
            check_reopened(tickets.get(session, ticket))
        do(session, hub.settings, ticket=ticket, verb=verb, text=text, by=caller.login, now=hub.clock())
    with open_reader(hub.settings) as session:
        return views.one(session, ticket, now=hub.clock())[0]


def do(session: Session, settings: Settings, *, ticket: str, verb: Verb, text: str, by: str, now: datetime) -> Ticket:
    """`verb` done to a ticket by somebody whose right to it is settled already, as the operator's at a terminal is.

    Raises InvalidInput for a text that gives away a number of somebody, besides what the actions raise.
    """
    check_written(text)
    said: dict[str, Any] = {"ticket_id": ticket, "text": text, "by": by, "now": now}
    if verb == "reopen":
        finding = tickets.get(session, ticket).kind == "finding"
        days = settings.ticket_working_days if finding else CORRECTION_WORKING_DAYS
        return tickets.reopen(session, working_days=days, **said)
    simple: dict[str, Callable[..., Ticket]] = {
        "comment": tickets.comment, "answer": tickets.answer, "close": tickets.close
    }  # fmt: skip
    return simple[verb](session, **said)


def shown_plain(caller: Caller, order: views.Order, owner: str) -> bool:
    """Whether `caller` delivers what the ticket speaks of: given to its department, `owner` of the dataset now."""
    return caller.agency == order.agency == owner


def proof(
    hub: Hub, caller: Caller, order: views.Order, *, brief: bool = False, limit: int = evidence.MOST_ROWS
) -> evidence.Evidence:
    """The failing rows of a ticket `caller` sees: plain for the department that delivered them, masked for the others.

    `brief`: the key items and those the rule speaks of. Recorded in the trail before it is returned. Raises NotAllowed
    for a caller who sees no quality.
    """
    if not caller.may(Permission.OWN_QUALITY_READ):
        refuse(hub, caller, surface="evidence", reasons=["not_allowed"])
        raise NotAllowed(
            "问题行只供提供部门和数据管理员查看。",
            "The failing rows are shown to the providing department and the data steward.",
            code="evidence_refused",
        )
    with open_reader(hub.settings) as session:
        # A ticket keeps the department it was first given to; the rows are those of whose dataset it is now.
        plain = shown_plain(caller, order, queries.dataset(session, order.dataset).agency)
        found = evidence.of_ticket(hub.settings, session, order.ticket_id, plain=plain, brief=brief, limit=limit)
    hub.record(caller, **found.use)
    return found
