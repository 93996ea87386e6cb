"""Corrections (校核): who may raise one of what, and which department it goes to."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from authorization.access import Caller
from authorization.policy import Grant, in_force
from catalog import queries
from catalog.actions import tickets
from catalog.database import open_session
from catalog.errors import InvalidInput, NotAllowed
from catalog.models import DataItem, Dataset, Ticket
from exchange_api.disguise import check_written
from exchange_api.hub import Hub
from exchange_api.refusals import refuse
from exchange_api.views import corrected, names
from exchange_api.views import tickets as views
from exchange_api.views.names import Pair

LONGEST_RECORD = 64
"""Characters of a record's number."""


@dataclass(frozen=True)
class Said:
    """What is wrong: in words; in which `item` and which `record` (its number), '' where the text says it alone."""

    text: str
    item: str = ""
    record: str = ""

    def words(self) -> str:
        """The text with the record before it, as it stands on the ticket."""
        check_written(self.text)
        check_written(self.record)
        record = " ".join(self.record.split())
        if len(record) > LONGEST_RECORD or not record.isprintable():
            raise InvalidInput(
                f"记录编号最长 {LONGEST_RECORD} 个字符。",
                f"The number of a record has at most {LONGEST_RECORD} characters.",
                code="correction_record_invalid",
            )
        return corrected.marked(record, self.text.strip()) if record and self.text.strip() else self.text


@dataclass(frozen=True)
class Choice:
    """An item that a correction may name, and the department that would receive it; `item` '' is the record as such."""

    item: str
    title: Pair
    agency: str
    agency_name: Pair


def choices(session: Session, grants: Iterable[Grant], dataset: str, now: datetime) -> tuple[Choice, ...]:
    """The record as such, then every item of `dataset` that `grants` give at `now`, in the dataset's order."""
    given, known = _granted(grants, dataset, now), names.agencies(session)
    items = [
        ("", ("", "")),
        *((one.name, _titles(one)) for one in queries.items(session, dataset) if one.name in given),
    ]
    found = ((name, title, receiver(session, dataset, name)) for name, title in items)
    return tuple(Choice(name, title, agency, names.name_of(known, agency)) for name, title, agency in found)


def receiver(session: Session, dataset: str, item: str) -> str:
    """Code of the department that answers for `item`: the one source it comes from, else the dataset's own department.

    The source named for a base's field comes first; without one, the departments at the far end of the item's lineage.
    """
    own = queries.dataset(session, dataset).agency
    sources = _sources(session, dataset, item) if item else set()
    return next(iter(sources)) if len(sources) == 1 else own


def raise_correction(hub: Hub, caller: Caller, dataset: str, said: Said) -> views.Order:
    """A 校核 request of the caller's department about a dataset it was granted (10 working days).

    Raises NotFound, NotAllowed without a grant in force on the dataset or the item (recorded), InvalidInput for an
    empty or too long text, Conflict for the same again, QuotaExceeded for too many.
    """
    facts, now = hub.facts.of(dataset), hub.clock()
    grants = hub.access.grants(agency=caller.agency, account=caller.login)
    if not is_recipient(grants, dataset, facts.sharing, now):
        refuse(hub, caller, surface="corrections", reasons=["no_grant"], facts=facts)
        raise not_recipient(dataset)
    if not may_name(grants, dataset, said.item, now):
        refuse(hub, caller, surface="corrections", reasons=["no_grant"], facts=facts)
        raise item_not_granted(dataset)
    with open_session(hub.settings) as session:
        ticket = opened(session, dataset, said, raised_by=caller.agency, by=caller.login, now=now)
        return views.one(session, ticket.ticket_id, now=now)[0]


def opened(session: Session, dataset: str, said: Said, *, raised_by: str, by: str, now: datetime) -> Ticket:
    """The ticket of a correction by somebody whose right to it is settled already, for who answers for the item."""
    named = next((_titles(one) for one in queries.items(session, dataset) if one.name == said.item), None)
    who: dict[str, Any] = {"raised_by": raised_by, "by": by, "now": now}
    agency = receiver(session, dataset, said.item)
    return tickets.open_correction(session, dataset=dataset, agency=agency, text=said.words(), item=named, **who)


def is_recipient(grants: Iterable[Grant], dataset: str, sharing: str, now: datetime) -> bool:
    """Whether one of `grants` opens `dataset` at `now`: only who receives data can say that it is wrong."""
    return sharing != "none" and any(grant.dataset == dataset and in_force(grant, now) for grant in grants)


def may_name(grants: Iterable[Grant], dataset: str, item: str, now: datetime) -> bool:
    """Whether `grants` give `item` of `dataset` at `now`; '' is the record as such."""
    return not item or item in _granted(grants, dataset, now)


def not_recipient(dataset: str) -> NotAllowed:
    """The refusal of a correction without a grant."""
    return NotAllowed(
        f"没有对数据集 {dataset} 的有效授权，不能提出校核。如确有需要，请先提出共享申请。",
        f"There is no grant in force on dataset {dataset}, so no correction can be raised. Apply for the data first.",
        code="correction_not_granted",
        dataset=dataset,
    )


def item_not_granted(dataset: str) -> NotAllowed:
    """The refusal of a correction of an item that was not granted."""
    return NotAllowed(
        f"该数据项不在贵部门对数据集 {dataset} 的授权范围内。请从列表中选择数据项，或只写明记录编号。",
        f"Your department was not granted that item of dataset {dataset}. Choose one of the list, or name the record.",
        code="correction_item_not_granted",
        dataset=dataset,
    )


def _granted(grants: Iterable[Grant], dataset: str, now: datetime) -> frozenset[str]:
    fitting = (grant for grant in grants if grant.dataset == dataset and in_force(grant, now))
    return frozenset(item for grant in fitting for item in grant.items)


def _titles(item: DataItem) -> Pair:
    return item.title_zh, item.title_en


def _sources(session: Session, dataset: str, item: str) -> set[str]:
    """Departments `item` comes from. A source named for the field decides, else the lineage behind it."""
    edges = queries.lineage_behind(session, dataset)
    agencies: dict[str, str] = {code: own for code, own in session.execute(select(Dataset.code, Dataset.agency))}
    found, seen, waiting = set[str](), set[tuple[str, str]](), [(dataset, item)]
    while waiting:
        at = waiting.pop()
        seen.add(at)
        ranked = queries.designations(session, at[0]).get(at[1])
        if ranked:
            found.add(ranked[0].agency)
        elif edges.get(at):
            waiting += [there for there in edges[at] if there not in seen]
        elif at[0] in agencies:
            found.add(agencies[at[0]])
    return found
