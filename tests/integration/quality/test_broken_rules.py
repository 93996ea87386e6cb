"""A rule that cannot be run is neither a fault of the data nor a pass, and stops no other rule."""

import logging
import time
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from catalog.contracts import Contract, RowRule
from catalog.database import open_session
from catalog.errors import ContractBroken
from catalog.settings import Settings
from catalog.standards import code_lists
from exchange_api.views import quality
from quality import verdicts
from quality.gate import Waiver
from quality.rules.rehearsal import rehearse
from quality.run import judge
from tests.factories.deliveries import a_registry_with
from tests.integration.quality.conftest import OWN, StageRows, contract_of, zone

CANARY = "canary-7391"
ROWS = [{"person_no": "n1", "resident_id": "370683199003074514", "phone": CANARY, "amount": -1.0}]


def own(sql: str) -> RowRule:
    """A contract's own rule with that SQL."""
    return RowRule("broken", sql, "warn", "0104", "坏规则", "a broken rule", ())


@pytest.mark.parametrize(
    "sql",
    [
        "amount <",
        "no_such_column > 1",
        "no_such_function(amount)",
        "CAST(phone AS INTEGER) > 1",
        "phone",
        "error('raised on purpose')",
        "(SELECT octet_length(content) FROM read_blob('/etc/hostname')) > 0",  # a rule sees the lake, nothing beside it
        "amount > 1; DROP VIEW staged",
        "false)) FROM staged; CREATE TABLE mine AS SELECT 1; SELECT count(*) FILTER ((true",
        "phone IN (SELECT content FROM read_text('*'))",
        "regexp_matches(phone, '(?=x)')",  # looking ahead is what makes other engines backtrack
        "regexp_matches(phone, '((x{500}){500}){500}')",
    ],
)
def test_a_broken_rule_is_an_error_and_the_other_rules_still_run(
    registry: Settings, stage: StageRows, now: datetime, sql: str
) -> None:
    verdict = judge(registry, contract_of(rules=(*OWN, own(sql))), stage(ROWS), now=now)
    outcomes = {each.rule_id: each.outcome for each in verdict.results}
    assert [rule for rule, outcome in outcomes.items() if outcome == "error"] == ["row.broken"]
    assert (outcomes["row.amount_negative"], outcomes["phone.format"]) == ("failed", "failed")
    assert outcomes["resident_id.check_digit"] == "passed"
    assert verdict.outcome == "error"


def test_with_a_broken_rule_the_last_good_table_stays(
    registry: Settings, contract: Contract, stage: StageRows, now: datetime
) -> None:
    judge(registry, contract, stage(ROWS, serial=1), now=now)
    broken = contract_of(rules=(own("amount <"),))
    later = [{"person_no": "n2", "resident_id": "370683199003074514"}]
    verdict = judge(registry, broken, stage(later, serial=2), now=now + timedelta(hours=1))
    assert verdict.outcome == "error"
    assert [row["person_no"] for row in zone(registry, "standard")] == ["n1"]


def test_a_batch_with_a_broken_rule_is_judged_anew_once_the_rule_is_mended(
    registry: Settings, stage: StageRows, now: datetime
) -> None:
    wrong = {"person_no": "n2", "resident_id": "370683199003074511"}
    batch_id = stage([*ROWS, wrong])
    first = judge(registry, contract_of(rules=(own("amount <"),)), batch_id, now=now)
    assert (zone(registry, "findings"), zone(registry, "quarantine")) == ([], [])
    assert verdicts.unsettled(first).parts["rules"] == ["row.broken"]
    second = judge(registry, contract_of(rules=(own("amount < 0"),)), batch_id, now=now + timedelta(hours=1))
    third = judge(registry, contract_of(), batch_id, now=now + timedelta(hours=2))
    assert [first.verdict_id, second.verdict_id] == [f"{batch_id}:judge", f"{batch_id}:judge:2"]
    assert (second.outcome, third.verdict_id) == ("warned", second.verdict_id)
    assert [row["person_no"] for row in zone(registry, "standard")] == ["n1"]
    assert [row["person_no"] for row in zone(registry, "quarantine")] == ["n2"]


def test_a_broken_rule_that_is_waived_lets_the_delivery_go_on(
    registry: Settings, stage: StageRows, now: datetime
) -> None:
    waiver = Waiver("row.broken", "规则待修", "steward", now + timedelta(days=1))
    broken = contract_of(rules=(own("amount <"),))
    verdict = judge(registry, broken, stage(ROWS), now=now, waivers=[waiver])
    assert verdict.outcome == "warned"
    assert len(zone(registry, "standard")) == 1


