"""Every write to the registry leaves exactly one event, and none is stored when its event cannot be.

A new public function in an `actions` module fails here until it stands in WRITES or, with its reason, in NOT_WRITES.
"""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

import authorization.actions
import catalog.actions
from authorization.actions import accounts, grants
from catalog.actions import (
    agencies,
    batches,
    datasets,
    erasures,
    review_decisions,
    standards,
    systems,
    tickets,
    usage_reports,
    verdicts,
    waivers,
)
from catalog.contracts import Contract, Item
from catalog.database import Base, open_reader, open_session
from catalog.errors import ContractBroken
from catalog.models import Dataset, Event, Verdict
from catalog.settings import Settings
from catalog.standards.own.additions import Additions, Entry
from catalog.systems import SystemSpec

NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
WHO: dict[str, Any] = {"by": "t", "now": NOW}
ITEM = Item("person_no", "编号", "Number", "record_no", "string", key=True)
CONTRACT = Contract("b_set", "1.0.0", "乙", "B", "police", "police_db", "snapshot", "t", None, (ITEM,))
BATCH: dict[str, Any] = {
    "dataset": "a_set", "system": "police_db", "rows": 1, "fingerprint": "f", "position": None, **WHO
}  # fmt: skip
ACCOUNT: dict[str, Any] = {
    "agency": "police", "kind": "service", "roles": ["consumer"], "name_zh": "程序", "name_en": "Program", **WHO
}  # fmt: skip
GRANT: dict[str, Any] = {
    "agency": "police", "dataset": "a_set", "items": ["person_no"], "purpose": "p", "legal_basis": "l",
    "valid_from": NOW, "valid_until": NOW + timedelta(days=1), **WHO,
}  # fmt: skip
FINDING: dict[str, Any] = {
    "dataset": "a_set", "agency": "police", "severity": "warn", "title": ("甲", "a"), "failing": 3, "verdict_id": "v-0",
    "working_days": 10, **WHO,
}  # fmt: skip
WAIVER: dict[str, Any] = {"dataset": "a_set", "reason": "r", "until": NOW + timedelta(days=9), **WHO}
CODES: dict[str, Any] = {
    "title": "t", "additions": Additions(entries=(Entry("sign_kind", "1", "甲", "a"),)), "compiles": bool, **WHO,
}  # fmt: skip
BROKEN = ContractBroken("缺列。", "A column is missing.", code="column_missing")


def _dataset(code: str) -> Dataset:
    return Dataset(
        code=code, title_zh="甲", title_en="A", agency="police", zone="standard", mode="snapshot", grade="L2",
        sharing="conditional", hub_id="370683", providers=["police"], version="1.0.0", registered_at=NOW,
    )  # fmt: skip


def _verdict() -> Verdict:
    return Verdict(
        verdict_id="v-1", dataset="a_set", batch_id="b-0", outcome="passed", rows=1, accepted=1, quarantined=0,
        judged_at=NOW,
    )  # fmt: skip


def _statement(report_id: str) -> dict[str, Any]:
    return {
        "report_id": report_id, "provider": "police", "period_start": "", "period_end": "", "calls": 1, "rows": 1,
        "merkle_root": "", "signature": "",
    }  # fmt: skip


