"""Built tables are judged by version; findings and quarantined rows can be looked at."""

from datetime import date, datetime

import pyarrow as pa
import pytest

from catalog.contracts import Contract, Item
from catalog.errors import ContractBroken, NotFound
from catalog.settings import Settings
from lake import tables
from lake.layout import Layout
from quality.marking.evidence import findings, kept
from quality.rules.derivation import built_contract, rules_for
from quality.run import judge, judge_table
from tests.integration.quality.conftest import ITEMS, StageRows

BASE_ITEMS = (
    Item("uid", "编号", "Number", "record_no", "string", key=True),
    Item("resident_id", "公民身份号码", "Identity number", "resident_id", "string"),
    Item("updated_at", "更新时间", "Updated", "updated_at", "timestamp"),
)


def build(settings: Settings, ids: list[str | None], run_id: str) -> str:
    """A base table with those identity numbers."""
    uri = Layout(settings.lake_url).base("population")
    zoned = pa.timestamp("us", "UTC")
    columns = {
        "uid": pa.array([f"u{n}" for n in range(len(ids))]),
        "resident_id": pa.array(ids, pa.string()),
        "updated_at": pa.array([datetime.fromisoformat("2026-11-01")] * len(ids), zoned),
    }
    tables.write(uri, pa.table(columns), run_id=run_id)
    return uri


def test_a_built_table_is_judged_whole_and_nothing_of_it_is_held_back(registry: Settings, now: datetime) -> None:
    uri = build(registry, ["370683199003074514", "370683199003074511", None], "first")
    rules = rules_for(built_contract("population", BASE_ITEMS), hub_id=registry.hub_id)
    verdict = judge_table(registry, "population", uri, rules, now=now)
    assert (verdict.batch_id, verdict.outcome, verdict.rows) == ("population@0", "warned", 3)
    assert (verdict.accepted, verdict.quarantined) == (3, 0)
    assert [(row["key"], row["rule"]) for row in findings(registry, "population").to_pylist()] == [
        ("u1", "resident_id.check_digit")
    ]


def test_a_new_version_of_a_built_table_gets_a_verdict_of_its_own(registry: Settings, now: datetime) -> None:
    rules = rules_for(built_contract("population", BASE_ITEMS))
    first = judge_table(registry, "population", build(registry, ["370683199003074511"], "first"), rules, now=now)
    uri = build(registry, ["370683199003074514"], "second")
    second = judge_table(registry, "population", uri, rules, now=now)
    again = judge_table(registry, "population", uri, rules, now=now)
    assert (first.outcome, second.outcome) == ("warned", "passed")
    assert (first.verdict_id, second.verdict_id, again.verdict_id) == (
        "population@0:judge",
        "population@1:judge",
        "population@1:judge",
    )


def test_a_built_table_without_rows_is_blocked(registry: Settings, now: datetime) -> None:
    verdict = judge_table(
        registry,
        "population",
        build(registry, [], "first"),
        rules_for(built_contract("population", BASE_ITEMS)),
        now=now,
    )
    assert verdict.outcome == "blocked"


def test_a_table_that_was_never_built_is_said_in_a_sentence(registry: Settings, now: datetime) -> None:
    with pytest.raises(NotFound) as raised:
        judge_table(registry, "population", Layout(registry.lake_url).base("population"), (), now=now)
    assert raised.value.code == "table_missing"


def test_a_batch_not_staged_or_without_a_promised_column_is_said_in_a_sentence(
    registry: Settings, contract: Contract, stage: StageRows, now: datetime
) -> None:
    with pytest.raises(NotFound) as absent:
        judge(registry, contract, "police_person-20261120-0123abcd", now=now)
    with pytest.raises(ContractBroken) as narrow:
        judge(registry, contract, stage([{"person_no": "n1"}], items=ITEMS[:3]), now=now)
    assert absent.value.code == "batch_not_staged"
    assert narrow.value.parts["items"] == ["birth_date", "phone", "amount", "updated_at"]


def test_a_steward_sees_the_findings_of_the_last_batch_or_of_one_named_by_rule(
    registry: Settings, contract: Contract, stage: StageRows, now: datetime
) -> None:
    assert findings(registry, "police_person").num_rows == 0
    assert not kept(registry, "police_person")
    wrong = [{"person_no": f"n{n}", "resident_id": "370683199003074511", "phone": "12"} for n in range(3)]
    right = {"person_no": "n9", "resident_id": "370683199003074514", "birth_date": date(1990, 3, 7)}
    before = stage([*wrong, right], serial=1)
    judge(registry, contract, before, now=now)
    batch_id = stage([wrong[0], right], serial=2)
    judge(registry, contract, batch_id, now=now)
    by_rule = findings(registry, "police_person", rule="phone.format").to_pylist()
    assert [(row["batch"], row["key"], row["item"]) for row in by_rule] == [(batch_id, "n0", "phone")]
    assert findings(registry, "police_person", limit=1).num_rows == 1
    assert kept(registry, "police_person")
    first = findings(registry, "police_person", rule="phone.format", batch=before).to_pylist()
    assert [(row["batch"], row["key"]) for row in first] == [(before, f"n{n}") for n in range(3)]
