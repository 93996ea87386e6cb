"""After the batches, rules between datasets are asked: a ticket opens, and closes when the other side is right."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from catalog import queries
from catalog.contracts import load_contract
from catalog.database import open_session
from catalog.models import RunStep, Ticket
from catalog.settings import Settings
from dags.steps import bases
from dags.steps.judgement import judge_identities, judge_waiting
from dags.steps.publication import publish_all
from lake import tables
from lake.layout import Layout
from quality import verdicts
from quality.across import judge_across, pending
from quality.rules.rule import Verdict
from tests.factories.deliveries import a_registry_with

CONTRACTS = Path(__file__).parents[3] / "demo" / "contracts"
HELD, DEATHS = "civil_subsistence", "health_death"
KINDS = {"date": pa.date32(), "timestamp": pa.timestamp("us", "UTC"), "decimal": pa.float64()}
DEAD, LIVING = "11010519491231002X", "370683199003074514"


@pytest.fixture
def hub(settings: Settings, tmp_path: Path) -> Settings:
    contracts = tmp_path / "contracts"
    contracts.mkdir()
    for code in (HELD, DEATHS):
        (contracts / f"{code}.odcs.yaml").write_bytes((CONTRACTS / f"{code}.odcs.yaml").read_bytes())
    settings = settings.model_copy(update={"contracts_dir": contracts})
    return a_registry_with(settings, *(load_contract(contracts / f"{code}.odcs.yaml") for code in (HELD, DEATHS)))


def settle(hub: Settings, dataset: str, ids: list[str | None], now: datetime, serial: int = 1) -> None:
    """The standard table of a dataset with those identity numbers, and the verdict on the batch it came of."""
    contract = load_contract(hub.contracts_dir / f"{dataset}.odcs.yaml")
    batch = f"{dataset}-2026112{serial}-0123abc{serial}"
    columns: dict[str, Any] = {"_row": list(range(len(ids))), "_batch": [batch] * len(ids)}
    columns["_notes"] = pa.array([[] for _ in ids], pa.list_(pa.string()))
    for item in contract.items:
        columns[item.name] = pa.array([None] * len(ids), KINDS.get(item.kind, pa.string()))
    columns["resident_id"] = pa.array(ids, pa.string())
    columns[contract.keys[0]] = [f"k{number}" for number in range(len(ids))]
    tables.write(Layout(hub.lake_url).standard(dataset), pa.table(columns), run_id=f"{batch}:judge", settings=hub)
    verdict = Verdict(f"{batch}:judge", dataset, batch, "passed", len(ids), len(ids), 0, now)
    verdicts.store(hub, verdict, by="test", now=now)


def ticket(hub: Settings, rule: str) -> tuple[str, int, str] | None:
    with open_session(hub) as session:
        found = session.query(Ticket).filter_by(dataset=HELD, rule_id=rule).one_or_none()
        return (found.state, found.failing_now, found.agency) if found else None


def clocked(at: datetime) -> Iterator[datetime]:
    while True:
        at += timedelta(seconds=1)
        yield at


def test_who_is_dead_and_still_held_is_on_a_ticket_until_it_is_put_right(hub: Settings, now: datetime) -> None:
    settle(hub, DEATHS, [DEAD], now)
    settle(hub, HELD, [LIVING, DEAD], now)
    first, second, third = (clocked(now + timedelta(days=day)) for day in range(3))
    assert judge_waiting(hub, clock=lambda: next(first)) == {}
    assert ticket(hub, "across.dead_still_held") == ("open", 1, "civil")
    assert ticket(hub, "across.gone_still_held") is None  # the register is not there: nothing was asked
    with open_session(hub) as session:
        last = queries.last_verdict(session, HELD)
        steps = [(step.stage, step.dataset, step.ok) for step in session.query(RunStep)]
    assert last is not None
    assert last.outcome == "warned"
    assert steps == [("judge", HELD, True)]
    assert judge_waiting(hub, clock=lambda: next(second)) == {}  # nothing has changed: nothing is asked again
    with open_session(hub) as session:
        assert session.query(RunStep).count() == 1
    settle(hub, DEATHS, [], now, serial=2)
    judge_waiting(hub, clock=lambda: next(third))
    assert ticket(hub, "across.dead_still_held") == ("closed", 0, "civil")


def test_a_verdict_between_datasets_that_a_broken_run_did_not_follow_is_followed_by_the_next(
    hub: Settings, now: datetime
) -> None:
    settle(hub, DEATHS, [DEAD], now)
    settle(hub, HELD, [LIVING, DEAD], now)
    contract = load_contract(hub.contracts_dir / f"{HELD}.odcs.yaml")
    assert judge_across(hub, contract, now=now + timedelta(hours=1)) is not None
    assert not pending(hub, contract)
    assert ticket(hub, "across.dead_still_held") is None
    moments = clocked(now + timedelta(hours=2))
    assert judge_waiting(hub, clock=lambda: next(moments)) == {}
    assert ticket(hub, "across.dead_still_held") == ("open", 1, "civil")


def test_who_is_dead_without_a_number_is_on_a_ticket_once_the_base_says_who_it_is(hub: Settings, now: datetime) -> None:
    settle(hub, DEATHS, [None], now)
    settle(hub, HELD, [LIVING, DEAD], now)
    first, second = clocked(now + timedelta(hours=1)), clocked(now + timedelta(hours=2))
    assert judge_waiting(hub, clock=lambda: next(first)) == {}
    assert ticket(hub, "across.dead_still_held_by_identity") is None
    people = [(HELD, 0, "P1"), (HELD, 1, "P2"), (DEATHS, 0, "P2")]
    columns = {"dataset": [one[0] for one in people], "row": [one[1] for one in people]}
    columns |= {"batch": [f"{one[0]}-20261121-0123abc1" for one in people], "person_id": [one[2] for one in people]}
    tables.write(Layout(hub.lake_url).base("population_links"), pa.table(columns), run_id="built", settings=hub)
    assert judge_identities(hub, clock=lambda: next(second)) == {}
    assert ticket(hub, "across.dead_still_held_by_identity") == ("open", 1, "civil")
    assert ticket(hub, "across.dead_still_held") is None


def test_a_rule_between_datasets_that_cannot_be_asked_is_told_and_holds_nothing_back(
    hub: Settings, now: datetime
) -> None:
    path = hub.contracts_dir / f"{HELD}.odcs.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("      match: resident_id\n", "      match: no_such_item\n", 1), encoding="utf-8")
    settle(hub, DEATHS, [DEAD], now)
    settle(hub, HELD, [DEAD], now)
    moments = clocked(now)
    failed = judge_waiting(hub, clock=lambda: next(moments))
    assert list(failed) == [HELD]
    assert "across.dead_still_held" in failed[HELD]
    assert ticket(hub, "across.dead_still_held") is None  # an error is no finding
    with open_session(hub) as session:
        last = queries.last_verdict(session, HELD)
    assert last is not None
    assert last.outcome == "warned"  # its rows were accepted, and may be published


def test_a_built_tables_findings_are_on_tickets_of_the_bureau(hub: Settings, now: datetime) -> None:
    bases._enter_once(hub, clock=lambda: now)
    uri = Layout(hub.lake_url).base("spatial_grid")
    grid = {"grid_code": ["370683001001001"] * 2, "name": ["一号网格", "二号网格"]}
    base = bases.known(hub)["spatial_grid"]
    columns = {
        item.name: pa.array(grid.get(item.name, [None] * 2), KINDS.get(item.kind, pa.string()))
        for item in base.items
        if item.kind != "geometry"
    }
    columns["geometry"] = pa.array([None] * 2, pa.binary())
    tables.write(uri, pa.table(columns), run_id="built", settings=hub)
    moments = clocked(now)
    publish_all(hub, clock=lambda: next(moments))
    with open_session(hub) as session:
        found = {one.rule_id: (one.state, one.failing_now, one.agency) for one in session.query(Ticket)}
    assert found["key.duplicate"] == ("open", 1, "bureau")
