"""Rules between datasets: who must not, or must, stand elsewhere, and what two departments must tell alike."""

import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest
import yaml

from catalog.contracts import Contract, Item
from catalog.database import open_session
from catalog.errors import ContractBroken
from catalog.models import RuleResult
from catalog.settings import Settings
from lake import tables
from lake.layout import Layout
from quality import verdicts
from quality.across import judge_across, only_across
from quality.gate import Waiver
from quality.rules.across import across_rules
from quality.rules.rule import Verdict
from tests.integration.quality.conftest import KINDS, contract_of

LIVING, DEAD, MOVED = "370683199003074514", "11010519491231002X", "341822199602290124"
STRANGER = "370281197908150063"
ITEMS = (
    Item("number", "编号", "Number", "record_no", "string", key=True),
    Item("resident_id", "公民身份号码", "Identity number", "resident_id", "string"),
    Item("sex", "性别", "Sex", "sex", "string"),
    Item("birth_date", "出生日期", "Date of birth", "birth_date", "date"),
    Item("division_code", "行政区划", "Division", "division_code", "string"),
)
HERE, REGISTER, DEATHS = "hrss_insurance", "police_person", "health_death"


def check(name: str, severity: str = "warning", **told: Any) -> dict[str, Any]:
    return {
        "type": "custom", "engine": "shuniu", "id": name, "description": "不行 / It must not be", "severity": severity,
        "implementation": told,
    }  # fmt: skip


DEAD_HELD = check("dead_held", check="absent", **{"with": DEATHS}, key="resident_id", match="resident_id")


def contract(*checks: dict[str, Any], relation: str = "") -> Contract:
    """The insurance dataset with those checks, and a foreign key where one is given."""
    properties = [{"name": item.name} for item in ITEMS]
    if relation:
        properties[1]["relationships"] = [{"type": "foreignKey", "to": relation}]  # type: ignore[assignment]
    document = yaml.safe_dump({"schema": [{"quality": list(checks), "properties": properties}]}, allow_unicode=True)
    return replace(contract_of(items=ITEMS, rules=()), dataset=HERE, agency="hrss", document=document)


def settle(settings: Settings, dataset: str, *rows: dict[str, Any], serial: int = 1) -> None:
    """Make `rows` the standard table of a dataset, delivered in one batch."""
    batch = f"{dataset}-2026112{serial}-0123abc{serial}"
    columns: dict[str, pa.Array] = {
        "_row": pa.array(range(len(rows)), pa.int64()),
        "_batch": pa.array([batch] * len(rows), pa.string()),
        "_notes": pa.array([[] for _ in rows], pa.list_(pa.string())),
    }
    columns |= {item.name: pa.array([row.get(item.name) for row in rows], KINDS[item.kind]) for item in ITEMS}
    uri = Layout(settings.lake_url).standard(dataset)
    tables.write(uri, pa.table(columns), run_id=f"{batch}:judge", settings=settings)


def judged(settings: Settings, now: datetime, *, serial: int = 1, outcome: Any = "passed") -> None:
    """The verdict on the batch of the insurance dataset."""
    batch = f"{HERE}-2026112{serial}-0123abc{serial}"
    verdict = Verdict(f"{batch}:judge", HERE, batch, outcome, 3, 3, 0, now)
    verdicts.store(settings, verdict, by="test", now=now)


def person(number: str, resident_id: str | None, **more: Any) -> dict[str, Any]:
    return {"number": number, "resident_id": resident_id} | more


def counts(verdict: Verdict | None) -> dict[str, tuple[int, int, str]]:
    assert verdict is not None
    return {each.rule_id: (each.a, each.b, each.outcome) for each in verdict.results}


def found(settings: Settings) -> list[tuple[str, int, str, str]]:
    uri = Layout(settings.lake_url).findings(HERE)
    rows = tables.read(uri).to_pylist() if tables.version(uri) is not None else []
    return sorted((row["batch"], row["row"], row["key"], row["rule"]) for row in rows)


