"""Why a value won is said by the rule that decided and who stood where, never what the claims do not bear out."""

from datetime import UTC, datetime
from typing import Any

import pytest

from exchange_api.views import winning
from exchange_api.views.names import Pair
from lake import bases
from lake.bases.model import field_orders

PEOPLE, FIRMS = bases.base("population"), bases.base("legal_person")
AGENCIES: dict[str, Pair] = {
    "police": ("公安局", "Police"), "hrss": ("人社局", "Insurance"), "education": ("教育局", "Schools"),
    "market": ("市监局", "Market"), "tax": ("税务局", "Tax"), "reform": ("发改局", "Reform"),
    "health": ("卫健局", "Health"),
}  # fmt: skip
TITLES: dict[str, Pair] = {"reform_permit": ("许可", "Permits"), "reform_penalty": ("处罚", "Penalties")}


def why(field: str, *said: tuple[str, str, int | None], won: int | None = 0, rule: str = "") -> Pair:
    """said: dataset, value and year of each claim; won: which of them."""
    model = FIRMS if said[0][0].startswith(("market", "tax", "reform")) else PEOPLE
    rules = {order.name: order.rule for order in field_orders(model.folder)}
    claims: list[dict[str, Any]] = [
        {
            "dataset": dataset,
            "value": value,
            "observed_at": datetime(year, 1, 1, tzinfo=UTC) if year else None,
            "won": place == won,
            "rule": rule or rules[field],
        }
        for place, (dataset, value, year) in enumerate(said)
    ]
    return winning.why(model, field, claims, AGENCIES, TITLES)


@pytest.mark.parametrize(
    ("said", "zh", "en"),
    [
        (
            why("address", ("police_person", "旧", 2020), ("hrss_insurance", "新", 2026)),
            "按数源部门次序 公安局 > 人社局，居首者采用",
            "by the order of departments Police > Insurance: the first counts",
        ),
        (
            why(
                "address", ("police_person", "新", 2026), ("police_person", "旧", 2020), ("hrss_insurance", "乙", 2026)
            ),
            "按数源部门次序 公安局 > 人社局，居首者采用；同一来源取最新",
            "by the order of departments Police > Insurance: the first counts; of one source the newest",
        ),
        (
            why("phone", ("hrss_insurance", "1", 2026), ("police_person", "2", 2025)),
            "取最新，不论部门",
            "the newest, whichever department gives it",
        ),
        (
            why("death_date", ("police_person", "2025-01-01", 2026), ("health_death", "2025-01-02", 2020)),
            "取最早的日期，不论部门",
            "the earliest date, whichever department gives it",
        ),
        (
            why("name", ("tax_payer", "莱州永丰果品有限公司", 2025), ("market_enterprise", "永丰果品", 2026)),
            "全称先于简称，次序在前的只给出简称：市监局 > 税务局",
            "the full form before a short one, and those before it in the order give a short one: Market > Tax",
        ),
        (
            why("name", ("market_enterprise", "莱州永丰果品商店", 2025), ("tax_payer", "莱州永兴果品商店", 2026)),
            "全称先于简称，按数源部门次序 市监局 > 税务局，居首者采用",
            "the full form before a short one, by the order of departments Market > Tax: the first counts",
        ),
        (
            why("uscc", ("reform_permit", "1", 2025), ("reform_penalty", "2", 2026)),
            "按数源部门次序 发改局《许可》 > 发改局《处罚》，居首者采用",
            "by the order of departments Reform (Permits) > Reform (Penalties): the first counts",
        ),
        (
            why("resident_id", ("hrss_insurance", "1", 2025), ("police_person", "2", 2026)),
            "只计凭以归入的有效号码，其中按数源部门次序：公安局 > 人社局",
            "only sound numbers that joined rows count, of those by the order of departments: Police > Insurance",
        ),
        (why("ethnic", ("police_person", "01", 2025)), "只有公安局提供", "only Police gives it"),
        (
            why("sex", ("police_person", "1", 2025), ("police_person", "2", 2020)),
            "只有公安局提供，取最新一条",
            "only Police gives it: the newest row",
        ),
        (why("resident_id", ("police_person", "2", 2026), won=None), *winning.NO_NUMBER),
    ],
)
def test_the_rule_that_decided_is_said_with_who_stands_where(said: Pair, zh: str, en: str) -> None:
    assert said == (zh, en)


@pytest.mark.parametrize(
    "said",
    [
        why("address", ("hrss_insurance", "乙", 2026), ("police_person", "甲", 2020)),
        why("address", ("police_person", "乙", 2026), ("hrss_insurance", "甲", 2020), rule="recency"),
        why("phone", ("hrss_insurance", "1", 2020), ("police_person", "2", 2025)),
        why("name", ("tax_payer", "莱州永丰果品有限公司", 2025), ("market_enterprise", "莱州永兴果品商店", 2026)),
        why("sex", ("police_person", "1", 2020), ("police_person", "2", 2025)),
        why("death_date", ("police_person", "2025-01-03", 2026), ("health_death", "2025-01-02", 2020)),
    ],
)
def test_what_the_claims_do_not_bear_out_is_not_said(said: Pair) -> None:
    assert not [part for part in said if "公安局" in part or "市监局" in part or "不论部门" in part or ">" in part]
    assert all(said)
