"""Publishing: only what the gate found fit; whatever else happens, the published version stays what it was."""

import re
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from catalog import queries
from catalog.actions import verdicts
from catalog.contracts import load_contract
from catalog.database import open_session
from catalog.models import DatasetVersion, Verdict
from catalog.settings import Settings
from dags.steps import bases, publication
from dags.steps.publication import publish_all
from lake import tables
from lake.bases import build
from lake.layout import Layout
from quality.figures import profile
from quality.rules import rule as rules
from tests.factories.deliveries import a_registry_with
from tests.factories.standard_tables import hold
from tests.factories.topics import ITEMS, contract, write

CONTRACTS = Path(__file__).parents[3] / "demo" / "contracts"
CODE, OTHER = "stats_indicator", "civil_subsistence"
COLUMN = {CODE: "growth", OTHER: "monthly_amount"}


@pytest.fixture
def hub(settings: Settings) -> Settings:
    settings = settings.model_copy(update={"contracts_dir": CONTRACTS})
    return a_registry_with(settings, *(load_contract(CONTRACTS / f"{code}.odcs.yaml") for code in (CODE, OTHER)))


def deliver(
    hub: Settings, serial: int, outcome: str | None, now: datetime, *, code: str = CODE, column: str = ""
) -> None:
    """A standard table of `serial` rows, and the verdict on the batch it came of."""
    uri = Layout(hub.lake_url).standard(code)
    tables.write(uri, pa.table({column or COLUMN[code]: list(range(serial))}), run_id=f"{code}{serial}", settings=hub)
    if outcome is not None:
        verdict = Verdict(
            verdict_id=f"{code}{serial}", dataset=code, batch_id=f"b{serial}", outcome=outcome, rows=serial,
            accepted=serial, quarantined=0, judged_at=now.replace(minute=serial),
        )  # fmt: skip
        with open_session(hub) as session:
            verdicts.record(session, verdict=verdict, results=[], by="test", now=now)


def published(hub: Settings, code: str = CODE) -> tuple[int, int, int, str | None] | None:
    """(version, Delta version, rows, verdict) as published."""
    with open_session(hub) as session:
        found = queries.published(session, code)
        return (found.version, found.delta_version, found.rows, found.verdict_id) if found else None


@pytest.mark.parametrize("outcome", ["passed", "warned"])
def test_a_fit_table_is_published_as_it_stands(hub: Settings, now: datetime, outcome: str) -> None:
    deliver(hub, 1, outcome, now)
    deliver(hub, 2, outcome, now)
    assert publish_all(hub, clock=lambda: now) == {}
    assert published(hub) == (1, 1, 2, f"{CODE}2")


@pytest.mark.parametrize("outcome", ["blocked", "error"])
def test_an_unfit_verdict_is_not_published_and_the_old_version_stays(
    hub: Settings, now: datetime, outcome: str
) -> None:
    deliver(hub, 1, "passed", now)
    publish_all(hub, clock=lambda: now)
    before = published(hub)
    deliver(hub, 2, outcome, now)
    assert publish_all(hub, clock=lambda: now) == {}
    assert published(hub) == before == (1, 0, 1, f"{CODE}1")


def test_a_table_nobody_judged_is_not_published(hub: Settings, now: datetime) -> None:
    deliver(hub, 1, None, now)
    assert publish_all(hub, clock=lambda: now) == {}
    assert published(hub) is None


def test_nothing_is_published_while_its_contract_is_a_draft(hub: Settings, now: datetime, tmp_path: Path) -> None:
    deliver(hub, 1, "passed", now)
    text = (CONTRACTS / f"{CODE}.odcs.yaml").read_text(encoding="utf-8")
    for status in ("draft", "active"):
        drafted = re.sub("^status: .*$", f"status: {status}", text, flags=re.M)
        assert f"status: {status}" in drafted
        (tmp_path / f"{CODE}.odcs.yaml").write_text(drafted, encoding="utf-8")
        done = publication.publish(hub.model_copy(update={"contracts_dir": tmp_path}), clock=lambda: now)
        assert (CODE in done.kept_back) == (published(hub) is None) == (status == "draft")
        assert done.failed == {}