def test_what_a_rule_raised_on_appears_in_no_log_and_no_result(
    registry: Settings, stage: StageRows, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    verdict = judge(registry, contract_of(rules=(own("CAST(phone AS INTEGER) > 1"),)), stage(ROWS), now=now)
    assert CANARY not in caplog.text
    assert CANARY not in repr(verdict)


def test_a_pattern_that_backtracks_for_ever_elsewhere_is_decided_here_and_the_other_rules_run(
    registry: Settings, stage: StageRows, now: datetime
) -> None:
    rows = [{**ROWS[0], "phone": "a" * 5_000 + "b"}, {"person_no": "n2", "phone": "a" * 5_000}]
    rule = own("regexp_matches(phone, '^(a+)+$')")  # steps in Python's re: two to the power of 5,000
    verdict = judge(registry, contract_of(rules=(*OWN, rule)), stage(rows), now=now)
    counts = {each.rule_id: (each.a, each.b, each.outcome) for each in verdict.results}
    assert counts["row.broken"] == (1, 2, "failed")
    assert counts["row.amount_negative"] == (0, 1, "failed")


def test_a_rule_that_takes_too_long_is_broken_off_and_the_last_good_table_stands_marked_stale(
    registry: Settings, contract: Contract, stage: StageRows, now: datetime
) -> None:
    hurried = registry.model_copy(update={"rule_seconds": 1})
    a_registry_with(registry, contract)
    judge(hurried, contract, stage(ROWS, serial=1), now=now)
    endless = own("(SELECT count(*) FROM {rows} a, {rows} b, {rows} c WHERE hash(a._row, b._row, c._row) = 7) > 0")
    many = [{"person_no": f"n{number}", "amount": -1.0} for number in range(5_000)]
    begun = time.monotonic()
    verdict = judge(hurried, contract_of(rules=(*OWN, endless)), stage(many, serial=2), now=now + timedelta(hours=1))
    outcomes = {each.rule_id: each.outcome for each in verdict.results}
    assert [rule for rule, outcome in outcomes.items() if outcome == "error"] == ["row.broken"]
    assert outcomes["row.amount_negative"] == "failed"
    assert time.monotonic() - begun < 60  # what was asked for would take hours
    assert [row["person_no"] for row in zone(registry, "standard")] == ["n1"]
    with open_session(registry) as session:
        (seen,) = quality.newest(session, dataset=contract.dataset)
    assert (seen.outcome, seen.stale) == ("error", True)
    assert seen.good_verdict_id != seen.verdict_id


def test_an_empty_delivery_keeps_the_last_good_table_and_says_why(
    registry: Settings, contract: Contract, stage: StageRows, now: datetime
) -> None:
    judge(registry, contract, stage(ROWS, serial=1), now=now)
    verdict = judge(registry, contract, stage([], serial=2), now=now + timedelta(days=1))
    failed = [each.rule_id for each in verdict.results if each.outcome == "failed"]
    assert (verdict.outcome, failed[:1]) == ("blocked", ["dataset.not_empty"])
    assert {each.outcome for each in verdict.results if each.scope != "dataset"} == {"not_applicable"}
    assert [row["person_no"] for row in zone(registry, "standard")] == ["n1"]


def test_a_code_list_with_a_code_twice_breaks_its_own_rule_alone(
    registry: Settings, contract: Contract, stage: StageRows, now: datetime, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    (tmp_path / "sex.csv").write_text("code,name_zh,name_en\n1,男,male\n1,女,female\n", encoding="utf-8")
    monkeypatch.setattr(code_lists, "_FOLDER", tmp_path)
    _forget_lists()
    try:
        verdict = judge(registry, contract, stage([{**ROWS[0], "sex": "1"}]), now=now)
    finally:
        monkeypatch.undo()
        _forget_lists()
    outcomes = {each.rule_id: each.outcome for each in verdict.results}
    assert [rule for rule, outcome in outcomes.items() if outcome == "error"] == ["sex.code_list"]
    assert outcomes["row.amount_negative"] == "failed"
    assert "sex.code_list" in str(verdicts.unsettled(verdict))


def _forget_lists() -> None:
    for cached in (code_lists._with, code_lists.packaged_rows, code_lists.packaged_names):
        cached.cache_clear()


@pytest.mark.parametrize(
    ("sql", "name"),
    [
        ("list_sum(list_transform(range(200000 + length(phone)), x -> x % 7)) > 0", "lambda"),
        ("len(range(3000000000)) > 0", "range"),  # constant: computed while it is planned
        ("(SELECT max(len(range(3000000000 + _row))) FROM {rows}) > 0", "range"),
        ("length(lpad(phone, 1000000 * length(phone), 'x')) > 0", "lpad"),
    ],
)
def test_a_rule_that_one_row_keeps_busy_is_refused_by_the_name_of_its_function_and_never_begun(
    registry: Settings, stage: StageRows, now: datetime, caplog: pytest.LogCaptureFixture, sql: str, name: str
) -> None:
    contract = contract_of(rules=(*OWN, own(sql)))
    with pytest.raises(ContractBroken) as refused:
        rehearse(contract, now=now)
    assert (refused.value.code, refused.value.parts["rules"]) == ("rule_without_limit", ["row.broken"])
    assert name in refused.value.en
    assert name in refused.value.zh
    hurried = registry.model_copy(update={"rule_seconds": 1})
    begun = time.process_time()
    verdict = judge(hurried, contract, stage(ROWS * 5), now=now)
    assert time.process_time() - begun < 15  # each would take minutes, and more memory than there is
    outcomes = {each.rule_id: each.outcome for each in verdict.results}
    assert [rule for rule, outcome in outcomes.items() if outcome == "error"] == ["row.broken"]
    assert outcomes["row.amount_negative"] == "failed"
    assert f"row.broken is not run: {name}" in caplog.text
