from collections import Counter
from datetime import date

import pyarrow.compute as pc
import pytest

from demo.city.context import AS_OF

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def checks(number: str) -> bool:
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], WEIGHTS, strict=True))
    return len(number) == 18 and number[17] == "10X98765432"[total % 11]


@pytest.fixture(scope="module")
def people(city):
    return city.context.persons.to_pylist()


@pytest.mark.parametrize("column", ["resident_id", "second_id"])
def test_every_number_checks_and_says_birth_date_and_sex(people, column):
    for person in people:
        number = person[column]
        assert checks(number)
        assert date.fromisoformat(f"{number[6:10]}-{number[10:12]}-{number[12:14]}") == person["birth_date"]
        assert int(number[16]) % 2 == int(person["sex"]) % 2
        assert 0 < int(number[14:17]) < 996  # the rest is for people born a century earlier


def test_no_number_is_given_twice(people):
    numbers = [person[column] for person in people for column in ("resident_id", "second_id")]
    assert len(set(numbers)) == 2 * len(people)


def test_most_were_registered_here_and_only_the_old_under_codes_abolished_since(people):
    divisions = Counter(person["resident_id"][:6] for person in people)
    assert divisions["370683"] / len(people) > 0.75
    old = [person for person in people if person["resident_id"].startswith("370625")]
    assert old
    assert all(person["birth_date"].year < 1988 for person in old)


def test_ages_follow_a_county_pyramid(people):
    years = [(AS_OF - person["birth_date"]).days / 365.25 for person in people]
    shares = [sum(low <= year < high for year in years) / len(years) for low, high in ((0, 15), (15, 60), (60, 110))]
    assert 0.10 < shares[0] < 0.20
    assert 0.55 < shares[1] < 0.70
    assert 0.15 < shares[2] < 0.30
    assert 0.46 < sum(person["sex"] == "1" for person in people) / len(people) < 0.54


def test_parents_are_of_another_generation_and_of_the_right_sex(people):
    for person in people:
        for line, sex in (("mother_uid", "2"), ("father_uid", "1")):
            if person[line] is not None:
                parent = people[person[line]]
                assert parent["sex"] == sex
                assert 15 < (person["birth_date"] - parent["birth_date"]).days / 365.25 < 60


def test_families_share_home_number_and_the_phones_of_children(people):
    homes: dict[int, set[tuple[str, int]]] = {}
    for person in people:
        homes.setdefault(person["household"], set()).add((person["household_no"], person["address_id"]))
    assert all(len(seen) == 1 for seen in homes.values())
    assert 2.2 < len(people) / len(homes) < 3.2
    small = [person for person in people if (AS_OF - person["birth_date"]).days < 12 * 365 and person["mother_uid"]]
    assert all(person["phone"] == people[person["mother_uid"]]["phone"] for person in small)


def test_children_bear_the_name_of_their_father_unless_it_is_written_without_surnames(people):
    han = [person for person in people if person["father_uid"] is not None and person["ethnic"] == "01"]
    with_fathers_name = [person["name"][0] == people[person["father_uid"]]["name"][0] for person in han]
    assert len(with_fathers_name) > 300
    assert all(with_fathers_name)


def test_every_household_has_one_head_and_at_most_two_spouses_of_unlike_sex(people):
    relations = Counter((person["household"], person["relation"]) for person in people)
    heads = [count for (_, relation), count in relations.items() if relation == "02"]
    assert set(heads) == {1}
    assert len(heads) == len({person["household"] for person in people})


def test_phones_are_mobile_numbers(city):
    assert pc.all(pc.match_substring_regex(city.context.persons["phone"], r"^1[3-9]\d{9}$")).as_py()


def test_the_first_fifth_are_living_heads_of_working_age(people):
    for person in people[: len(people) // 5]:
        assert person["relation"] == "02"
        assert person["status"] == "living"
        assert 23 < (AS_OF - person["birth_date"]).days / 365.25 < 64


def test_some_were_born_died_and_moved_lately(people):
    states = Counter(person["status"] for person in people)
    assert 0.003 < states["dead"] / len(people) < 0.02
    assert 0.005 < states["moved"] / len(people) < 0.03
    assert all((AS_OF - person["death_date"]).days < 366 for person in people if person["status"] == "dead")
    assert any((AS_OF - person["birth_date"]).days < 366 for person in people)


def test_people_of_working_age_work_at_organisations_in_operation(city, people):
    table = city.context.organisations.table
    open_now = set(table.filter(pc.equal(table["status"], "1"))["uscc"].to_pylist())
    employers = [person["employer_uscc"] for person in people if person["employer_uscc"]]
    assert 0.25 < len(employers) / len(people) < 0.5
    assert set(employers) <= open_now
