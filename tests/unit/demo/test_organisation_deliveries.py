"""What departments hold of legal persons: clean without dirt, and with it every planted defect is really there."""

import re
from functools import cache
from itertools import pairwise

import pyarrow as pa
import pytest

from demo.city import geography, organisations
from demo.city.context import AS_OF, COUNTY, CityContext, generator
from demo.city.dirt import Plants
from demo.city.truth import Links

RESIDENTS = 20_000
KEYS = {
    "market_enterprise": ("nbxh", "uniscid", "entname"),
    "establishment_unit": ("组织机构代码", "统一社会信用代码", "机构名称"),
    "tax_payer": ("nsrsbh", "shxydm", "nsrmc"),
    "civil_organisation": ("登记信息/统一社会信用代码", "登记信息/统一社会信用代码", "登记信息/名称"),
}
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def check_fits(code):
    total = sum(ALPHABET.index(character) * 3**place for place, character in enumerate(code[:17]))
    return ALPHABET[(31 - total % 31) % 31] == code[17]


@cache
def city(dirt):
    """A context with stand-in persons, and the four deliveries at this much dirt."""
    places = geography.build(generator(7, "geography"), RESIDENTS)
    legal = organisations.build(generator(7, "organisations"), places, RESIDENTS)
    names = pa.array(["王伟", "李娜", "张䶮"]).take(pa.array([uid % 3 for uid in range(RESIDENTS)]))
    persons = pa.table({"name": names, "resident_id": pa.repeat("370683199003074514", RESIDENTS)})
    context = CityContext(RESIDENTS, 7, COUNTY, AS_OF, places, legal, persons, Plants(), Links())
    return context, organisations.deliveries(generator(7, "deliveries"), context, dirt, context.plants)


def planted(dirt, dataset, kind):
    """Keys under which a kind of defect was planted."""
    rows = city(dirt)[0].plants.table().to_pylist()
    return {row["key"] for row in rows if (row["dataset"], row["kind"]) == (dataset, kind)}


def delivered(dirt, dataset, column):
    """Values of one column by key as delivered."""
    table = city(dirt)[1][dataset]
    return dict(zip(table[KEYS[dataset][0]].to_pylist(), table[column].to_pylist(), strict=True))


def truth(dirt, dataset):
    """The true legal person of every key as delivered."""
    context = city(dirt)[0]
    rows = context.organisations.table.to_pylist()
    return {link["key"]: rows[link["uid"]] for link in context.links.table().to_pylist() if link["dataset"] == dataset}


@pytest.mark.parametrize("dataset", KEYS)
def test_without_dirt_codes_and_names_are_the_true_ones(dataset):
    _, code, name = KEYS[dataset]
    for key, true in truth(0, dataset).items():
        assert delivered(0, dataset, code)[key] == true["uscc"]
        assert delivered(0, dataset, name)[key] == true["name"]
    kinds = {row["kind"] for row in city(0)[0].plants.table().to_pylist()}
    assert kinds <= {"rare_character"}, "what GBK cannot write is lost whatever the dirt"


@pytest.mark.parametrize("dataset", KEYS)
def test_every_row_has_a_key_of_its_own_and_a_true_legal_person(dataset):
    table = city(1)[1][dataset]
    assert len(truth(1, dataset)) == table.num_rows


@pytest.mark.parametrize("dataset", ["market_enterprise", "tax_payer", "establishment_unit"])
def test_planted_codes_look_as_their_kind_says(dataset):
    codes, true = delivered(3, dataset, KEYS[dataset][1]), truth(3, dataset)
    assert all(codes[key] is None for key in planted(3, dataset, "no_uscc"))
    assert all(not check_fits(codes[key]) for key in planted(3, dataset, "uscc_check"))
    assert all(set(codes[key]) & {"O", "I"} for key in planted(3, dataset, "uscc_confusable"))
    lower = planted(3, dataset, "uscc_case")
    assert all(codes[key] != codes[key].upper() == true[key]["uscc"] for key in lower)
    spoilt = set().union(
        *(planted(3, dataset, kind) for kind in ("no_uscc", "uscc_check", "uscc_confusable", "uscc_case"))
    )
    assert all(codes[key] == true[key]["uscc"] for key in codes.keys() - spoilt)


