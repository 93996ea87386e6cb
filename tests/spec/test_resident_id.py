"""GB 11643-1999: vectors of citizens' identity numbers, residence permits and foreign permanent resident cards."""

from datetime import date

import pytest

from catalog.standards import foreign_id, resident_id

VALID = [
    # number, sex (GB/T 2261.1), birth date
    ("11010519491231002X", "2", date(1949, 12, 31)),
    ("370683199003074514", "1", date(1990, 3, 7)),
    ("341822199602290124", "2", date(1996, 2, 29)),
    ("370281197908150063", "2", date(1979, 8, 15)),
    ("370285196301100431", "1", date(1963, 1, 10)),
    ("37078319920618003X", "1", date(1992, 6, 18)),
    ("37078319920618011X", "1", date(1992, 6, 18)),
]
PERMITS = [
    "810000199003150015",  # Hong Kong
    "820000198507200028",  # Macao
    "830000197512310034",  # Taiwan
    "830000199205111034",
    "810000198807040052",
]
INVALID = [
    ("370683199003074511", "check_digit"),
    ("370783198502291231", "date"),
    ("37068319901307451X", "date"),
    ("110105194912310021", "check_digit"),
    ("990000199001010017", "prefix"),
    ("37068319900307451x", "alphabet"),
    ("3706831990030745１4", "alphabet"),
    ("37068319900307451", "length"),
    ("370683630110043", "length"),
    ("", "length"),
    ("370683184903074514", "date"),
    ("３７０６８３１９９００３０７４５１４", "alphabet"),
]
UPGRADES = [
    ("110105491231002", "11010519491231002X"),
    ("370683630110043", "370683196301100430"),
    ("370683001231003", "370683190012310039"),
    ("341822990301997", "34182218990301997X"),
    ("370783550229123", None),
    ("341822280301996", None),
    ("11010549123100", None),
    ("1101054912310o2", None),
]
FOREIGN = [
    ("911840198506070011", None),
    ("93741019900215002X", None),
    ("937392197811301238", None),
    ("USA123456789012", None),
    ("937392197811301230", "check_digit"),
    ("370683199003074514", "prefix"),
    ("usa123456789012", "alphabet"),
    ("93739219781330123", "length"),
    ("937392197813301238", "date"),
]


@pytest.mark.parametrize(("number", "sex", "born"), VALID)
def test_a_valid_number_has_no_fault_and_tells_sex_and_birth_date(number: str, sex: str, born: date) -> None:
    assert resident_id.fault(number) is None
    assert resident_id.is_valid(number)
    assert (resident_id.sex(number), resident_id.birth(number)) == (sex, born)


@pytest.mark.parametrize("number", PERMITS)
def test_residence_permits_follow_the_same_rule(number: str) -> None:
    assert resident_id.fault(number) is None


@pytest.mark.parametrize(("number", "reason"), INVALID)
def test_an_invalid_number_names_its_first_fault(number: str, reason: str) -> None:
    assert resident_id.fault(number) == reason


@pytest.mark.parametrize(("old", "new"), UPGRADES)
def test_fifteen_digits_become_eighteen_only_where_that_gives_a_valid_number(old: str, new: str | None) -> None:
    assert resident_id.upgrade(old) == new


def test_nobody_is_born_in_the_future() -> None:
    number = "370683199003074514"
    assert resident_id.fault(number, today=date(1990, 3, 6)) == "date"
    assert resident_id.fault(number, today=date(1990, 3, 7)) is None


def test_a_text_that_is_no_number_has_neither_sex_nor_birth_date() -> None:
    assert resident_id.sex("37068319900307") is None
    assert resident_id.birth("370683199013074514") is None
    assert resident_id.birth("3706831990O3074514") is None


@pytest.mark.parametrize(("number", "reason"), FOREIGN)
def test_foreign_permanent_resident_cards(number: str, reason: str | None) -> None:
    assert foreign_id.card_fault(number) == reason


def test_a_new_card_tells_the_nationality_and_an_old_one_does_not() -> None:
    assert foreign_id.nationality("911840198506070011") == "840"
    assert foreign_id.nationality("USA123456789012") is None
    assert foreign_id.card_fault("911840198506070011", today=date(1980, 1, 1)) == "date"


@pytest.mark.parametrize("number", ["H12345678", "M1234567890"])
def test_permits_of_hong_kong_and_macau_residents(number: str) -> None:
    assert foreign_id.hk_macau_permit_fault(number) is None
    assert foreign_id.hk_macau_permit_fault(number[1:]) == "form"


@pytest.mark.parametrize("number", ["12345678", "1234567890", "1234567890(B)"])
def test_permits_of_taiwan_residents(number: str) -> None:
    assert foreign_id.taiwan_permit_fault(number) is None
    assert foreign_id.taiwan_permit_fault(f"{number}-") == "form"


@pytest.mark.parametrize("number", ["E12345678", "G12345678", "EA1234567", "SE1234567", "PE1234567"])
def test_chinese_passports(number: str) -> None:
    assert foreign_id.passport_fault(number) is None
    assert foreign_id.passport_fault(number[:-1]) == "form"
