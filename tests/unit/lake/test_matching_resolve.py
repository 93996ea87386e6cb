"""Who is who in a small town: exact numbers, missing numbers, and the cases that must not go wrong."""

import pyarrow as pa
import pytest

from catalog.errors import ConfigurationError, InvalidInput
from lake.engines.duckdb import connect
from lake.matching.model import Column, Task, load_task
from lake.matching.resolve import resolve
from lake.matching.trained import as_table, from_table
from tests.factories.matching import entities, groups, people, person_task, row, table, town

PERSONS = people(400, seed=3)


def run(rows, **more):
    with connect() as connection:
        connection.register("held", table(rows) if isinstance(rows, list) else rows)
        return resolve(connection, "held", more.pop("task", person_task()), **more)


@pytest.fixture(scope="module")
def base():
    """The town, and a model trained on it."""
    rows = town(PERSONS, seed=4)
    return rows, run(rows)


def together(result, *records):
    found = entities(result.clusters)
    return len({found[record] for record in records}) == 1


def test_records_without_number_find_their_person(base):
    rows, result = base
    found = entities(result.clusters)
    right = sum(found[held["source"], held["key"]] == found["police_person", f"p{held['key'][1:]}"] for held in rows)
    assert right / len(rows) > 0.995
    assert result.metrics["entities"] == pytest.approx(len(PERSONS), abs=3)


def test_twins_stay_two_persons(base):
    rows, result = base
    twin = {**PERSONS[0], "name": PERSONS[0]["name"][0] + "芷若", "resident_id": None}
    again = run([*rows, row("hrss_insurance", "twin", twin)], model=result.model)
    assert not together(again, ("police_person", "p00000"), ("hrss_insurance", "twin"))


def test_a_shared_phone_alone_merges_nobody(base):
    rows, result = base
    others = people(60, seed=99)
    crowd = [
        row("education_pupil", f"x{n}", {**p, "phone": "13800001111", "resident_id": None})
        for n, p in enumerate(others)
    ]
    found = entities(run([*rows, *crowd], model=result.model).clusters)
    assert len({found["education_pupil", f"x{n}"] for n in range(60)}) >= 58


def test_one_digit_wrong_in_the_number_still_finds_the_person(base):
    rows, result = base
    wrong = PERSONS[5]["resident_id"]
    wrong = wrong[:16] + str((int(wrong[16]) + 1) % 10) + wrong[17]
    bare = row("hrss_insurance", "typo", {**PERSONS[5], "phone": None, "sex": None}, resident_id=wrong, known_id=None)
    assert together(run([*rows, bare], model=result.model), ("police_person", "p00005"), ("hrss_insurance", "typo"))


def test_a_number_used_by_two_people_does_not_make_them_one(base):
    rows, result = base
    mine, theirs = PERSONS[7], PERSONS[8]
    used = row("education_pupil", "used", mine, resident_id=theirs["resident_id"])
    again = run([*rows, used], model=result.model)
    assert together(again, ("police_person", "p00007"), ("education_pupil", "used"))
    assert not together(again, ("police_person", "p00008"), ("education_pupil", "used"))
    assert again.metrics["disputed"] >= 1


def test_a_number_everybody_uses_says_nothing(base):
    rows, result = base
    clerk = [
        row("education_pupil", f"c{n}", p, resident_id="370683199003074514") for n, p in enumerate(people(30, seed=77))
    ]
    again = run([*rows, *clerk], model=result.model)
    found = entities(again.clusters)
    assert len({found["education_pupil", f"c{n}"] for n in range(30)}) >= 28


def test_one_person_with_two_sound_numbers_is_found_by_the_rest(base):
    rows, result = base
    second = row("hrss_insurance", "second", PERSONS[9], resident_id="370683199003074514")
    again = run([*rows, second], model=result.model)
    assert together(again, ("police_person", "p00009"), ("hrss_insurance", "second"))


def test_people_win_over_evidence(base):
    rows, result = base
    keys = ("police_person", "p00001", "police_person", "p00002", "same")
    columns = ("source_l", "key_l", "source_r", "key_r", "verdict")
    same = pa.table({name: [value] for name, value in zip(columns, keys, strict=True)})
    again = run(rows, model=result.model, decisions=same)
    assert together(again, ("police_person", "p00001"), ("police_person", "p00002"))


def said(verdict, *pairs):
    columns = ("source_l", "key_l", "source_r", "key_r")
    rows = [dict(zip(columns, (*left, *right), strict=True)) | {"verdict": verdict} for left, right in pairs]
    return pa.Table.from_pylist(rows)