def test_the_dead_who_are_still_held_are_found_with_batch_row_and_key(registry: Settings, now: datetime) -> None:
    settle(registry, DEATHS, person("c1", DEAD), person("c2", None))
    settle(registry, HERE, person("a", LIVING), person("b", DEAD), person("c", None))
    judged(registry, now)
    verdict = judge_across(registry, contract(DEAD_HELD), now=now + timedelta(minutes=1))
    assert counts(verdict) == {"across.dead_held": (1, 2, "failed")}
    assert verdict is not None
    assert (verdict.outcome, verdict.rows, verdict.accepted) == ("warned", 3, 3)
    assert found(registry) == [(f"{HERE}-20261121-0123abc1", 1, "b", "across.dead_held")]


def test_it_is_asked_again_only_when_a_table_has_changed_and_finds_each_row_once(
    registry: Settings, now: datetime
) -> None:
    settle(registry, DEATHS, person("c1", DEAD))
    settle(registry, HERE, person("a", LIVING), person("b", DEAD))
    judged(registry, now)
    first = judge_across(registry, contract(DEAD_HELD), now=now + timedelta(minutes=1))
    again = judge_across(registry, contract(DEAD_HELD), now=now + timedelta(hours=1))
    settle(registry, DEATHS, person("c1", DEAD), person("c2", LIVING), serial=2)
    third = judge_across(registry, contract(DEAD_HELD), now=now + timedelta(days=1))
    assert first == again
    assert counts(third) == {"across.dead_held": (0, 2, "failed")}
    assert [row[2] for row in found(registry)] == ["a", "b"]


def test_the_batchs_own_results_stay_in_the_newer_verdict(registry: Settings, now: datetime) -> None:
    settle(registry, DEATHS)
    settle(registry, HERE, person("a", LIVING))
    judged(registry, now)
    own = RuleResult(
        verdict_id=f"{HERE}-20261121-0123abc1:judge", rule_id="sex.code_list", item="sex", severity="warn",
        dimension="0105", title_zh="性别", title_en="Sex", a=0, b=1, outcome="failed",
    )  # fmt: skip
    with open_session(registry) as session:
        session.add(own)
    verdict = judge_across(registry, contract(DEAD_HELD), now=now + timedelta(minutes=1))
    assert counts(verdict) == {"sex.code_list": (0, 1, "failed"), "across.dead_held": (1, 1, "passed")}
    assert verdict is not None
    assert verdict.outcome == "warned"
    assert [each.rule_id for each in only_across(verdict).results] == ["across.dead_held"]
    assert verdicts.history(registry, HERE, "b").judged_at == now  # a delivery in time is measured by deliveries


def test_what_two_departments_tell_differently_is_counted_item_by_item(registry: Settings, now: datetime) -> None:
    told = check("differs", check="same", **{"with": REGISTER}, key="resident_id", match="resident_id",
                 items={"sex": "sex", "birth_date": "birth_date"})  # fmt: skip
    settle(
        registry,
        REGISTER,
        person("1", LIVING, sex="2", birth_date=date(1990, 3, 7)),
        person("2", DEAD, sex="1", birth_date=None),
        person("3", MOVED, sex="1"),
        person("4", MOVED, sex="2"),
    )
    settle(
        registry,
        HERE,
        person("a", LIVING, sex="1", birth_date=date(1990, 3, 7)),
        person("b", DEAD, sex="1", birth_date=date(1949, 12, 31)),
        person("c", MOVED, sex="2"),
        person("d", STRANGER, sex="1", birth_date=date(1979, 8, 15)),
    )
    judged(registry, now)
    verdict = judge_across(registry, contract(told), now=now + timedelta(minutes=1))
    assert counts(verdict) == {
        "across.differs_sex": (2, 3, "failed"),
        "across.differs_birth_date": (1, 1, "passed"),
    }
    assert [row[2:] for row in found(registry)] == [("a", "across.differs_sex")]


def test_a_foreign_key_of_the_contract_is_held(registry: Settings, now: datetime) -> None:
    settle(registry, REGISTER, person("1", LIVING), person("2", None))
    settle(registry, HERE, person("a", LIVING), person("b", STRANGER), person("c", None))
    judged(registry, now)
    verdict = judge_across(registry, contract(relation="police_person.resident_id"), now=now + timedelta(minutes=1))
    assert counts(verdict) == {"across.resident_id_in_police_person": (1, 2, "failed")}


