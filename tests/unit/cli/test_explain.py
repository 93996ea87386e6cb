"""An entity explained: the rule that decided in words, what agrees though masked, and no number undone by a key."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from catalog.database import open_reader
from catalog.settings import Settings
from catalog.standards import check_digits
from dags.steps.bases import build_group
from exchange_api.views import entities
from lake.layout import Layout
from tests.factories.standard_tables import day, hold, moment, read
from tests.unit.cli.conftest import Shuniu

BODY = "37068319900307700"
NUMBER, PASSPORT, LANDLINE = BODY + check_digits.mod_11_2(BODY), "E12345678", "05352211000"
OLD, NEW = "莱州市文昌路街道旧居路1号", "莱州市城港路街道新居路2号"
ODD_CODE = "81370683MA3C00003Q"
"""As long as a social credit code, but none begins so: hidden as what could be anybody's."""


@pytest.fixture(scope="module")
def town(city: Settings) -> Settings:
    """Somebody two departments disagree about, two numbered by passport and telephone, and a firm with an odd code."""
    known = {"resident_id": NUMBER, "name": "王小明", "birth_date": day(1990, 3, 7)}
    passport = {"person_no": PASSPORT, "resident_id": PASSPORT, "name": "李建国", "birth_date": day(1985, 1, 1)}
    old = {"updated_at": moment(2020), "status": "1"}
    phone = {"person_no": LANDLINE, "name": "赵大山", "birth_date": day(1970, 5, 5), "phone": LANDLINE}
    hold(city, "police_person", known | old | {"person_no": "7", "address": OLD}, passport | old, phone | old)
    insured = {name: known[name] for name in ("resident_id", "name")}
    hold(city, "hrss_insurance", insured | {"insurance_no": "h7", "address": NEW, "updated_at": moment(2026)})
    firm = {"name": "莱州永丰果品商店", "uscc": ODD_CODE, "updated_at": moment(2025)}
    hold(city, "market_enterprise", firm | {"record_no": "9", "status": "1"})
    hold(city, "tax_payer", firm | {"taxpayer_no": ODD_CODE, "status": "1"})
    for name in ("population", "legal_person"):
        build_group(city, name, clock=lambda: datetime(2026, 11, 3, 1, tzinfo=UTC))
    return city


def entity_of(settings: Settings, base: str, key: str) -> str:
    rows = read(settings, Layout(settings.lake_url).base(f"{base}_links"))
    id_of = {"population": "person_id", "legal_person": "legal_id"}[base]
    return next(str(row[id_of]) for row in rows if row["key"] == key)


def told(shuniu: Shuniu, settings: Settings, entity: str) -> dict[str, Any]:
    return dict(json.loads(shuniu("base", "explain", entity, "--json", home=settings.home).out))


def claims(one: dict[str, Any], field: str) -> list[tuple[str, bool, str]]:
    (found,) = [each for each in one["fields"] if each["name"] == field]
    return [(claim["dataset"], claim["won"], claim["stands"]) for claim in found["claims"]]


def test_an_older_word_that_won_by_the_order_of_departments_says_so(shuniu: Shuniu, town: Settings) -> None:
    person = entity_of(town, "population", "7")
    one = told(shuniu, town, person)
    (address,) = [field for field in one["fields"] if field["name"] == "address"]
    assert address["claims"][0]["observed_at"] < address["claims"][1]["observed_at"]
    assert address["why"]["zh"] == "按数源部门次序 公安局 > 人力资源和社会保障局，居首者采用"
    assert address["why"]["en"].startswith("by the order of departments Public Security Bureau > Human Resources")
    assert address["why"]["zh"] in shuniu("base", "explain", person, home=town.home).out
    english = shuniu("base", "explain", person, home=town.home, language="en").out
    assert "by the order of departments Public Security Bureau > Human" in " ".join(english.split())


def test_a_masked_value_that_lost_agrees_or_differs_and_is_shown_no_more_than_before(
    shuniu: Shuniu, town: Settings
) -> None:
    person = entity_of(town, "population", "7")
    one = told(shuniu, town, person)
    assert claims(one, "address") == [("police_person", True, ""), ("hrss_insurance", False, "differs")]
    assert claims(one, "resident_id") == [("police_person", True, ""), ("hrss_insurance", False, "agrees")]
    for language, words in (("zh", {"一致", "不一致"}), ("en", {"agrees", "differs"})):
        said = shuniu("base", "explain", person, home=town.home, language=language).out
        assert words <= set(said.split())
        assert not [value for value in (NUMBER, OLD, NEW, "王小明") if value in said + json.dumps(one)]


@pytest.mark.parametrize(
    ("base", "key", "shown"),
    [
        ("population", PASSPORT, "****"),
        ("population", LANDLINE, "053****1000"),
        ("population", "7", "7"),
        ("legal_person", "9", "9"),
        ("legal_person", ODD_CODE, "****"),
    ],
)
def test_a_key_is_masked_as_the_number_it_is_and_stays_where_it_is_none(
    shuniu: Shuniu, town: Settings, base: str, key: str, shown: str
) -> None:
    entity = entity_of(town, base, key)
    one = told(shuniu, town, entity)
    assert shown in {record["key"] for record in one["records"]}
    drawn = shuniu("base", "explain", entity, home=town.home).out
    assert not [number for number in (PASSPORT, LANDLINE, ODD_CODE, NUMBER) if number in drawn + json.dumps(one)]


def test_the_department_that_delivered_the_row_sees_its_own_key(town: Settings) -> None:
    entity = entity_of(town, "population", PASSPORT)
    with open_reader(town) as session:
        shown = {
            agency: entities.explained(town, session, "population", entity, agency=agency).records[0].key
            for agency in ("police", "hrss")
        }
    assert shown == {"police": PASSPORT, "hrss": "****"}
