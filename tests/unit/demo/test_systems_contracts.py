"""The contracts of the demo: valid ODCS, consistent with the standards and with each other, rules that run."""

import json
from pathlib import Path

import pyarrow as pa
import pytest
import yaml
from jsonschema import Draft201909Validator
from open_data_contract_standard import model
from open_data_contract_standard.model import OpenDataContractStandard

from catalog.contracts import Contract, load_contracts
from catalog.standards.code_lists import code_list_names
from catalog.standards.elements import element
from demo import realdata
from demo.agencies import AGENCIES
from demo.services.service import Services
from demo.systems.place import Place
from demo.systems.registry import all_specs
from lake.engines import duckdb

FOLDER = Path(realdata.__file__).parents[1] / "contracts"
CITY = load_contracts(FOLDER)
REAL = load_contracts(FOLDER / "real")
OFFICIAL = Draft201909Validator(json.loads(Path(model.__file__).with_name("schema.json").read_text(encoding="utf-8")))
EVERY = [*CITY.values(), *REAL.values()]
KINDS = {
    "string": "VARCHAR",
    "date": "DATE",
    "timestamp": "TIMESTAMP WITH TIME ZONE",
    "integer": "BIGINT",
    "decimal": "DOUBLE",
    "boolean": "BOOLEAN",
    "geometry": "BLOB",
}


def test_there_is_one_contract_for_each_dataset_of_the_city():
    assert len(CITY) == 24
    assert len(REAL) == 7
    assert not set(CITY) & set(REAL)


@pytest.mark.parametrize("path", sorted(FOLDER.rglob("*.odcs.yaml")), ids=lambda path: path.name)
def test_every_contract_is_valid_odcs_3_1(path: Path):
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert document["apiVersion"] == "v3.1.0"
    assert document["id"] == path.name.removesuffix(".odcs.yaml")
    OpenDataContractStandard.model_validate(document)
    assert [error.message for error in OFFICIAL.iter_errors(document)] == []


@pytest.mark.parametrize("contract", EVERY, ids=lambda contract: contract.dataset)
def test_every_item_is_a_known_data_element_of_its_kind_and_at_least_its_grade(contract: Contract):
    assert contract.keys
    assert len({item.name for item in contract.items}) == len(contract.items)
    for item in contract.items:
        standard = element(item.element)
        assert item.kind == standard.kind, item.name
        assert item.title_zh
        assert item.title_en
        if item.element != "ethnic":  # the code table itself is public, a person's group is not
            assert item.grade >= standard.grade, item.name
        assert item.code_list is None or item.code_list in code_list_names()


@pytest.mark.parametrize("contract", EVERY, ids=lambda contract: contract.dataset)
def test_grades_and_sharing_agree_as_the_law_asks(contract: Contract):
    """Order 809 Art. 14-15 (conditions stated), 20212A floors: sensitive personal information L4, conditional L2."""
    assert all(item.grade == "L4" for item in contract.items if item.personal == "sensitive")
    assert contract.grade >= max(item.grade for item in contract.items)
    if contract.sharing == "conditional":
        assert contract.grade >= "L2"
        assert "依据" in contract.sharing_condition
        assert "共享范围" in contract.sharing_condition
    else:
        assert contract.sharing == "unconditional"
        assert contract.grade < "L3"
        assert all(item.personal in ("none", "general") for item in contract.items)


@pytest.mark.parametrize("contract", EVERY, ids=lambda contract: contract.dataset)
def test_every_contract_says_who_when_and_how(contract: Contract):
    assert contract.agency in AGENCIES
    minute, hour, *_ = contract.schedule.split()
    assert hour == "1"
    assert 0 <= int(minute) < 60
    assert contract.update_cycle in ("daily", "weekly", "monthly", "quarterly", "yearly")
    assert contract.abstract_zh != contract.abstract_en
    assert contract.mode != "incremental" or contract.watermark in {item.name for item in contract.items}
    assert bool(contract.crs) == any(item.element in ("geometry", "longitude") for item in contract.items)


def test_datasets_of_one_agency_load_at_one_time():
    times = {(contract.agency, contract.schedule) for contract in CITY.values()}
    assert len(times) == len({agency for agency, _ in times})


def test_every_contract_names_a_system_of_its_agency(tmp_path: Path):
    specs = {spec.code: spec for spec in all_specs(Place(tmp_path, Services()), "http://127.0.0.1:1")}
    for contract in CITY.values():
        assert specs[contract.system].agency == contract.agency
    assert {contract.system for contract in CITY.values()} == set(specs)


