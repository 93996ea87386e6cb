"""A rule is waived with a reason and an end, shown, and taken back."""

import json
import shutil
from datetime import UTC, datetime, timedelta

import pytest

from catalog.settings import Settings
from quality.verdicts import waivers
from tests.factories.small_registry import CONTRACTS
from tests.unit.cli.conftest import Shuniu


def test_a_waiver_is_granted_with_a_reason_read_by_the_gate_and_revoked(shuniu: Shuniu, city: Settings) -> None:
    now = datetime.now(UTC)
    until = f"{now + timedelta(days=30):%Y-%m-%d}"
    waive = ("quality", "waive", "police_person", "--rule", "resident_id.check_digit", "--until", until, "--reason")
    assert shuniu(*waive, " ", home=city.home).code == 2
    assert shuniu(*waive, "系统升级", home=city.home).code == 0
    assert shuniu(*waive, "系统升级", home=city.home).code == 1
    (row,) = json.loads(shuniu("quality", "waivers", "--json", home=city.home).out)
    assert (row["rule_id"], row["reason"]) == ("resident_id.check_digit", "系统升级")
    (held,) = waivers(city, "police_person", now)
    assert (held.rule_id, held.holds(now), held.holds(now + timedelta(days=32))) == (
        "resident_id.check_digit",
        True,
        False,
    )
    assert waivers(city, "police_person", now + timedelta(days=32)) == ()
    assert shuniu("quality", "unwaive", str(row["waiver_id"]), home=city.home).code == 0
    assert waivers(city, "police_person", now) == ()
    assert shuniu("quality", "unwaive", str(row["waiver_id"]), home=city.home).code == 1


def test_no_rule_is_waived_for_longer_than_a_year(shuniu: Shuniu, city: Settings) -> None:
    far = f"{datetime.now(UTC) + timedelta(days=400):%Y-%m-%d}"
    said = shuniu(
        "quality", "waive", "police_person", "--rule", "name.required", "--until", far, "--reason", "x", home=city.home
    )
    assert said.code == 2
    assert "一年以内" in said.err


@pytest.mark.parametrize(
    ("dataset", "rule", "sentence"),
    [
        ("police_person", "typo", "没有规则 typo"),
        ("police_person", "birth_date.placeholder", "无需豁免"),
        ("population", "resident_id.check_digit", "没有规则 resident_id.check_digit"),
    ],
    ids=["unknown", "only warns", "no guard of a base"],
)
def test_a_rule_that_is_unknown_or_holds_nothing_back_is_not_waived(
    shuniu: Shuniu, city: Settings, dataset: str, rule: str, sentence: str
) -> None:
    until = f"{datetime.now(UTC) + timedelta(days=30):%Y-%m-%d}"
    said = shuniu("quality", "waive", dataset, "--rule", rule, "--until", until, "--reason", "x", home=city.home)
    assert (said.code, sentence in said.err) == (2, True)
    assert json.loads(shuniu("quality", "waivers", dataset, "--json", home=city.home).out) == []


def test_a_waived_rule_is_marked_where_the_rules_are_shown_and_a_guard_of_a_base_can_be_waived(
    shuniu: Shuniu, city: Settings
) -> None:
    until = f"{datetime.now(UTC) + timedelta(days=30):%Y-%m-%d}"
    for dataset, rule in (("hrss_insurance", "name.required"), ("population", "entity_too_large")):
        said = shuniu("quality", "waive", dataset, "--rule", rule, "--until", until, "--reason", "x", home=city.home)
        assert said.code == 0
    page = shuniu("quality", "show", "hrss_insurance", home=city.home).out
    assert page.count(f"已豁免至 {until}") == 1
    rules = json.loads(shuniu("quality", "show", "hrss_insurance", "--json", home=city.home).out)["rules"]
    assert [one["rule_id"] for one in rules if one["waived_until"]] == ["name.required"]


def test_a_rule_of_the_contract_can_be_waived_before_anything_was_judged(shuniu: Shuniu, city: Settings) -> None:
    city.contracts_dir.mkdir(parents=True, exist_ok=True)
    shutil.copy(CONTRACTS / "tax_payer.odcs.yaml", city.contracts_dir)
    until = f"{datetime.now(UTC) + timedelta(days=30):%Y-%m-%d}"
    waive = ("quality", "waive", "tax_payer", "--until", until, "--reason", "x", "--rule")
    assert shuniu(*waive, "dataset.not_empty", home=city.home).code == 0
    assert shuniu(*waive, "dataset.full", home=city.home).code == 2