Write = Callable[[Session, Settings], object]
WRITES: dict[str, Write] = {
    "catalog.actions.agencies.register": lambda s, _: agencies.register(
        s, code="health", name_zh="卫健局", name_en="Health", **WHO
    ),
    "catalog.actions.agencies.designate_source": lambda s, _: agencies.designate_source(
        s, base="population", field="name", order=[("police", "a_set")], **WHO
    ),
    "catalog.actions.batches.register": lambda s, _: batches.register(s, batch_id="b-1", **BATCH),
    "catalog.actions.batches.hold": lambda s, _: batches.hold(s, batch_id="b-0", error=BROKEN, **WHO),
    "catalog.actions.datasets.register_contract": lambda s, _: datasets.register_contract(
        s, contract=CONTRACT, hub_id="370683", **WHO
    ),
    "catalog.actions.datasets.register": lambda s, _: datasets.register(
        s, dataset=_dataset("c_set"), items=[ITEM], **WHO
    ),
    "catalog.actions.datasets.publish": lambda s, _: datasets.publish(
        s, dataset="a_set", uri="u", delta_version=0, rows=1, verdict_id=None, **WHO
    ),
    "catalog.actions.datasets.retire": lambda s, _: datasets.retire(s, dataset="a_set", reason="r", **WHO),
    "catalog.actions.datasets.record_lineage": lambda s, _: datasets.record_lineage(
        s, target="population", edges=[("name", "a_set", "name")], **WHO
    ),
    "catalog.actions.systems.register": lambda s, settings: systems.register(
        s, settings=settings, spec=SystemSpec("police_db", "police", "sqlite", "p", {}, {"password": "x"}), **WHO
    ),
    "catalog.actions.verdicts.record": lambda s, _: verdicts.record(s, verdict=_verdict(), results=[], **WHO),
    "catalog.actions.tickets.open_finding": lambda s, _: tickets.open_finding(s, rule_id="name.required", **FINDING),
    "catalog.actions.tickets.open_correction": lambda s, _: tickets.open_correction(
        s, dataset="a_set", agency="police", raised_by="housing", text="t", **WHO
    ),
    "catalog.actions.tickets.measure": lambda s, _: tickets.measure(
        s, ticket_id="a_set-1", failing=1, verdict_id="v-1", **WHO
    ),
    "catalog.actions.tickets.comment": lambda s, _: tickets.comment(s, ticket_id="a_set-1", text="t", **WHO),
    "catalog.actions.tickets.answer": lambda s, _: tickets.answer(s, ticket_id="a_set-1", text="t", **WHO),
    "catalog.actions.tickets.close": lambda s, _: tickets.close(s, ticket_id="a_set-1", text="t", **WHO),
    "catalog.actions.tickets.reopen": lambda s, _: tickets.reopen(
        s, ticket_id="a_set-2", text="t", working_days=10, **WHO
    ),
    "catalog.actions.tickets.escalate": lambda s, _: tickets.escalate(
        s, ticket_id="a_set-1", by="t", now=NOW + timedelta(days=60)
    ),
    "catalog.actions.waivers.grant": lambda s, _: waivers.grant(s, rule_id="phone.format", **WAIVER),
    "catalog.actions.review_decisions.decide": lambda s, _: review_decisions.decide(
        s, base="population", pair="V1", records=("R1", "R2"), verdict="same", reason="r", **WHO
    ),
    "catalog.actions.standards.propose": lambda s, _: standards.propose(s, **CODES),
    "catalog.actions.standards.review": lambda s, _: standards.review(
        s, proposal_id=1, verdict="approve", reason="r", compiles=bool, by="another", now=NOW
    ),
    "catalog.actions.waivers.revoke": lambda s, _: waivers.revoke(s, waiver_id=1, **WHO),
    "catalog.actions.usage_reports.store": lambda s, _: usage_reports.store(s, body=_statement("r-2"), **WHO),
    "catalog.actions.usage_reports.delivered": lambda s, _: usage_reports.delivered(
        s, report_id="r-1", roads=["file", "database"], **WHO
    ),
    "catalog.actions.erasures.ask": lambda s, _: erasures.ask(s, entity="P2", ground="unlawful", reference="r", **WHO),
    "catalog.actions.erasures.decide": lambda s, _: erasures.decide(
        s, erasure_id=1, approve=False, refusal="statutory_duty", reason="r", by="another", now=NOW
    ),
    "catalog.actions.erasures.begin": lambda s, _: erasures.begin(
        s, erasure_id=2, marks=["m"], struck=lambda text, _: text, **WHO
    ),
    "catalog.actions.erasures.note_return": lambda s, _: erasures.note_return(
        s, batch="b-0", dataset="a_set", rows=2, other_name=1, left_out=1, **WHO
    ),
    "catalog.actions.erasures.finish": lambda s, _: erasures.finish(s, erasure_id=2, rows=1, **WHO),
    "authorization.actions.accounts.create": lambda s, _: accounts.create(s, login="program_b", **ACCOUNT),
    "authorization.actions.accounts.disable": lambda s, _: accounts.disable(s, login="program_a", **WHO),
    "authorization.actions.accounts.issue_token": lambda s, _: accounts.issue_token(
        s, login="program_a", label="l", days=1, **WHO
    ),
    "authorization.actions.accounts.revoke_token": lambda s, _: accounts.revoke_token(s, token_id=_token(s), **WHO),
    "authorization.actions.accounts.sign_in": lambda s, _: accounts.sign_in(
        s, login="program_a", lasts=timedelta(hours=8), **WHO
    ),
    "authorization.actions.accounts.sign_out": lambda s, _: accounts.sign_out(
        s, session_id=_token(s, "session"), **WHO
    ),
    "authorization.actions.grants.issue": lambda s, _: grants.issue(s, code="grant_b", **GRANT),
    "authorization.actions.grants.revoke": lambda s, _: grants.revoke(s, code="grant_a", **WHO),
}