@pytest.mark.parametrize("contract", EVERY, ids=lambda contract: contract.dataset)
def test_every_rule_names_real_items_and_runs_on_the_lakes_engine(contract: Contract):
    names = {item.name for item in contract.items}
    columns = ", ".join(f'"{item.name}" {KINDS[item.kind]}' for item in contract.items)
    with duckdb.connect() as engine:
        engine.execute(f"CREATE TABLE rows_ (_row BIGINT, {columns})")
        engine.execute("INSERT INTO rows_ (_row) VALUES (1)")
        for rule in contract.row_rules:
            assert set(rule.items) <= names
            assert rule.dimension[:2] in ("01", "02", "03", "04", "05")
            sql = rule.sql.replace("{rows}", "rows_").replace("{now}", "TIMESTAMP '2026-01-01 00:00:00'")
            assert engine.execute(f"SELECT count(*) FILTER ({sql}) FROM rows_").fetchone() in ((0,), (1,))


BAD = {
    ("police_person", "cancelled_without_date"): {"status": "2"},
    ("police_person", "age_beyond_life"): {"status": "1", "birth_date": "1890-05-01"},
    ("health_birth", "mother_is_not_female"): {"mother_id": "370683199003074514"},
    ("health_birth", "mother_age"): {"mother_id": "370281197908150063", "birth_date": "2045-01-01"},
    ("health_death", "death_before_birth"): {"resident_id": "370683199003074514", "death_date": "1980-01-01"},
    ("hrss_insurance", "pay_base_out_of_range"): {"pay_base": "0.65"},
    ("civil_subsistence", "monthly_amount_out_of_range"): {"monthly_amount": "0.065"},
    ("civil_organisation", "uscc_of_other_authority"): {"uscc": "91370683MA3C00000X"},
    ("market_enterprise", "capital_unit_slip"): {"org_type": "9500", "capital": "20000"},
    ("establishment_unit", "org_code_differs_from_uscc"): {"org_code": "12345678-9", "uscc": "12370683987654321X"},
    ("land_building", "floors_out_of_range"): {"floors": "0"},
    ("water_reading", "late"): {"observed_at": "2025-12-31 08:00:00", "received_at": "2025-12-31 11:00:00"},
    ("water_reading", "observed_after_received"): {
        "observed_at": "2025-12-31 09:00:00",
        "received_at": "2025-12-31 08:00:00",
    },
    ("reform_permit", "valid_to_before_from"): {"valid_from": "2025-01-02", "valid_to": "2025-01-01"},
    ("stats_indicator", "period_not_month"): {"period": "202513"},
    ("approval_licence", "valid_to_before_from"): {"valid_from": "2025-01-02", "valid_to": "2025-01-01"},
    ("approval_licence", "ended_without_date"): {"status": "07"},
    ("land_county", "outside_city"): {"division_code": "370683", "city_code": "370700"},
    ("civil_village_rare", "private_use_character"): {"name": "\ue863村委会"},
    ("bureau_division", "abolished_but_in_use"): {"revoked": "true", "enabled": "true"},
}


@pytest.mark.parametrize(("rule_of", "values"), BAD.items(), ids=lambda value: ".".join(value)[:40])
def test_a_rule_finds_the_row_it_is_meant_for(rule_of: tuple[str, str], values: dict[str, str]):
    contract = (CITY | REAL)[rule_of[0]]
    rule = next(rule for rule in contract.row_rules if rule.rule_id == rule_of[1])
    kinds = {item.name: KINDS[item.kind] for item in contract.items}
    row = ", ".join(f'{_cast(values.get(name), kind)} AS "{name}"' for name, kind in kinds.items())
    sql = rule.sql.replace("{now}", "TIMESTAMP '2026-01-01 00:00:00'")
    with duckdb.connect() as engine:
        assert engine.execute(f"SELECT {sql} FROM (SELECT {row})").fetchone() == (True,)


def _cast(value: str | None, kind: str) -> str:
    return f"CAST({'NULL' if value is None else duckdb.literal(value)} AS {kind})"


def test_lost_zeros_and_moved_decimals_are_found_among_their_neighbours():
    codes = pa.table(
        {
            "_row": [1, 2, 3, 4],
            "record_no": ["1", "2", "3", "4"],
            "parent_no": [None, "1", "2", "1"],
            "code": ["A", "1", "11", "02"],
        }
    )
    assert _found("bureau_industry", "leading_zero_lost", codes) == [2, 3]
    months = pa.table(
        {"_row": [1, 2, 3], "indicator_code": ["LZ1"] * 3, "value": [70.1, 701_000.0, 72.5], "unit": ["亿元"] * 3}
    )
    assert _found("stats_indicator", "value_unit_slip", months) == [2]


def _found(dataset: str, rule_id: str, rows: pa.Table) -> list[int]:
    rule = next(rule for rule in (CITY | REAL)[dataset].row_rules if rule.rule_id == rule_id)
    with duckdb.connect() as engine:
        engine.register("rows_", rows)
        sql = rule.sql.replace("{rows}", "rows_")
        return [row for (row,) in engine.execute(f"SELECT _row FROM rows_ WHERE {sql} ORDER BY _row").fetchall()]
