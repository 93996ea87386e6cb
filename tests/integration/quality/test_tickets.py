"""A bad row's life: found, on a ticket to its department, corrected at the source, verified, and back on relapse."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from sqlalchemy import select

from catalog.actions import erasures, tickets
from catalog.contracts import Contract, RowRule
from catalog.database import open_reader, open_session
from catalog.errors import Conflict
from catalog.models import Ticket, TicketNote
from catalog.settings import Settings
from catalog.time_limits import is_overdue, overdue, working_days_left
from quality.run import judge
from quality.tickets import Followed, escalate_overdue, follow, step_for
from tests.integration.quality.conftest import StageRows, contract_of

GOOD_ID = "370683199003074514"
WRONG_ID = "370683199003074511"
RULE = "resident_id.check_digit"
DAY = timedelta(days=1)
IDS = (GOOD_ID, "11010519491231002X", "440524188001010014")


def person(number: int, resident_id: str = GOOD_ID) -> dict[str, Any]:
    """One row, right but for the number given."""
    return {"person_no": f"n{number}", "resident_id": resident_id, "amount": 1.0}


def ticket(settings: Settings, rule: str = RULE) -> Ticket:
    """The ticket of a rule."""
    with open_reader(settings) as session:
        return session.scalars(select(Ticket).where(Ticket.rule_id == rule)).one()


def history(settings: Settings) -> list[tuple[str, int | None]]:
    """(kind, failing) of every note on the ticket of RULE, in order."""
    number = ticket(settings).ticket_id
    with open_reader(settings) as session:
        notes = session.scalars(select(TicketNote).where(TicketNote.ticket_id == number).order_by(TicketNote.note_id))
        return [(note.kind, note.failing) for note in notes]


def deliver(settings: Settings, contract: Contract, batch: str, now: datetime) -> Followed:
    """Judge a staged batch and follow its verdict."""
    return follow(settings, contract, judge(settings, contract, batch, now=now))


def test_a_bad_rows_life_from_load_to_closed_ticket_and_back(
    registry: Settings, contract: Contract, stage: StageRows, now: datetime
) -> None:
    deliver(registry, contract, stage([person(1, WRONG_ID), person(2, WRONG_ID), person(3)], serial=1), now)
    opened = ticket(registry)
    assert (opened.state, opened.agency, opened.failing_before) == ("open", "police", 2)
    assert opened.due_on == date(2026, 12, 4), "ten working days from Friday 20 November 2026"

    deliver(registry, contract, stage([person(1, WRONG_ID), person(2), person(3)], serial=2), now + DAY)
    assert (ticket(registry).state, ticket(registry).failing_now) == ("open", 1)

    deliver(registry, contract, stage([person(1), person(2), person(3)], serial=3), now + 2 * DAY)
    closed = ticket(registry)
    assert (closed.state, closed.failing_before, closed.failing_now) == ("closed", 2, 0)

    deliver(registry, contract, stage([person(1), person(2, WRONG_ID), person(3)], serial=4), now + 3 * DAY)
    again = ticket(registry)
    assert (again.state, again.reopened, again.failing_before) == ("open", 1, 1)
    assert history(registry) == [("opened", 2), ("measured", 1), ("closed", 0), ("reopened", 1)]


def test_following_the_same_verdict_again_changes_nothing(
    registry: Settings, contract: Contract, stage: StageRows, now: datetime
) -> None:
    batch = stage([person(1, WRONG_ID), person(2)], serial=1)
    assert deliver(registry, contract, batch, now).opened
    assert deliver(registry, contract, batch, now + DAY) == Followed()
    assert history(registry) == [("opened", 1)]


def test_an_increment_without_the_bad_row_does_not_close_its_ticket(
    registry: Settings, stage: StageRows, now: datetime
) -> None:
    incremental = contract_of("incremental")
    deliver(registry, incremental, stage([person(1, WRONG_ID), person(2)], serial=1), now)
    deliver(registry, incremental, stage([person(3)], serial=2), now + DAY)
    assert (ticket(registry).state, ticket(registry).failing_now) == ("open", 1)
    deliver(registry, incremental, stage([person(1)], serial=3), now + 2 * DAY)
    assert (ticket(registry).state, ticket(registry).failing_now) == ("closed", 0)


def test_what_a_person_settled_before_a_relapse_does_not_keep_the_ticket_open_after_it(
    registry: Settings, stage: StageRows, now: datetime
) -> None:
    incremental = contract_of("incremental")
    deliver(registry, incremental, stage([person(1, WRONG_ID)], serial=1), now)
    with open_session(registry) as session:
        number = tickets.finding(session, "police_person", RULE)
        assert number is not None
        tickets.close(session, ticket_id=number.ticket_id, text="该人已销户", by="steward", now=now + DAY)
    deliver(registry, incremental, stage([person(2, WRONG_ID)], serial=2), now + 2 * DAY)
    assert (ticket(registry).state, ticket(registry).reopened) == ("open", 1)
    deliver(registry, incremental, stage([person(2)], serial=3), now + 3 * DAY)
    assert (ticket(registry).state, ticket(registry).failing_now) == ("closed", 0)


def test_a_waived_rule_opens_no_ticket(registry: Settings, contract: Contract, stage: StageRows, now: datetime) -> None:
    verdict = judge(registry, contract, stage([person(1, WRONG_ID), person(2)]), now=now)
    assert RULE in {result.rule_id for result in verdict.results if result.outcome == "failed"}
    follow(registry, contract, verdict, waived={RULE})
    with open_reader(registry) as session:
        assert tickets.finding(session, "police_person", RULE) is None


def test_an_overdue_ticket_is_passed_up_once_and_an_answer_does_not_stop_its_clock(
    registry: Settings, contract: Contract, stage: StageRows, now: datetime
) -> None:
    deliver(registry, contract, stage([person(1, WRONG_ID), person(2)]), now)
    number = ticket(registry).ticket_id
    with open_session(registry) as session:
        tickets.answer(session, ticket_id=number, text="下次更新时改正", by="police", now=now)
    assert number not in escalate_overdue(registry, now=now + 14 * DAY)
    assert number in escalate_overdue(registry, now=now + 15 * DAY)
    assert escalate_overdue(registry, now=now + 16 * DAY) == []
    assert history(registry)[-1][0] == "escalated"


def test_a_consumers_correction_has_ten_working_days_and_its_clock_stops_with_the_answer(
    registry: Settings, now: datetime
) -> None:
    with open_session(registry) as session:
        asked = tickets.open_correction(
            session, dataset="a_set", agency="police", raised_by="housing", text="地址不符", by="housing", now=now
        )
        assert (asked.due_on, overdue(asked, now + 15 * DAY)) == (date(2026, 12, 4), True)
        tickets.answer(session, ticket_id=asked.ticket_id, text="已更正", by="police", now=now)
        assert not overdue(asked, now + 15 * DAY)
        tickets.close(session, ticket_id=asked.ticket_id, text="确认", by="housing", now=now)
        with pytest.raises(Conflict):
            tickets.answer(session, ticket_id=asked.ticket_id, text="再答", by="police", now=now)


@pytest.mark.parametrize("days", [-1, 0, 14, 15, 16])
def test_overdue_means_the_same_of_a_ticket_and_in_a_query(registry: Settings, now: datetime, days: int) -> None:
    with open_session(registry) as session:
        for number, (kind, state) in enumerate(product(("finding", "correction"), ("open", "answered", "closed"))):
            opened = tickets.open_correction(
                session, dataset=f"set_{number}", agency="police", raised_by="tax", text="x", by="tax", now=now
            )
            opened.kind, opened.state = kind, state
        session.flush()
        moment = now + days * DAY
        everything = set(session.scalars(select(Ticket)))
        assert set(session.scalars(select(Ticket).where(is_overdue(moment)))) == {
            one for one in everything if overdue(one, moment)
        }
        assert {working_days_left(one, moment) is None for one in everything if one.state == "closed"} == {True}
        assert all((working_days_left(one, moment) or 0) <= 0 for one in everything if overdue(one, moment))


@pytest.mark.parametrize(
    ("state", "assessed", "failing", "outstanding", "step"),
    [
        (None, 9, 0, 0, ""),
        (None, 9, 2, 0, "open"),
        ("open", 9, 2, 0, "measure"),
        ("open", 9, 0, 3, "measure"),
        ("answered", 9, 0, 0, "close"),
        ("open", 0, 0, 0, ""),
        ("closed", 9, 0, 0, ""),
        ("closed", 9, 1, 0, "reopen"),
    ],
)
def test_what_becomes_of_a_ticket(state: str | None, assessed: int, failing: int, outstanding: int, step: str) -> None:
    assert step_for(state, assessed=assessed, failing=failing, outstanding=lambda: outstanding) == step


@pytest.mark.parametrize("key", [False, True])
def test_a_placeholder_where_a_date_is_required_is_one_ticket_and_a_missing_date_another(
    registry: Settings, stage: StageRows, now: datetime, key: bool
) -> None:
    items = tuple(
        replace(item, required=True, key=key) if item.name == "birth_date" else item
        for item in contract_of().items
    )  # fmt: skip
    rows = [person(1) | {"_notes": ["birth_date:placeholder"]}, person(2), person(3) | {"birth_date": date(1990, 3, 7)}]
    rows = [row | {"resident_id": number} for row, number in zip(rows, reversed(IDS), strict=True)]
    followed = contract_of(items=items)
    batch = stage(rows, items=items)
    found = judge(registry, followed, batch, now=now)
    follow(registry, followed, found)
    with open_reader(registry) as session:
        opened = {one.rule_id: one.failing_now for one in session.scalars(select(Ticket))}
    assert opened == {"birth_date.placeholder": 1, "birth_date.required": 1}
    assert found.quarantined == (2 if key else 0)


def found(settings: Settings, rule: str, now: datetime) -> None:
    """A ticket for `rule`, opened by no verdict."""
    with open_session(settings) as session:
        tickets.open_finding(
            session, dataset="police_person", rule_id=rule, agency="police", severity="warn", title=("甲", "a"),
            failing=1, verdict_id="", working_days=10, by="t", now=now,
        )  # fmt: skip


def test_a_rule_a_contract_calls_like_a_case_of_erasure_has_a_ticket_of_its_own(
    registry: Settings, stage: StageRows, now: datetime
) -> None:
    called_alike = RowRule(erasures.rule_of(1), "amount < 0", "warn", "0104", "金额为负", "negative", ("amount",))
    contract = contract_of(rules=(called_alike,))
    deliver(registry, contract, stage([person(1) | {"amount": -1.0}], serial=1), now)
    found(registry, erasures.rule_of(1), now)
    deliver(registry, contract, stage([person(1)], serial=2), now + DAY)
    assert ticket(registry, "row.erasure.1").state == "closed"
    assert ticket(registry, "erasure.1").state == "open", "no verdict answers for the department's own system"


def test_the_rules_of_an_item_called_erasure_are_no_cases(registry: Settings, now: datetime) -> None:
    for rule in (erasures.rule_of(1), "erasure.required", "erasure.²"):
        found(registry, rule, now)
    with open_reader(registry) as session:
        assert erasures.open_tickets(session) == {1: [ticket(registry, erasures.rule_of(1)).ticket_id]}
