import unicodedata
from collections import Counter

import pyarrow as pa
import pytest

from demo.city import person_deliveries
from demo.city.departments import civil, education, health, hrss, police

KEYS = {
    "police_person": "rybh",
    "health_birth": "cert_no",
    "health_death": "certificate_no",
    "hrss_insurance": "socialNo",
    "civil_subsistence": "序号",
    "education_pupil": "学籍号",
}
SOURCES = {
    "police_person": police.SOURCE,
    "health_birth": health.BIRTH_SOURCE,
    "health_death": health.DEATH_SOURCE,
    "hrss_insurance": hrss.SOURCE,
    "civil_subsistence": civil.SOURCE,
    "education_pupil": education.SOURCE,
}
OF_PERSON = {"child_id": "resident_id", "child_name": "name"}
DATASETS = tuple(person_deliveries.DELIVERIES)


def rows_by_key(city, dataset):
    items = {source: item for item, source in SOURCES[dataset].items()}
    rows = [{items[source]: value for source, value in row.items()} for row in city.deliveries[dataset].to_pylist()]
    key = next(item for item, source in SOURCES[dataset].items() if source == KEYS[dataset])
    return {row[key]: row for row in rows}


@pytest.mark.parametrize("dataset", DATASETS)
def test_every_delivered_row_is_linked_to_its_person_once(city, dataset):
    links = [row for row in city.context.links.table().to_pylist() if row["dataset"] == dataset]
    assert sorted(row["key"] for row in links) == sorted(city.deliveries[dataset][KEYS[dataset]].to_pylist())
    assert {row["entity"] for row in links} == {"person"}
    assert len({row["key"] for row in links}) == len(links)


@pytest.mark.parametrize("dataset", DATASETS)
def test_columns_are_the_sources_own_and_texts_or_days(city, dataset):
    schema = city.deliveries[dataset].schema
    assert schema.names == list(SOURCES[dataset].values())
    assert {field.type for field in schema} <= {pa.string(), pa.date32()}


@pytest.mark.parametrize("dataset", DATASETS)
def test_without_dirt_every_value_is_the_true_one(clean_city, dataset):
    assert clean_city.planted(dataset) == []
    people = clean_city.context.persons.to_pylist()
    uids = clean_city.uids(dataset)
    for key, row in rows_by_key(clean_city, dataset).items():
        person = people[uids[key]]
        for item in ("resident_id", "child_id", "name", "child_name"):
            assert row.get(item, person[OF_PERSON.get(item, item)]) == person[OF_PERSON.get(item, item)]
        if "sex" in row:
            assert row["sex"] in (person["sex"], {"1": "男", "2": "女"}[person["sex"]])
        if "birth_date" in row:
            assert str(row["birth_date"]).replace("-", "") == person["birth_date"].strftime("%Y%m%d")
    assert len(set(uids.values())) == len(uids)


def same_day(value, person):
    return str(value).replace("-", "") == person["birth_date"].strftime("%Y%m%d")


# kind -> whether the delivered value shows it, given the true person
SHOWS = {
    "no_id": lambda value, person: value is None,
    "id_15": lambda value, person: value == person["resident_id"][:6] + person["resident_id"][8:17],
    "id_digit": lambda value, person: len(value) == 18 and not (value[:17].isdigit() and checks(value)),
    "id_swap": lambda value, person: sorted(value[:17]) != [] and not checks(value),
    "id_lowercase_x": lambda value, person: value.endswith("x") and checks(value.upper()),
    "id_shared": lambda value, person: checks(value) and value != person["resident_id"],
    "id_two_numbers": lambda value, person: value == person["second_id"],
    "name_variant": lambda value, person: value != person["name"],
    "name_middle_dot": lambda value, person: "·" not in value and value != person["name"],
    "name_dot_lost": lambda value, person: value == person["name"].replace("·", ""),
    "rare_character": lambda value, person: value != person["name"] and len(value) == len(person["name"]),
    "birth_wrong": lambda value, person: not same_day(value, person),
    "birth_placeholder": lambda value, person: str(value).replace("-", "") in ("19000101", "00000000"),
    "date_format": lambda value, person: not (len(value) == 10 and value[4] == value[7] == "-"),
    "sex_wrong": lambda value, person: value not in (person["sex"], {"1": "男", "2": "女"}[person["sex"]]),
    "address_partial": lambda value, person: value.startswith("莱州市"),
    "address_stale": lambda value, person: value.startswith("山东省"),
    "phone_missing": lambda value, person: value is None,
    "phone_shared": lambda value, person: len(value) == 11 and value != person["phone"],
    "fullwidth": lambda value, person: unicodedata.normalize("NFKC", value) != value,
    "division_abolished": lambda value, person: value in ("370625", "372125"),
    "unit_slip": lambda value, person: float(value) < 10,
    "uscc_case": lambda value, person: value != value.upper() == person["employer_uscc"],
    "uscc_confusable": lambda value, person: value.replace("O", "0").replace("I", "1") == person["employer_uscc"],
    "uscc_check": lambda value, person: value[:17] == person["employer_uscc"][:17] != value,
}


