"""Writes to the registry: what they leave, what they refuse, and that twice is once."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from catalog import queries
from catalog.actions import agencies, batches, datasets, systems, verdicts
from catalog.contracts import Contract
from catalog.database import open_reader, open_session
from catalog.errors import ContractBroken, InvalidInput, NotAllowed, NotFound
from catalog.models import Agency, Batch, DatasetVersion, Event, RuleResult, System, Verdict
from catalog.settings import Settings
from catalog.systems import SystemSpec

BATCH = {"dataset": "police_person", "system": "police_db", "rows": 3, "fingerprint": "ab", "position": None, "by": "t"}


def events(settings: Settings, tag: str) -> list[Event]:
    with open_reader(settings) as session:
        return list(session.scalars(select(Event).where(Event.tag == tag)))


def publish(session: Session, now: datetime, **changed: object) -> DatasetVersion:
    given = {"uri": "lake/standard/police_person", "delta_version": 0, "rows": 3, "verdict_id": "v"} | changed
    return datasets.publish(session, dataset="police_person", by="t", now=now, **given)  # type: ignore[arg-type]


def test_an_agency_registered_again_has_its_new_name_and_keeps_its_code(registry: Settings, now: datetime) -> None:
    with open_session(registry) as session:
        agencies.register(session, code="police", name_zh="旧名", name_en="Old", by="t", now=now)
    with open_session(registry) as session:
        agencies.register(session, code="police", name_zh="公安局", name_en="Police", by="t", now=now)
    with open_reader(registry) as session:
        assert [(row.code, row.name_zh) for row in session.scalars(select(Agency))] == [("police", "公安局")]


def test_an_agency_with_a_code_that_cannot_be_a_folder_is_refused(registry: Settings, now: datetime) -> None:
    with pytest.raises(InvalidInput), open_session(registry) as session:
        agencies.register(session, code="Police Dept", name_zh="公安局", name_en="Police", by="t", now=now)
    assert events(registry, "agency:registered") == []


def test_the_order_of_source_departments_is_replaced_as_a_whole(catalogue: Settings, now: datetime) -> None:
    first = [("police", "police_person"), ("police", "police_address")]
    for order in (first, list(reversed(first))[:1]):
        with open_session(catalogue) as session:
            agencies.designate_source(session, base="population", field="name", order=order, by="t", now=now)
    with open_reader(catalogue) as session:
        found = queries.designations(session, "population")
    assert [(row.rank, row.dataset) for row in found["name"]] == [(1, "police_address")]


def test_a_systems_secret_is_stored_sealed_and_opens_for_the_lake(catalogue: Settings, now: datetime) -> None:
    spec = SystemSpec("police_db", "police", "postgresql", "postgresql://h/db", {"schema": "p"}, {"password": "c4n4ry"})
    with open_session(catalogue) as session:
        systems.register(session, settings=catalogue, spec=spec, by="t", now=now)
    with open_reader(catalogue) as session:
        stored = session.get(System, "police_db")
        assert stored is not None
        assert b"c4n4ry" not in (stored.secret or b"")
        assert systems.opened(session, settings=catalogue, code="police_db") == spec
    assert all("c4n4ry" not in str(event.details) for event in events(catalogue, "system:registered"))


@pytest.mark.parametrize(
    "option", ["statement_seconds", "lock_seconds", "idle_seconds", "ack_every", "page_size", "requests_per_minute"]
)
def test_a_system_with_a_number_that_may_not_be_is_not_registered(
    catalogue: Settings, now: datetime, option: str
) -> None:
    spec = SystemSpec("police_db", "police", "postgresql", "postgresql://h/db", {option: 1e300})
    with pytest.raises(InvalidInput, match=option), open_session(catalogue) as session:
        systems.register(session, settings=catalogue, spec=spec, by="t", now=now)


def test_a_system_nobody_registered_is_named_in_the_sentence(registry: Settings) -> None:
    with open_reader(registry) as session, pytest.raises(NotFound, match="tax_db"):
        systems.opened(session, settings=registry, code="tax_db")


def test_nothing_is_registered_for_a_department_nobody_knows(
    registry: Settings, contract: Contract, now: datetime
) -> None:
    spec = SystemSpec("police_db", "police", "sqlite", "p")
    with pytest.raises(NotFound, match="shuniu agency add"), open_session(registry) as session:
        systems.register(session, settings=registry, spec=spec, by="t", now=now)
    with pytest.raises(NotFound, match="shuniu agency add"), open_session(registry) as session:
        datasets.register_contract(session, contract=contract, hub_id="370683", by="t", now=now)


def test_a_dataset_described_anew_loses_the_items_it_no_longer_has(
    catalogue: Settings, contract: Contract, now: datetime
) -> None:
    shorter = Contract(**{**vars(contract), "version": "1.1.0", "items": contract.items[:2]})
    with open_session(catalogue) as session:
        datasets.register_contract(session, contract=shorter, hub_id="370683", by="t", now=now)
    with open_reader(catalogue) as session:
        assert [item.name for item in queries.items(session, "police_person")] == ["person_no", "name"]
        assert queries.dataset(session, "police_person").version == "1.1.0"


def test_describing_a_dataset_anew_keeps_what_was_published(
    catalogue: Settings, contract: Contract, now: datetime
) -> None:
    with open_session(catalogue) as session:
        publish(session, now)
    with open_session(catalogue) as session:
        datasets.register_contract(session, contract=contract, hub_id="370683", by="t", now=now)
    with open_reader(catalogue) as session:
        assert queries.published(session, "police_person") is not None


def test_the_same_batch_registered_twice_is_once(catalogue: Settings, now: datetime) -> None:
    for later in range(2):
        with open_session(catalogue) as session:
            batches.register(session, batch_id="b-1", **BATCH, now=now + timedelta(hours=later))  # type: ignore[arg-type]
    with open_reader(catalogue) as session:
        assert [batch.collected_at for batch in session.scalars(select(Batch))] == [now]
    assert len(events(catalogue, "batch:registered")) == 1


def test_a_held_batch_says_why_in_both_languages(catalogue: Settings, now: datetime) -> None:
    error = ContractBroken("缺列。", "A column is missing.", code="column_missing")
    with open_session(catalogue) as session:
        batches.register(session, batch_id="b-1", **BATCH, now=now)  # type: ignore[arg-type]
        batches.hold(session, batch_id="b-1", error=error, by="t", now=now)
    with open_reader(catalogue) as session:
        held = queries.last_batch(session, "police_person", status="held")
    assert held is not None
    assert (held.message_zh, held.message_en) == ("缺列。", "A column is missing.")
    assert [event.details for event in events(catalogue, "batch:held")] == [{"code": "column_missing"}]


def test_a_batch_nobody_knows_cannot_move_along(catalogue: Settings) -> None:
    with pytest.raises(NotFound), open_session(catalogue) as session:
        batches.advance(session, batch_id="b-9", status="judged")


def test_publishing_the_same_state_twice_is_once(catalogue: Settings, now: datetime) -> None:
    for later in range(2):
        with open_session(catalogue) as session:
            assert publish(session, now + timedelta(hours=later)).version == 1
    with open_reader(catalogue) as session:
        assert session.scalar(select(func.count()).select_from(DatasetVersion)) == 1
    assert len(events(catalogue, "dataset:published")) == 1


def test_versions_count_up_and_the_newest_is_the_published_one(catalogue: Settings, now: datetime) -> None:
    for state in (0, 4, 0):  # going back to an earlier state is a new version of its own
        with open_session(catalogue) as session:
            publish(session, now, delta_version=state)
    with open_reader(catalogue) as session:
        newest = queries.published(session, "police_person")
    assert newest is not None
    assert (newest.version, newest.delta_version) == (3, 0)


def test_what_is_not_in_the_catalogue_cannot_be_published(registry: Settings, now: datetime) -> None:
    with pytest.raises(NotFound), open_session(registry) as session:
        publish(session, now)
    assert events(registry, "dataset:published") == []


def test_a_publication_that_cannot_be_committed_leaves_no_version(catalogue: Settings, now: datetime) -> None:
    def fail() -> None:
        with open_session(catalogue) as session:
            publish(session, now)
            session.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with open_reader(catalogue) as session:
        assert queries.published(session, "police_person") is None
    assert events(catalogue, "dataset:published") == []


def test_lineage_is_replaced_and_doubles_are_one(catalogue: Settings, now: datetime) -> None:
    for edges in ([("name", "police_person", "name")] * 2, [("name", "health_birth", "child_name")]):
        with open_session(catalogue) as session:
            datasets.record_lineage(session, target="population", edges=edges, by="t", now=now)
    with open_reader(catalogue) as session:
        assert queries.upstream(session, "population") == ["health_birth"]


def test_a_verdict_stored_twice_is_once_with_its_counts(catalogue: Settings, now: datetime) -> None:
    for _ in range(2):
        with open_session(catalogue) as session:
            verdicts.record(session, verdict=_verdict(now), results=[_result()], by="t", now=now)
    with open_reader(catalogue) as session:
        assert queries.last_verdict(session, "police_person") is not None
        assert [(row.a, row.b) for row in session.scalars(select(RuleResult))] == [(2, 3)]
    assert len(events(catalogue, "verdict:recorded")) == 1


def _verdict(now: datetime) -> Verdict:
    return Verdict(
        verdict_id="v-1",
        dataset="police_person",
        batch_id="b-1",
        outcome="warned",
        rows=3,
        accepted=2,
        quarantined=1,
        judged_at=now,
    )


def _result() -> RuleResult:
    return RuleResult(
        verdict_id="v-1",
        rule_id="resident_id.check_digit",
        item="resident_id",
        severity="block",
        dimension="0102",
        title_zh="校验码",
        title_en="Check digit",
        a=2,
        b=3,
        outcome="failed",
    )


def test_what_an_upper_level_platform_gave_back_never_becomes_ours_while_its_batches_lie_here(
    catalogue: Settings, contract: Contract, now: datetime
) -> None:
    upper = replace(contract, dataset="police_upper", origin="upper")
    ours = replace(upper, origin="local")
    with open_session(catalogue) as session:
        datasets.register_contract(session, contract=ours, hub_id="h", by="t", now=now)
        datasets.register_contract(session, contract=upper, hub_id="h", by="t", now=now)
        batches.register(session, batch_id="b", now=now, **{**BATCH, "dataset": "police_upper"})  # type: ignore[arg-type]
    with pytest.raises(NotAllowed) as refused, open_session(catalogue) as session:
        datasets.register_contract(session, contract=ours, hub_id="h", by="t", now=now)
    assert refused.value.code == "origin_of_upper_level"
    with open_reader(catalogue) as session:
        assert queries.dataset(session, "police_upper").origin == "upper"