def test_people_may_say_that_two_use_one_number_and_it_stays_with_the_registers_record(base):
    rows, result = base
    police, insured = ("police_person", "p00011"), ("hrss_insurance", "other")
    mine = {**PERSONS[11], "phone": "13311112222", "address": "山东省莱州市永安街道文化路77号2号楼501室"}
    rows = [*rows, row("hrss_insurance", "other", mine), row("education_pupil", "follows", mine)]
    before = run(rows, model=result.model)
    assert together(before, police, insured)
    after = run(rows, model=result.model, decisions=said("different", (police, insured)))
    assert not together(after, police, insured)
    assert together(after, insured, ("education_pupil", "follows"))
    numbered = {(one["source"], one["key"]): one["numbered"] for one in after.clusters.to_pylist()}
    assert (numbered[police], numbered[insured]) == (True, False)
    assert after.metrics["disputed"] == before.metrics["disputed"] + 2
    assert together(run(rows, model=result.model, decisions=said("unsure", (police, insured))), police, insured)


def test_a_pair_people_decided_on_stays_to_be_seen_with_what_its_values_say(base):
    rows, result = base
    left, right = ("police_person", "p00001"), ("police_person", "p00002")
    found = run(rows, model=result.model, decisions=said("same", (left, right))).review.to_pylist()
    (pair,) = [one for one in found if {one["key_l"], one["key_r"]} == {"p00001", "p00002"}]
    assert pair["together"]
    assert pair["probability"] < 0.5
    assert {step["level"] for step in pair["evidence"]} >= {"prior", "nothing in common"}


def test_ids_stay_when_the_same_records_come_again(base):
    rows, result = base
    again = run(list(reversed(rows)), model=result.model, previous=result.clusters)
    assert entities(again.clusters) == entities(result.clusters)
    assert again.redirects == []


def test_a_model_that_was_kept_says_the_same(base):
    rows, result = base
    again = run(rows, model=from_table(as_table(result.model)))
    assert groups(again.clusters) == groups(result.clusters)


def test_doubtful_pairs_come_with_their_evidence(base):
    rows, result = base
    unsure = row(
        "hrss_insurance", "unsure", {"name": PERSONS[11]["name"], "sex": PERSONS[11]["sex"], "resident_id": None}
    )
    review = run([*rows, unsure], model=result.model).review.to_pylist()
    for pair in review:
        total = sum(step["bits"] for step in pair["evidence"])
        assert 2**total / (1 + 2**total) == pytest.approx(pair["probability"], abs=0.01)
        assert pair["evidence"][0]["level"] == "prior"


def test_empty_input_has_no_entities():
    result = run([])
    assert result.clusters.num_rows == result.review.num_rows == 0


def test_names_all_missing_is_no_reason_to_merge(base):
    rows, result = base
    empty = [row("hrss_insurance", f"e{n}", {"resident_id": None}) for n in range(50)]
    found = entities(run([*rows, *empty], model=result.model).clusters)
    assert len({found["hrss_insurance", f"e{n}"] for n in range(50)}) == 50


def test_a_key_twice_in_a_source_is_refused_without_naming_a_value():
    with pytest.raises(InvalidInput) as refused:
        run([row("a", "1", PERSONS[0]), row("a", "1", PERSONS[1])])
    assert PERSONS[0]["name"] not in str(refused.value)


def test_columns_may_have_any_name():
    rows = table(town(people(60, seed=8), seed=9))
    names = ["source", "key", "known_id", "full", "order by", "出生 日期", "group", "地址", "x", "resident_id"]
    roles = {"full": "full_name", "order by": "sex", "出生 日期": "birth_date", "group": "phone", "地址": "address"}
    task = Task("any", tuple(Column(name, role) for name, role in roles.items()))
    assert run(rows.rename_columns(names), task=task).metrics["entities"] < rows.num_rows


def test_an_unknown_role_is_refused():
    with pytest.raises(ConfigurationError):
        Task("wrong", (Column("name", "nickname"),))
    with pytest.raises(ConfigurationError):
        load_task("nobody")


def test_a_value_of_one_person_is_as_rare_in_three_records_as_in_one_even_where_nobody_has_a_number():
    held = people(60, seed=21)
    rows = [
        row(source, f"{n}", person, resident_id=None)
        for n, person in enumerate(held)
        for source in ("police_person", "hrss_insurance", "education_pupil")[: 1 + n % 3]
    ]
    phones = {share["value"]: share["share"] for share in _shares(run(rows).model, "phone")}
    assert len(phones) == len(held)
    assert len(set(phones.values())) == 1


def _shares(model, title):
    name = next(column.name for column in model.task.columns if column.title == title)
    return model.shares[name].to_pylist()
