"""Deliveries that are overdue: told, put on one ticket, and closed when the department delivers again."""

from datetime import datetime, timedelta

import pytest

from catalog.actions import runs
from catalog.contracts import parse_contract
from catalog.database import open_session
from catalog.errors import ContractBroken
from catalog.models import Ticket
from catalog.settings import Settings
from dags.steps.freshness import allowed, check
from tests.factories.deliveries import a_contract, a_registry_with
from tests.unit.dags.test_lineage_events import CONTRACT


@pytest.fixture
def hub(settings: Settings) -> Settings:
    """A hub with one contract that allows a day and a half."""
    settings.contracts_dir.mkdir(parents=True)
    document = CONTRACT + "slaProperties: [{property: frequency, value: daily}]\n"
    (settings.contracts_dir / "civil_person.odcs.yaml").write_text(document, encoding="utf-8")
    return a_registry_with(settings, parse_contract(document, name="civil_person"))


def collected(hub: Settings, at: datetime, *, ok: bool = True) -> None:
    runs.record_step(
        hub, stage="collect", dataset="civil_person", agency="civil", started=at, seconds=1, cpu_seconds=1, rows=0,
        peak_mib=1, ok=ok,
    )  # fmt: skip


def tickets(hub: Settings) -> list[tuple[str, str | None, str]]:
    with open_session(hub) as session:
        return [(ticket.agency, ticket.rule_id, ticket.state) for ticket in session.query(Ticket)]


def test_a_dataset_that_was_never_asked_for_is_not_overdue(hub: Settings, now: datetime) -> None:
    assert (check(hub, now=now), tickets(hub)) == ({}, [])


def test_overdue_is_one_ticket_until_the_department_delivers_again(hub: Settings, now: datetime) -> None:
    collected(hub, now)
    assert check(hub, now=now + timedelta(hours=36)) == {}
    collected(hub, now + timedelta(hours=30), ok=False)
    for hours in (37, 38):
        late = check(hub, now=now + timedelta(hours=hours))
        assert "36 小时" in late["civil_person"]
    assert tickets(hub) == [("civil", "freshness", "open")]
    collected(hub, now + timedelta(hours=39))
    assert check(hub, now=now + timedelta(hours=40)) == {}
    assert tickets(hub) == [("civil", "freshness", "closed")]
    assert check(hub, now=now + timedelta(days=9))
    assert tickets(hub) == [("civil", "freshness", "open")]


def test_a_system_that_never_answered_is_overdue_from_the_first_time_it_was_asked(hub: Settings, now: datetime) -> None:
    collected(hub, now, ok=False)
    collected(hub, now + timedelta(hours=30), ok=False)
    assert "civil_person" in check(hub, now=now + timedelta(hours=37))


def test_a_contract_may_set_its_own_limit_and_one_that_makes_no_sense_is_told() -> None:
    assert allowed(a_contract(options={"fresh_within": "2 weeks"})) == timedelta(days=14)
    assert allowed(a_contract(update_cycle="daily")) == timedelta(hours=36)
    assert allowed(a_contract(update_cycle="irregular")) is None
    with pytest.raises(ContractBroken):
        allowed(a_contract(options={"fresh_within": "soon"}))