@pytest.mark.parametrize("dataset", KEYS)
def test_planted_names_look_as_their_kind_says(dataset):
    names, true = delivered(1, dataset, KEYS[dataset][2]), truth(1, dataset)
    everybody = city(1)[0].organisations.table["name"].to_pylist()
    assert all(names[key] == true[key]["former_name"] for key in planted(1, dataset, "former_name"))
    assert all(names[key] == true[key]["abbreviation"] for key in planted(1, dataset, "name_abbreviation"))
    assert all(names[key] == everybody[true[key]["parent_uid"]] for key in planted(1, dataset, "branch_confusable"))
    varied = planted(1, dataset, "name_bracket")
    assert varied
    for key in varied:
        plain = re.sub(r"\s", "", names[key]).replace("(", "（").replace(")", "）")
        assert plain == true[key]["name"] != names[key]


def test_the_tax_authority_still_counts_cancelled_companies_as_normal():
    status, true = delivered(1, "tax_payer", "nsrzt"), truth(1, "tax_payer")
    live = planted(1, "tax_payer", "cancelled_live")
    assert len(live) == pytest.approx(0.04 * len(status), abs=1)
    assert all(status[key] == "正常" and true[key]["status"] != "1" for key in live)
    assert all(status[key] == "注销" for key in status.keys() - live if true[key]["status"] == "3")


def test_a_taxpayer_without_unified_code_is_numbered_by_organisation_code():
    true = truth(1, "tax_payer")
    keys = planted(1, "tax_payer", "no_uscc")
    assert keys
    assert all(key == true[key]["org_code"] for key in keys)


def test_slipped_capitals_are_ten_thousand_times_too_large_and_too_large_for_any_company():
    capital, true = delivered(1, "market_enterprise", "regcap"), truth(1, "market_enterprise")
    slipped = planted(1, "market_enterprise", "unit_slip")
    assert slipped
    assert all(capital[key] == true[key]["capital"] * 10_000 >= 50_000 for key in slipped)
    assert max(capital[key] or 0 for key in capital.keys() - slipped) < 50_000


def test_the_registers_rows_were_touched_after_the_establishment():
    rows = city(1)[1]["market_enterprise"].to_pylist()
    assert all(row["estdate"] < row["updated_at"].date() <= AS_OF for row in rows)


def test_the_establishment_office_writes_only_what_gbk_can():
    for row in city(1)[1]["establishment_unit"].to_pylist():
        for text in row.values():
            assert text is None or text.encode("gbk")
    assert planted(1, "establishment_unit", "rare_character")


def test_rates_follow_the_dirt():
    once, thrice = (len(planted(dirt, "market_enterprise", "no_uscc")) for dirt in (1, 3))
    rows = city(1)[1]["market_enterprise"].num_rows
    assert once == pytest.approx(0.05 * rows, abs=1)
    assert thrice == pytest.approx(0.15 * rows, abs=1)


@pytest.mark.parametrize("dataset", KEYS)
def test_no_delivery_comes_in_the_order_of_the_truth(dataset):
    """Who links rows by their place in the file must not be right more often than by chance."""
    context, tables = city(1.0)
    uids = {link["key"]: link["uid"] for link in context.links.table().to_pylist() if link["dataset"] == dataset}
    order = [uids[key] for key in tables[dataset][KEYS[dataset][0]].to_pylist() if key in uids]
    rising = sum(after > before for before, after in pairwise(order))
    assert abs(rising / (len(order) - 1) - 0.5) < 0.15
