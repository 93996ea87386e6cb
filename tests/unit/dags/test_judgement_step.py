"""Judging what waits: a dataset that cannot be judged is told, and holds nobody else up."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from catalog.actions import batches
from catalog.contracts import Contract, load_contract
from catalog.database import open_session
from catalog.errors import BatchHeld, HubError, SourceError
from catalog.models import Batch, RunStep
from catalog.settings import Settings
from dags.steps import judgement
from dags.steps.judgement import judge_waiting
from dags.steps.outcome import raise_if_failed
from quality.rules.rule import Verdict
from tests.factories.deliveries import a_registry_with

CONTRACTS = Path(__file__).parents[3] / "demo" / "contracts"
BROKEN, SOUND = "civil_subsistence", "stats_indicator"


@pytest.fixture
def hub(settings: Settings, now: datetime) -> Settings:
    """Two batches of one dataset and, younger than both, one of another, all waiting."""
    settings = settings.model_copy(update={"contracts_dir": CONTRACTS})
    a_registry_with(settings, *(load_contract(CONTRACTS / f"{code}.odcs.yaml") for code in (BROKEN, SOUND)))
    with open_session(settings) as session:
        for minute, dataset in enumerate((BROKEN, BROKEN, SOUND)):
            batches.register(
                session, batch_id=f"{dataset}-20261120t01000{minute}-0000000{minute}", dataset=dataset, system="x",
                rows=1, fingerprint=str(minute) * 64, position=None, by="test", now=now + timedelta(minutes=minute),
            )  # fmt: skip
            batches.advance(
                session, batch_id=f"{dataset}-20261120t01000{minute}-0000000{minute}", status="standardised"
            )
    return settings


def statuses(settings: Settings) -> list[tuple[str, str]]:
    with open_session(settings) as session:
        return [(row.dataset, row.status) for row in session.query(Batch).order_by(Batch.collected_at)]


def judged_by(monkeypatch: pytest.MonkeyPatch, outcomes: dict[str, Any]) -> list[str]:
    """Have the quality room answer `outcomes`; the batches it was asked about, as they come."""
    asked: list[str] = []

    def judge(_settings: Settings, contract: Contract, batch_id: str, *, now: datetime, **_given: Any) -> Verdict:
        asked.append(batch_id)
        outcome = outcomes[contract.dataset]
        if isinstance(outcome, HubError):
            raise outcome
        return Verdict(f"{batch_id}:judge", contract.dataset, batch_id, outcome, 1, 1, 0, now)

    monkeypatch.setattr(judgement, "judge", judge)
    return asked


def test_a_dataset_that_cannot_be_judged_is_told_and_the_others_are_judged(
    hub: Settings, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    fault = SourceError("读不到。", "It cannot be read.", code="source_unreadable")
    asked = judged_by(monkeypatch, {BROKEN: fault, SOUND: "warned"})
    failed = judge_waiting(hub, clock=lambda: now)
    assert failed == {BROKEN: fault.sentence(hub.language)}
    assert statuses(hub) == [(BROKEN, "standardised"), (BROKEN, "standardised"), (SOUND, "judged")]
    assert [name.partition("-")[0] for name in asked] == [
        BROKEN,
        SOUND,
    ]  # a later batch must not overtake one that failed
    with open_session(hub) as session:
        steps = {step.dataset: (step.ok, step.message_en) for step in session.query(RunStep)}
    assert steps == {BROKEN: (False, "It cannot be read."), SOUND: (True, "")}


def test_a_batch_whose_rules_could_not_be_run_goes_on_waiting(
    hub: Settings, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    judged_by(monkeypatch, {BROKEN: "error", SOUND: "passed"})
    assert list(judge_waiting(hub, clock=lambda: now)) == [BROKEN]
    assert [status for _, status in statuses(hub)] == ["standardised", "standardised", "judged"]


def test_all_batches_of_a_sound_dataset_are_judged_oldest_first(
    hub: Settings, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = judged_by(monkeypatch, {BROKEN: "blocked", SOUND: "passed"})
    assert judge_waiting(hub, clock=lambda: now) == {}
    assert asked == [
        f"{BROKEN}-20261120t010000-00000000", f"{BROKEN}-20261120t010001-00000001", f"{SOUND}-20261120t010002-00000002"
    ]  # fmt: skip
    assert {status for _, status in statuses(hub)} == {"judged"}


def test_a_contract_file_that_is_gone_holds_up_its_own_dataset_only(
    hub: Settings, now: datetime, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    judged_by(monkeypatch, {SOUND: "passed"})
    (tmp_path / "contracts").mkdir()
    kept = tmp_path / "contracts" / f"{SOUND}.odcs.yaml"
    kept.write_bytes((CONTRACTS / kept.name).read_bytes())
    alone = hub.model_copy(update={"contracts_dir": kept.parent})
    assert list(judge_waiting(alone, clock=lambda: now)) == [BROKEN]
    assert [status for _, status in statuses(hub)] == ["standardised", "standardised", "judged"]


def test_what_failed_becomes_one_error_that_names_every_dataset_with_its_sentence() -> None:
    with pytest.raises(BatchHeld) as held:
        raise_if_failed({"tax_payer": "乙", "civil_subsistence": "甲"})
    assert (held.value.code, held.value.parts["datasets"]) == ("datasets_failed", ["civil_subsistence", "tax_payer"])
    for text in (held.value.zh, held.value.en):
        assert text.index("civil_subsistence：甲") < text.index("tax_payer：乙")
        assert "2 " in text


def test_nothing_failed_is_no_error() -> None:
    raise_if_failed({})
