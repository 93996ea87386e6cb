from datetime import date
from decimal import Decimal

import numpy as np
import pytest

from demo.city import defects, name_defects, name_lists

IDS = ["11010519491231002X", "370683199003074514", "370281197908150063", "37078319920618003X"] * 50
USCCS = ["91370683MA3C00003Q", "92370783MA3N5A7X26", "11370285059571422N"] * 40


@pytest.fixture
def rng():
    return np.random.default_rng(11)


def checks(number: str) -> bool:
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], weights, strict=True))
    return number[17] == "10X98765432"[total % 11]


@pytest.mark.parametrize("change", [defects.wrong_digit, defects.swap_digits])
def test_a_mistyped_number_never_checks(rng, change):
    for before, after in zip(IDS, change(IDS, rng), strict=True):
        assert len(after) == 18
        assert after != before
        assert not checks(after)


def test_swapping_exchanges_neighbours(rng):
    for before, after in zip(IDS, defects.swap_digits(IDS, rng), strict=True):
        first, second = (i for i in range(18) if before[i] != after[i])
        assert (second, before[first], before[second]) == (first + 1, after[second], after[first])


def test_15_digits_drop_century_and_check_and_are_kept_from_the_young(rng):
    assert defects.to_15_digits(["11010519491231002X", "370683200503118830"], rng) == [
        "110105491231002",
        "370683200503118830",
    ]


def test_fullwidth_is_undone_by_nfkc(rng):
    import unicodedata

    spoilt = defects.fullwidth(["文泉路12号3-1-402", "37068319900307451X"], rng)
    assert spoilt[1] == "３７０６８３１９９００３０７４５１Ｘ"
    assert [unicodedata.normalize("NFKC", value) for value in spoilt] == ["文泉路12号3-1-402", "37068319900307451X"]


def test_mixed_dates_name_the_same_day_in_all_the_ways(rng):
    met = set(defects.mixed_dates(["1990-03-07"] * 200, rng))
    assert met == {"1990年3月7日", "1990/3/7", "1990.03.07", "19900307", "1990-3-7"}


@pytest.mark.parametrize("value", ["1990-03-07", "19900307", date(1990, 3, 7)])
def test_a_wrong_date_is_another_real_date_in_the_same_form(rng, value):
    for spoilt in defects.wrong_date([value] * 100, rng):
        assert type(spoilt) is type(value)
        assert spoilt != value
        if isinstance(spoilt, str):
            assert len(spoilt) == len(value)
            date.fromisoformat(spoilt)


def test_placeholders_are_the_known_ones(rng):
    assert set(defects.placeholder_date(["19900307"] * 50, rng)) == {"19000101", "00000000"}
    assert defects.placeholder_date(["1990-03-07", date(1990, 3, 7)], rng) == ["1900-01-01", date(1900, 1, 1)]


def test_sex_turns_in_codes_and_words_only(rng):
    assert defects.other_sex(["1", "2", "男", "女", "9"], rng) == ["2", "1", "女", "男", "9"]


def test_abolished_codes_replace_the_county_part(rng):
    assert {code[:6] for code in defects.abolished_division(["370683"] * 30, rng)} == {"370625", "372125"}
    assert all(code.endswith("005401") for code in defects.abolished_division(["370683005401"], rng))


def test_credit_codes_get_forbidden_letters_or_a_wrong_check_character(rng):
    for before, after in zip(USCCS, defects.uscc_confusable(USCCS, rng), strict=True):
        assert after.replace("O", "0").replace("I", "1") == before
        assert after != before
    for before, after in zip(USCCS, defects.uscc_wrong_check(USCCS, rng), strict=True):
        assert after[:17] == before[:17]
        assert after[17] != before[17]
    assert defects.uscc_lowercase(["91370683MA3C00003Q"], rng) == ["91370683ma3c00003q"]


def test_bracket_variants_differ_only_in_brackets_and_blanks(rng):
    name = "莱州市宏远（集团）机械有限公司"
    met = set(defects.bracket_variant([name] * 100, rng))
    assert len(met) == 3
    assert {text.replace(" ", "").replace("(", "（").replace(")", "）") for text in met} == {name}
    assert defects.bracket_variant(["莱州宏远机械厂"], rng) == ["莱州 宏远机械厂"]


def test_a_unit_slip_is_the_same_amount_in_ten_thousands(rng):
    assert defects.unit_slip(["6500.00", 6500.0, Decimal("650")], rng) == ["0.65", 0.65, Decimal("0.065")]


def test_names_change_in_one_character_that_sounds_or_looks_alike(rng):
    for before, after in zip(
        ["王志伟", "张丽娟", "闫欣怡"] * 30,
        name_defects.lookalike(["王志伟", "张丽娟", "闫欣怡"] * 30, rng),
        strict=True,
    ):
        assert sum(a != b for a, b in zip(before, after, strict=True)) == 1


def test_rare_characters_are_lost_and_others_are_not(rng):
    for spoilt in name_defects.rare_lost(["于𬭊", "王䶮宁"] * 20, rng):
        assert not set(spoilt) & set(name_lists.OUTSIDE_GBK)
        assert spoilt[0] in "于王"


def test_dots_and_transliterations_vary(rng):
    name = "买买提·艾合买提"
    assert len(set(name_defects.other_dot([name] * 100, rng))) == len(name_lists.DOTS_MET)
    assert all(name_lists.DOT in text and text != name for text in name_defects.other_transliteration([name] * 20, rng))
    assert name_defects.other_transliteration(["王伟"], rng) == ["王伟"]