NOT_WRITES = {
    "catalog.actions.tickets.correction_title": "words, nothing is written",
    "catalog.actions.batches.advance": "how far a batch has come; the step that did it is recorded as a RunStep",
    "catalog.actions.events.record": "is the event",
    "catalog.actions.datasets.is_retired": "reads",
    "catalog.actions.erasures.check_free": "reads",
    "catalog.actions.erasures.decidable": "reads",
    "catalog.actions.erasures.get": "reads",
    "catalog.actions.erasures.listed": "reads",
    "catalog.actions.erasures.left_out": "reads",
    "catalog.actions.erasures.marks": "reads",
    "catalog.actions.erasures.open_tickets": "reads",
    "catalog.actions.erasures.returns": "reads",
    "catalog.actions.erasures.rule_of": "pure",
    "catalog.actions.review_decisions.history": "reads",
    "catalog.actions.review_decisions.newest": "reads",
    "catalog.actions.runs.record_step": "a step's record is its own event",
    "catalog.actions.runs.step": "surrounds a step and records it",
    "catalog.actions.runs.peak_mib": "reads",
    "catalog.actions.standards.get": "reads",
    "catalog.actions.standards.in_force": "reads",
    "catalog.actions.standards.keep_in_force": "writes the file again from what was approved, each with its event",
    "catalog.actions.standards.proposals": "reads",
    "catalog.actions.systems.opened": "reads",
    "catalog.actions.tickets.bring_up": "opens or opens again, each with its event; nothing while the ticket is open",
    "catalog.actions.tickets.settle": "closes, with its event; nothing where there is no open ticket",
    "catalog.actions.tickets.finding": "reads",
    "catalog.actions.tickets.get": "reads",
    "catalog.actions.waivers.in_force": "reads",
    "catalog.actions.written_words.strike": "part of a write that has its event",
    "authorization.actions.accounts.find": "reads",
    "authorization.actions.grants.facts_of": "reads",
    "authorization.actions.revisions.advance": "part of a write that has its event",
}


def _token(session: Session, kind: str = "token") -> str:
    from authorization.models import Credential

    return session.scalars(select(Credential.token_id).where(Credential.kind == kind)).one()


@pytest.fixture
def furnished(registry: Settings) -> Settings:
    """A registry with one of everything, so that each write has something to change."""
    with open_session(registry) as session:
        agencies.register(session, code="police", name_zh="公安局", name_en="Police", **WHO)
        datasets.register(session, dataset=_dataset("a_set"), items=[ITEM], **WHO)
        batches.register(session, batch_id="b-0", **BATCH)
        accounts.create(session, login="program_a", **ACCOUNT)
        accounts.issue_token(session, login="program_a", label="", days=1, **WHO)
        accounts.sign_in(session, login="program_a", lasts=timedelta(hours=8), **WHO)
        grants.issue(session, code="grant_a", **GRANT)
        usage_reports.store(session, body=_statement("r-1"), **WHO)
        tickets.open_finding(session, rule_id="sex.code_list", **FINDING)
        tickets.open_finding(session, rule_id="phone.format", **FINDING)
        tickets.close(session, ticket_id="a_set-2", text="t", **WHO)
        waivers.grant(session, rule_id="sex.code_list", **WAIVER)
        standards.propose(session, **CODES)
        for entity in ("P0", "P1"):
            erasures.ask(session, entity=entity, ground="unlawful", reference="r", **WHO)
        erasures.decide(session, erasure_id=2, approve=True, reason="r", by="another", now=NOW)
    return registry


def _public_functions() -> Iterator[str]:
    for package in (catalog.actions, authorization.actions):
        for found in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            module = importlib.import_module(found.name)
            for name, member in inspect.getmembers(module, inspect.isfunction):
                if member.__module__ == found.name and not name.startswith("_"):
                    yield f"{found.name}.{name}"


def _everything(settings: Settings) -> dict[str, list[tuple[Any, ...]]]:
    with open_reader(settings) as session:
        return {
            name: sorted((tuple(row) for row in session.execute(select(table))), key=repr)
            for name, table in Base.metadata.tables.items()
        }


def _events(settings: Settings) -> int:
    with open_reader(settings) as session:
        return session.scalar(select(func.count()).select_from(Event)) or 0


def test_every_public_function_of_the_actions_is_listed_here() -> None:
    found, listed = set(_public_functions()), set(WRITES) | set(NOT_WRITES)
    assert not found - listed, f"add to WRITES (or, with its reason, to NOT_WRITES): {sorted(found - listed)}"
    assert not listed - found, f"no longer there: {sorted(listed - found)}"


@pytest.mark.parametrize("name", WRITES)
def test_a_write_leaves_exactly_one_event(furnished: Settings, name: str) -> None:
    before = _events(furnished)
    with open_session(furnished) as session:
        WRITES[name](session, furnished)
    assert _events(furnished) == before + 1


@pytest.mark.parametrize("name", WRITES)
def test_a_write_whose_event_cannot_be_stored_stores_nothing(furnished: Settings, name: str) -> None:
    before = _everything(furnished)
    event.listen(Event, "before_insert", _refuse)
    try:
        with pytest.raises(OSError, match="no event"):
            _write(furnished, name)
    finally:
        event.remove(Event, "before_insert", _refuse)
    assert _everything(furnished) == before


def _write(settings: Settings, name: str) -> None:
    with open_session(settings) as session:
        WRITES[name](session, settings)


def _refuse(*_: object) -> None:
    raise OSError("no event can be written")


@pytest.mark.parametrize("name", WRITES)
def test_a_write_is_told_by_whom_and_when(name: str) -> None:
    module, _, function = name.rpartition(".")
    parameters = inspect.signature(getattr(importlib.import_module(module), function)).parameters
    assert all(parameters[word].kind is inspect.Parameter.KEYWORD_ONLY for word in ("by", "now"))
