"""The legal-person base: credit codes, organisation codes and old registration numbers meet in one row."""

from datetime import UTC, datetime
from typing import Any

import pytest

from catalog.settings import Settings
from catalog.standards import check_digits, uscc
from lake.bases import build
from lake.layout import Layout
from tests.factories.standard_tables import hold, moment, read

NOW = datetime(2026, 11, 20, 1, tzinfo=UTC)
SHOP, OFFICE = "91370683MA3C00003Q", "11370285059571422N"
OLD = "37068320000001" + check_digits.mod_11_10("37068320000001")
LONELY = "37068320000002" + check_digits.mod_11_10("37068320000002")


@pytest.fixture
def city(settings: Settings) -> Settings:
    """A shop and an office under every number they ever had, and rows that lead nowhere."""
    hold(
        settings,
        "market_enterprise",
        {"record_no": "1", "uscc": SHOP, "reg_no": OLD, "name": "莱州华兴商贸有限公司", "former_name": "莱州华兴商店",
         "status": "1", "capital": 50.0, "updated_at": moment(2024)},
        {"record_no": "2", "reg_no": OLD, "name": "莱州华兴商店", "status": "3", "updated_at": moment(2010)},
        {"record_no": "3", "reg_no": LONELY, "name": "莱州老店"},
        {"record_no": "4", "uscc": "91370683MA3C000030", "name": "莱州华兴商贸有限公司", "updated_at": moment(2012)},
        {"record_no": "5", "name": "无号合作社", "updated_at": moment(2012)},
    )  # fmt: skip
    hold(settings, "establishment_unit", {"org_code": "05957142-2", "name": "莱西市某局", "org_type": "机关"})
    hold(
        settings,
        "tax_payer",
        {"taxpayer_no": SHOP, "name": "华兴商贸", "status": "正常", "credit_grade": "A", "updated_at": moment(2026)},
        {"taxpayer_no": "370285059571422", "name": "莱西某局"},
    )
    hold(settings, "reform_permit", {"permit_no": "P1", "uscc": OFFICE, "name": "莱西市某局（章）"})
    return settings


def organisations(settings: Settings) -> dict[str, dict[str, Any]]:
    rows = read(settings, Layout(settings.lake_url).base("legal_person"))
    return {row["name"]: row for row in rows}


def test_an_organisation_is_one_row_whatever_number_a_department_knows(city: Settings) -> None:
    assert build(city, "legal_person", now=NOW).rows == 4
    found = organisations(city)
    assert set(found) == {"莱州华兴商贸有限公司", "莱西市某局", "莱州老店", "无号合作社"}
    shop, office = found["莱州华兴商贸有限公司"], found["莱西市某局"]
    assert (shop["uscc"], shop["org_code"], shop["org_code_from"], shop["reg_no"]) == (
        SHOP, "MA3C0000-3", "uscc", OLD,
    )  # fmt: skip
    assert (office["uscc"], office["uscc_from"], office["org_code"], office["org_code_from"]) == (
        OFFICE, "reform", "05957142-2", "establishment",
    )  # fmt: skip
    assert (shop["source_rows"], office["source_rows"]) == (4, 3)
    assert (shop["providers"], office["providers"]) == ("market,tax", "establishment,reform,tax")


def test_of_two_entries_of_one_register_the_newer_wins(city: Settings) -> None:
    build(city, "legal_person", now=NOW)
    shop = organisations(city)["莱州华兴商贸有限公司"]
    assert (shop["status"], shop["status_from"], shop["capital"]) == ("1", "market", 50.0)
    assert (shop["credit_grade"], shop["credit_grade_from"]) == ("A", "tax")


def test_a_registration_number_alone_is_an_organisation_of_its_own(city: Settings) -> None:
    build(city, "legal_person", now=NOW)
    lonely = organisations(city)["莱州老店"]
    assert (lonely["uscc"], lonely["org_code"], lonely["reg_no"]) == (None, None, LONELY)


def test_a_code_with_a_wrong_check_digit_finds_its_organisation_and_a_row_without_any_stays_alone(
    city: Settings,
) -> None:
    build(city, "legal_person", now=NOW)
    links = read(city, Layout(city.lake_url).base("legal_person_links"))
    assert len(links) == 9
    by_key = {link["key"]: link for link in links}
    assert [key for key, link in by_key.items() if not link["by_key"]] == ["4", "5"]
    assert by_key["4"]["legal_id"] == by_key["1"]["legal_id"]
    assert [link["key"] for link in links if link["legal_id"] == by_key["5"]["legal_id"]] == ["5"]