def checks(number):
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], weights, strict=True))
    return number[17] == "10X98765432"[total % 11]


@pytest.mark.parametrize("dataset", DATASETS)
def test_every_planted_defect_stands_in_the_delivered_value(city, dataset):
    people = city.context.persons.to_pylist()
    uids, rows = city.uids(dataset), rows_by_key(city, dataset)
    planted = city.planted(dataset)
    assert planted
    for plant in planted:
        person = people[uids[plant["key"]]]
        if plant["item"].startswith("mother_"):
            person = people[person["mother_uid"]]
        if plant["item"] == "guardian":
            known = [
                uid for uid in (person["mother_uid"], person["father_uid"], person["other_uid"]) if uid is not None
            ]
            person = people[known[0]] if known else person
        if plant["item"] != "row":  # those have a test of their own
            assert SHOWS[plant["kind"]](rows[plant["key"]][plant["item"]], person), plant


@pytest.mark.parametrize("dataset", DATASETS)
def test_no_item_of_a_row_has_two_defects(city, dataset):
    seen = Counter((plant["key"], plant["item"]) for plant in city.planted(dataset) if plant["item"] != "row")
    assert max(seen.values()) == 1


@pytest.mark.parametrize("dataset", DATASETS)
def test_doubles_and_held_rows_keep_the_number_they_are_found_by(city, dataset):
    rows, uids = rows_by_key(city, dataset), city.uids(dataset)
    people = city.context.persons.to_pylist()
    item = "child_id" if dataset == "health_birth" else "resident_id"
    counts = Counter(uids.values())
    plants = [plant for plant in city.planted(dataset) if plant["item"] == "row"]
    for plant in plants:
        uid = uids[plant["key"]]
        if plant["kind"] == "duplicate_inside":
            assert counts[uid] == 2
        else:
            assert people[uid]["status"] != "living"
        value = rows[plant["key"]][item]
        assert unicodedata.normalize("NFKC", value) == people[uid]["resident_id"]
    doubled = sum(plant["kind"] == "duplicate_inside" for plant in plants)
    assert len(rows) - len(counts) == doubled > 0


@pytest.mark.parametrize(
    ("dataset", "kind", "rate"),
    [
        ("hrss_insurance", "no_id", 0.08),
        ("education_pupil", "no_id", 0.30),
        ("hrss_insurance", "id_15", 0.03),
        ("hrss_insurance", "address_partial", 0.30),
        ("hrss_insurance", "address_stale", 0.10),
        ("hrss_insurance", "phone_missing", 0.25),
        ("hrss_insurance", "phone_shared", 0.10),
        ("hrss_insurance", "name_variant", 0.03),
        ("hrss_insurance", "duplicate_inside", 0.02),
        ("hrss_insurance", "dead_still_held", 0.02),
        ("education_pupil", "date_format", 0.40),
        ("education_pupil", "birth_wrong", 0.01),
        ("police_person", "division_abolished", 0.03),
    ],
)
def test_defects_come_at_the_rates_of_the_city(city, dataset, kind, rate):
    items = Counter(
        plant["item"] for plant in city.planted(dataset) if plant["kind"] == kind and plant["item"] != "guardian"
    )
    assert sum(items.values()) / city.deliveries[dataset].num_rows == pytest.approx(rate, rel=0.15)


def test_one_number_of_two_people_stands_twice_on_the_register(city):
    rows = rows_by_key(city, "police_person")
    counts = Counter(row["resident_id"] for row in rows.values())
    shared = [plant for plant in city.planted("police_person") if plant["kind"] == "id_shared"]
    assert shared
    assert all(counts[rows[plant["key"]]["resident_id"]] == 2 for plant in shared)
