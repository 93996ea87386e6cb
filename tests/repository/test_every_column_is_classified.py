"""Forgetting is impossible: every column of the registry, and every item of a contract, has its grade."""

from collections import Counter
from pathlib import Path

import pytest
import yaml

import authorization.models  # noqa: F401
import catalog.models  # noqa: F401
from catalog.classification import FLOORS, GRADES, highest, may_be_unconditional, registry_columns, too_low
from catalog.contracts import load_contract
from catalog.database import Base
from catalog.standards.elements import elements
from lake.bases import BASES
from lake.bases.tracing import lineage

ROOT = Path(__file__).resolve().parents[2]
CONTRACTS = sorted((ROOT / "demo" / "contracts").rglob("*.odcs.yaml"))


def _ours() -> set[tuple[str, str]]:
    return {(table.name, column.name) for table in Base.metadata.tables.values() for column in table.columns}


def test_every_column_of_the_registry_is_classified_exactly_once() -> None:
    listed = Counter((row.table, row.column) for row in registry_columns())
    missing = "\n".join(f"{table},{column},L?,none|general|sensitive" for table, column in _ours() - set(listed))
    surplus = "\n".join(",".join(place) for place in sorted(set(listed) - _ours()))
    double = "\n".join(",".join(place) for place, times in listed.items() if times > 1)
    assert not missing, f"add to catalog/standards/registry_columns.csv, with their grades:\n{missing}"
    assert not surplus, f"no longer columns, remove from catalog/standards/registry_columns.csv:\n{surplus}"
    assert not double, f"listed more than once in catalog/standards/registry_columns.csv:\n{double}"


def test_no_column_of_the_registry_is_graded_below_what_it_holds() -> None:
    assert [row for row in registry_columns() if too_low(row.grade, row.personal)] == []


def test_credentials_are_of_the_highest_grade() -> None:
    graded = {(row.table, row.column): row.grade for row in registry_columns()}
    for place in (("account", "password_hash"), ("credential", "secret_hash"), ("system", "secret")):
        assert graded[place] == "L4"


def test_no_data_element_is_graded_below_what_it_holds() -> None:
    low = [item.code for item in elements().values() if too_low(item.grade, item.personal, element=item.code)]
    assert not low, f"raise the grade of these in catalog/standards/elements.csv: {low}"


@pytest.mark.parametrize("path", CONTRACTS, ids=lambda path: path.name.split(".")[0])
def test_every_item_of_a_contract_says_its_grade_and_whether_it_is_personal(path: Path) -> None:
    for spec in yaml.safe_load(path.read_text(encoding="utf-8"))["schema"][0]["properties"]:
        own = {entry["property"]: entry["value"] for entry in spec.get("customProperties", [])}
        assert spec.get("classification") in GRADES, f"{path.name}: give {spec['name']} a classification"
        assert own.get("personal") in FLOORS, f"{path.name}: give {spec['name']} the customProperty personal"


@pytest.mark.parametrize("path", CONTRACTS, ids=lambda path: path.name.split(".")[0])
def test_a_dataset_is_graded_like_its_most_sensitive_item_and_shared_accordingly(path: Path) -> None:
    contract = load_contract(path)
    assert highest([contract.grade]) >= highest(item.grade for item in contract.items)
    low = [item.name for item in contract.items if too_low(item.grade, item.personal, element=item.element)]
    assert not low, f"{path.name}: raise the classification of {low}"
    if contract.sharing == "unconditional":
        assert may_be_unconditional(contract.grade)


TELLS_LESS = {("spatial_address_text", "level"), ("spatial_address_text", "score"), ("public_service", "address_code")}
"""How well an address was found, from which nothing of it can be read back; and where a public facility is."""


def test_no_table_of_the_hub_grades_an_item_below_what_it_is_made_of_in_another() -> None:
    models = {model.name: model for model in BASES}
    kept = {(model.name, item.name): item for model in BASES for item in model.items}
    personal = list(FLOORS)
    weaker = [
        f"{model.name}.{name} < {table}.{column}"
        for model in BASES
        for name, table, column in lineage(model, models)
        if (mine := kept.get((model.name, name))) and (theirs := kept.get((table, column)))
        if mine.grade < theirs.grade or personal.index(mine.personal) < personal.index(theirs.personal)
        if (model.name, name) not in TELLS_LESS
    ]
    assert weaker == []


@pytest.mark.parametrize("table", ["population", "topic_housing_support", "topic_resident_place"])
def test_which_department_knows_somebody_is_as_sensitive_as_the_most_sensitive_register(table: str) -> None:
    model = next(one for one in BASES if one.name == table)
    telling = [item for item in model.items if item.name.endswith("_from") or item.name == "providers"]
    assert telling
    assert {(item.grade, item.personal) for item in telling} == {("L4", "sensitive")}