def test_losing_names_stay_visible(city: Settings) -> None:
    build(city, "legal_person", now=NOW)
    shop = organisations(city)["莱州华兴商贸有限公司"]
    rows = read(city, Layout(city.lake_url).base("legal_person_provenance"))
    names = {
        (row["value"], row["dataset"], row["won"])
        for row in rows
        if row["legal_id"] == shop["legal_id"] and row["field"] == "name"
    }
    assert names == {
        ("莱州华兴商贸有限公司", "market_enterprise", True),
        ("莱州华兴商贸有限公司", "market_enterprise", False),
        ("莱州华兴商店", "market_enterprise", False),
        ("华兴商贸", "tax_payer", False),
    }


def test_namesakes_under_two_numbers_of_one_register_are_two_whatever_else_they_share(settings: Settings) -> None:
    same = {"name": "莱州市城港泰润大药房", "legal_representative": "欧阳若兰", "address": "莱州市文昌路街道府前街8号"}
    hold(
        settings,
        "market_enterprise",
        {"record_no": "1", "reg_no": OLD, **same, "updated_at": moment(2024)},
        {"record_no": "2", "reg_no": LONELY, **same, "updated_at": moment(2024)},
        {"record_no": "3", "name": "泰润大药房", "legal_representative": "欧阳若兰", "address": same["address"]},
    )
    build(settings, "legal_person", now=NOW)
    links = {
        row["key"]: row["legal_id"] for row in read(settings, Layout(settings.lake_url).base("legal_person_links"))
    }
    assert links["1"] != links["2"]


def test_the_registered_full_name_goes_before_a_short_one_of_a_better_source(settings: Settings) -> None:
    hold(
        settings, "market_enterprise", {"record_no": "1", "uscc": SHOP, "name": "华兴商贸", "updated_at": moment(2025)}
    )
    hold(settings, "tax_payer", {"taxpayer_no": SHOP, "name": "莱州华兴商贸有限公司", "updated_at": moment(2020)})
    hold(settings, "reform_permit", {"permit_no": "P1", "uscc": SHOP, "name": "莱州华兴商贸有限公司（章）"})
    build(settings, "legal_person", now=NOW)
    shop = organisations(settings)["莱州华兴商贸有限公司"]
    assert (shop["name_from"], shop["source_rows"]) == ("tax", 3)


def test_of_names_in_full_the_designated_sources_counts_though_another_is_longer(settings: Settings) -> None:
    hold(settings, "market_enterprise", {"record_no": "1", "uscc": SHOP, "name": "莱州华兴商贸有限公司"})
    hold(settings, "tax_payer", {"taxpayer_no": SHOP, "name": "莱州华兴商贸有限公司驿道分公司"})
    build(settings, "legal_person", now=NOW)
    assert list(organisations(settings)) == ["莱州华兴商贸有限公司"]


def test_a_registration_number_two_organisations_claim_leads_to_neither(settings: Settings) -> None:
    hold(
        settings,
        "market_enterprise",
        {"record_no": "1", "uscc": SHOP, "reg_no": OLD, "name": "甲"},
        {"record_no": "2", "uscc": "92370783MA3N5A7X26", "reg_no": OLD, "name": "乙"},
        {"record_no": "3", "reg_no": OLD, "name": "丙"},
    )
    build(settings, "legal_person", now=NOW)
    assert set(organisations(settings)) == {"甲", "乙", "丙"}


def test_an_identity_number_that_is_a_sound_credit_code_as_well_is_nobodys_credit_code(settings: Settings) -> None:
    citizen = "330106198001010339"
    assert uscc.fault(citizen) in (None, "org_check")
    hold(settings, "tax_payer", {"taxpayer_no": citizen, "name": "张三"})
    build(settings, "legal_person", now=NOW)
    (row,) = organisations(settings).values()
    assert citizen not in {str(value) for value in row.values()}
    assert row["org_code"] is None


def test_a_row_without_number_belongs_to_the_parent_not_to_the_branch_that_is_called_by_its_name(
    settings: Settings,
) -> None:
    parent, branch = SHOP, OFFICE
    hold(
        settings,
        "market_enterprise",
        {"record_no": "1", "uscc": parent, "name": "莱州海腾化工有限公司", "updated_at": moment(2024)},
        {"record_no": "2", "uscc": branch, "name": "莱州海腾化工有限公司永安路分公司", "updated_at": moment(2024)},
    )
    numbers = [f"{20_000_000 + number}" for number in range(300)]
    others = [{"org_code": code + check_digits.organisation(code), "name": f"莱州市第{code}中学"} for code in numbers]
    hold(settings, "establishment_unit", *others)
    hold(settings, "tax_payer", {"taxpayer_no": branch, "name": "莱州海腾化工有限公司"})
    hold(settings, "reform_permit", {"permit_no": "P1", "name": "莱州海腾化工有限公司"})
    build(settings, "legal_person", now=NOW)
    links = read(settings, Layout(settings.lake_url).base("legal_person_links"))
    found = {(row["dataset"], row["key"]): row["legal_id"] for row in links}
    assert found["reform_permit", "P1"] == found["market_enterprise", "1"]
    assert found["tax_payer", branch] == found["market_enterprise", "2"] != found["market_enterprise", "1"]