def test_a_division_must_have_been_there_on_the_day_under_this_code_or_one_before(
    registry: Settings, now: datetime
) -> None:
    told = check("division_there", check="division", key="division_code", day="birth_date")
    days = [
        ("341882", date(2026, 1, 1)),
        ("341882", date(1999, 1, 1)),  # then 341822, which the standardiser has brought to today's code
        ("341882", date(1900, 1, 1)),
        ("999999", date(2026, 1, 1)),  # unknown: another rule's fault
        ("341882", None),
    ]
    rows = [person(str(n), None, division_code=code, birth_date=day) for n, (code, day) in enumerate(days)]
    settle(registry, HERE, *rows)
    judged(registry, now)
    verdict = judge_across(registry, contract(told), now=now + timedelta(minutes=1))
    (seen,) = counts(verdict).values()
    assert seen[1] == 3
    assert {row[2] for row in found(registry)} <= {"2"}


def test_a_rule_without_its_other_side_is_not_applicable_and_one_that_raises_is_an_error_and_no_fault(
    registry: Settings, now: datetime
) -> None:
    broken = check("broken", check="sql", **{"with": REGISTER}, sql="no_such IN (SELECT number FROM {police_person})")
    later = check("later", check="absent", **{"with": "civil_person"}, key="resident_id", match="resident_id")
    settle(registry, DEATHS, person("c1", DEAD))
    settle(registry, REGISTER, person("1", LIVING))
    settle(registry, HERE, person("b", DEAD))
    judged(registry, now)
    verdict = judge_across(registry, contract(DEAD_HELD, broken, later), now=now + timedelta(minutes=1))
    assert counts(verdict) == {
        "across.dead_held": (0, 1, "failed"),
        "across.broken": (0, 0, "error"),
        "across.later": (0, 0, "not_applicable"),
    }
    assert verdict is not None
    assert verdict.outcome == "warned"  # rows accepted before are not taken back because a rule is broken


def test_a_blocking_rule_keeps_the_table_from_being_published_until_it_is_waived_or_mended(
    registry: Settings, now: datetime
) -> None:
    strict = contract(DEAD_HELD | {"severity": "error"})
    settle(registry, DEATHS, person("c1", DEAD))
    settle(registry, HERE, person("b", DEAD))
    judged(registry, now)
    blocked = judge_across(registry, strict, now=now + timedelta(minutes=1))
    settle(registry, DEATHS, person("c1", STRANGER), serial=2)
    mended = judge_across(registry, strict, now=now + timedelta(days=1))
    settle(registry, DEATHS, person("c1", DEAD), serial=3)
    waiver = Waiver("across.dead_held", "正在核实", "steward", now + timedelta(days=9))
    waived = judge_across(registry, strict, now=now + timedelta(days=2), waivers=[waiver])
    assert [one.outcome for one in (blocked, mended, waived) if one] == ["blocked", "passed", "warned"]


def test_nothing_is_asked_of_a_dataset_whose_last_batch_was_not_fit(registry: Settings, now: datetime) -> None:
    settle(registry, DEATHS, person("c1", DEAD))
    settle(registry, HERE, person("b", DEAD))
    judged(registry, now, outcome="blocked")
    assert judge_across(registry, contract(DEAD_HELD), now=now) is None
    assert judge_across(registry, contract(), now=now) is None


BY_IDENTITY = check(
    "dead_by_identity", check="absent", **{"with": DEATHS}, key="resident_id", match="resident_id", through="population"
)


def link(settings: Settings, *people: tuple[str, int, str | None], serial: int = 1) -> None:
    """The population base read those rows: (dataset, row of the batch `serial` of it, the person)."""
    columns = {
        "dataset": pa.array([dataset for dataset, _, _ in people], pa.string()),
        "batch": pa.array([f"{dataset}-2026112{serial}-0123abc{serial}" for dataset, _, _ in people], pa.string()),
        "row": pa.array([row for _, row, _ in people], pa.int64()),
        "person_id": pa.array([person for _, _, person in people], pa.string()),
    }
    uri = Layout(settings.lake_url).base("population_links")
    tables.write(uri, pa.table(columns), run_id=f"built{serial}", mode="overwrite", settings=settings)