def test_a_declared_topic_is_not_published_while_its_contract_is_a_draft(hub: Settings, now: datetime) -> None:
    hold(hub, "civil_facility", {"facility_no": "1", "facility_kind": "05", "address": "某处"})
    build(hub, "public_service", now=now)
    name = "topic_facilities"
    text = contract(name, *ITEMS[1:], key="kind")
    sql = "SELECT home.kind, count(*) AS facilities FROM public_service AS home GROUP BY home.kind"
    for status in ("draft", "active"):
        write(hub.topics_dir, sql, text.replace("status: active", f"status: {status}"), name)
        bases._enter_once(hub, clock=lambda: now)
        build(hub, name, now=now)
        done = publication.publish(hub, clock=lambda: now, only={name})
        assert (name in done.kept_back) == (published(hub, name) is None) == (status == "draft")
        assert done.failed == {}


def test_a_dataset_without_a_valid_contract_is_told_and_the_others_are_published(
    hub: Settings, now: datetime, tmp_path: Path
) -> None:
    for code in (CODE, OTHER):
        deliver(hub, 1, "passed", now, code=code)
    contracts = tmp_path / "contracts"
    contracts.mkdir()
    (contracts / f"{CODE}.odcs.yaml").write_bytes((CONTRACTS / f"{CODE}.odcs.yaml").read_bytes())
    failed = publish_all(hub.model_copy(update={"contracts_dir": contracts}), clock=lambda: now)
    assert list(failed) == [OTHER]
    assert failed[OTHER]
    assert (published(hub), published(hub, OTHER)) == ((1, 0, 1, f"{CODE}1"), None)


def test_a_column_nobody_classified_keeps_its_table_from_being_published(hub: Settings, now: datetime) -> None:
    deliver(hub, 1, "passed", now, column="note")
    deliver(hub, 1, "passed", now, code=OTHER)
    failed = publish_all(hub, clock=lambda: now)
    assert list(failed) == [CODE]
    assert "note" in failed[CODE]
    assert (published(hub), published(hub, OTHER)) == (None, (1, 0, 1, f"{OTHER}1"))


def test_a_contract_that_forgot_a_classification_publishes_nothing(
    hub: Settings, now: datetime, tmp_path: Path
) -> None:
    deliver(hub, 1, "passed", now)
    contracts = tmp_path / "contracts"
    contracts.mkdir()
    text = (CONTRACTS / f"{CODE}.odcs.yaml").read_text(encoding="utf-8")
    (contracts / f"{CODE}.odcs.yaml").write_text(
        re.sub(r"    classification: L\d\n", "", text, count=1), encoding="utf-8"
    )
    failed = publish_all(hub.model_copy(update={"contracts_dir": contracts}), clock=lambda: now)
    assert "classification" in failed[CODE]
    assert published(hub) is None


def test_a_published_version_has_its_profile_once(hub: Settings, now: datetime) -> None:
    deliver(hub, 3, "passed", now)
    publish_all(hub, clock=lambda: now)
    publish_all(hub, clock=lambda: now)
    (kept,) = profile.newest(hub, CODE, count=9)
    assert [(column.name, column.rows, column.distinct) for column in kept.columns] == [("growth", 3, 3)]


@pytest.mark.parametrize(("outcome", "versions"), [("passed", 1), ("blocked", 0), ("error", 0)])
def test_a_built_table_is_judged_now_and_published_only_when_fit(
    hub: Settings, now: datetime, monkeypatch: pytest.MonkeyPatch, outcome: Any, versions: int
) -> None:
    bases._enter_once(hub, clock=lambda: now)
    uri = Layout(hub.lake_url).base("spatial_grid")
    tables.write(uri, pa.table({"name": ["一号网格"]}), run_id="built", settings=hub)
    asked: list[tuple[str, str]] = []

    def judge_table(_settings: Settings, name: str, uri: str, _rules: object, *, now: datetime) -> rules.Verdict:
        asked.append((name, uri))
        return rules.Verdict("v", name, "b", outcome, 1, 1, 0, now)

    monkeypatch.setattr(publication, "judge_table", judge_table)
    assert publish_all(hub, clock=lambda: now) == {}
    assert asked == [("spatial_grid", uri)]
    with open_session(hub) as session:
        assert session.query(DatasetVersion).count() == versions
