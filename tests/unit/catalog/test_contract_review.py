"""What a contract leaves open is told by the key to fill in, and a finished one is left in peace."""

from dataclasses import replace
from pathlib import Path

import pytest

from catalog.contract_draft import Place, draft
from catalog.contract_review import check_option_values, unfinished
from catalog.contracts import Contract, load_contracts, parse_contract
from catalog.errors import ContractBroken

CONTRACTS = load_contracts(Path(__file__).resolve().parents[3] / "demo" / "contracts")


def drafted() -> Contract:
    return parse_contract(draft(Place("civil_x", "civil", "s", "t", {}), []), name="x")


def keys(contract: Contract) -> list[str]:
    return [english.partition(" ")[0].rstrip(":") for _, english in unfinished(contract)]


def test_a_draft_leaves_open_what_values_cannot_tell() -> None:
    assert keys(drafted()) == ["status", "businessName", "titleEn", "description.purpose", "sharingCondition"]


@pytest.mark.parametrize("contract", CONTRACTS.values(), ids=list(CONTRACTS))
def test_the_contracts_of_the_demo_city_are_finished(contract: Contract) -> None:
    assert unfinished(contract) == ()


def test_a_condition_of_blanks_is_none_and_other_sharing_needs_none() -> None:
    assert "sharingCondition" in keys(replace(drafted(), sharing_condition="  "))
    assert "sharingCondition" not in keys(replace(drafted(), sharing="none"))
    assert "sharingCondition" not in keys(replace(drafted(), sharing_condition="仅用于住房保障"))


@pytest.mark.parametrize(
    ("option", "says"),
    [
        ("encodin", ["without effect: no key encodin in options; did you mean encoding"]),
        ("zzzz", ["without effect: no key zzzz in options"]),
        ("encoding", []),
    ],
)
def test_an_option_that_does_nothing_is_told_with_the_one_meant(option: str, says: list[str]) -> None:
    own = f"customProperties:\n- property: options\n  value:\n    {option}: gb18030\n"
    contract = next(iter(CONTRACTS.values()))
    assert contract.document.count("\ncustomProperties:\n") == 1
    with_option = contract.document.replace("\ncustomProperties:\n", f"\n{own}", 1)
    assert [english for _, english in unfinished(replace(contract, document=with_option))] == says


def test_an_option_that_is_not_the_number_it_may_be_is_told() -> None:
    contract = replace(CONTRACTS["civil_subsistence"], options={"page_size": "many", "sheet": "x"})
    with pytest.raises(ContractBroken, match=r"civil_subsistence has wrong options\. Option page_size is a"):
        check_option_values(contract)
    assert unfinished(contract) == (), "it is wrong, not open"


def test_a_mistyped_key_is_told_with_the_one_meant() -> None:
    contract = next(iter(CONTRACTS.values()))
    mistyped = replace(contract, document=contract.document.replace("sharing\n", "shareing\n", 1))
    told = [english for _, english in unfinished(mistyped)]
    assert mistyped.document != contract.document
    assert told == ["without effect: no key shareing in customProperties; did you mean sharing"]


def test_a_key_that_stands_twice_is_no_reason_to_say_nothing() -> None:
    contract = next(iter(CONTRACTS.values()))
    twice = replace(contract, document=f"{contract.document.rstrip()}\nversion: 9.9.9\ncolour: red\n")
    assert unfinished(twice) == (("不起作用：没有键 colour", "without effect: no key colour"),)


def test_items_without_a_chinese_title_are_named() -> None:
    contract = next(iter(CONTRACTS.values()))
    first, *others = contract.items
    ((chinese, _),) = unfinished(replace(contract, items=(replace(first, title_zh="plate"), *others)))
    assert chinese.endswith(f"数据项 {first.name} 的中文标题")