def test_the_same_person_by_the_base_is_found_where_the_numbers_say_nothing(registry: Settings, now: datetime) -> None:
    settle(registry, DEATHS, person("c1", None), person("c2", MOVED), person("c3", None))
    rows = [person("a", DEAD), person("b", MOVED), person("c", LIVING), person("d", None), person("e", None)]
    settle(registry, HERE, *rows)
    judged(registry, now)
    unbuilt = judge_across(registry, contract(BY_IDENTITY), now=now + timedelta(minutes=1))
    told = [(HERE, 0, "P1"), (HERE, 1, "P2"), (HERE, 2, "P3"), (HERE, 3, "P3"), (HERE, 4, None)]
    link(registry, *told, (DEATHS, 0, "P1"), (DEATHS, 1, "P2"), (DEATHS, 2, None))
    verdict = judge_across(registry, contract(BY_IDENTITY), now=now + timedelta(minutes=2))
    assert counts(unbuilt) == {"across.dead_by_identity": (0, 0, "not_applicable")}
    # b is the number's to decide, e is nobody's row; of the rest only a is a person with a certificate
    assert counts(verdict) == {"across.dead_by_identity": (2, 3, "failed")}
    assert [row[2] for row in found(registry)] == ["a"]


def test_a_base_that_has_not_read_the_newest_rows_of_the_other_side_proves_nothing(
    registry: Settings, now: datetime
) -> None:
    settle(registry, DEATHS, person("c1", None))
    settle(registry, HERE, person("a", DEAD))
    judged(registry, now)
    link(registry, (HERE, 0, "P1"), (DEATHS, 0, "P1"))
    before = judge_across(registry, contract(BY_IDENTITY), now=now + timedelta(minutes=1))
    settle(registry, DEATHS, person("c1", None), serial=2)  # the same certificate, delivered again
    between = judge_across(registry, contract(BY_IDENTITY), now=now + timedelta(days=1))
    assert counts(before) == {"across.dead_by_identity": (0, 1, "failed")}
    assert counts(between) == {"across.dead_by_identity": (0, 0, "not_applicable")}  # no ticket is closed by this


@pytest.mark.parametrize(
    "told",
    [
        {"check": "absent", "with": DEATHS, "key": "resident_id", "match": "resident_id", "through": "guess"},
        {"check": "absent", "with": DEATHS, "key": "resident_id"},
        {"check": "absent", "with": DEATHS, "key": "no_such_item", "match": "resident_id"},
        {"check": "guess", "with": DEATHS},
        {"check": "same", "with": DEATHS, "key": "resident_id", "match": "resident_id", "items": ["sex"]},
        {"check": "absent", "with": "x; DROP", "key": "resident_id", "match": "resident_id"},
        "absent",
    ],
    ids=["no such base", "no match", "unknown item", "unknown check", "items no mapping", "no dataset", "no mapping"],
)
def test_a_rule_that_is_not_whole_is_a_sentence_that_names_it(told: Any) -> None:
    with pytest.raises(ContractBroken) as raised:
        across_rules(contract({"type": "custom", "engine": "shuniu", "id": "odd", "implementation": told}))
    assert (raised.value.code, raised.value.parts["rule"]) == ("across_rule_invalid", "odd")
    assert not re.search(r"[a-z]+ [a-z]+|object|invalid", raised.value.zh), "no English of a library in the Chinese"


@pytest.mark.parametrize(
    ("told", "zh", "en"),
    [
        ({"check": "guess", "with": DEATHS}, "check，须为 present, absent, same", "check, which is one of present"),
        ({"check": ["absent"]}, "check，须为 present", "check, which is one of present"),
        ({"check": "absent", "with": DEATHS, "key": "resident_id", "match": "resident_id", "through": "guess"},
         "through，须为 population, legal_person 之一", "through, which is one of population, legal_person."),
        ({"check": "absent", "with": DEATHS, "key": "resident_id"}, "在：缺少 match。", "at: match is missing."),
        ({"check": "absent", "with": DEATHS, "key": "no_such_item", "match": "resident_id"},
         "没有数据项 no_such_item。", "has no item no_such_item."),
        ({"check": "same", "with": DEATHS, "key": "resident_id", "match": "resident_id", "items": ["sex"]},
         "键的值不是应有的种类", "of another kind"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_rule_is_said_in_both_languages(told: Any, zh: str, en: str) -> None:
    with pytest.raises(ContractBroken) as raised:
        across_rules(contract({"type": "custom", "engine": "shuniu", "id": "odd", "implementation": told}))
    assert zh in raised.value.zh
    assert en in raised.value.en
