"""Who is who follows from what the rows say: neither their order nor the names of their keys change the answer."""

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lake.engines.duckdb import connect
from lake.matching.resolve import Resolution, resolve
from lake.matching.trained import Model
from tests.factories.matching import Row, groups, people, person_task, row, table, town

TOWN = town(people(80, seed=15), seed=16, without_number=0.4)


def namesakes() -> list[Row]:
    """Pairs of people of one name and day, and to each a row without number that may as well be the one's as the
    other's."""
    found = []
    for number, person in enumerate(people(12, seed=17)):
        other = people(1, seed=100 + number)[0]
        found.append(row("police_person", f"a{number}", person))
        found.append(row("police_person", f"b{number}", {**other, **_of(person)}))
        found.append(row("hrss_insurance", f"c{number}", {**dict.fromkeys(person), **_of(person)}, known_id=None))
    return found


_ALIKE = ("name", "sex", "birth_date")


def _of(person: Row) -> Row:
    return {what: person[what] for what in _ALIKE}


ROWS = [*TOWN, *namesakes()]


def run(rows: list[Row], model: Model | None = None) -> Resolution:
    """The resolution of these rows, by a model learnt from them where none is given."""
    with connect() as connection:
        connection.register("held", table(rows))
        return resolve(connection, "held", person_task(), model=model)


def renamed(rows: list[Row], salt: int) -> tuple[list[Row], dict[tuple[str, str], tuple[str, str]]]:
    """The rows under other keys, in another order; and what each (source, key) was called before."""
    draw = random.Random(salt)
    shuffled = draw.sample(rows, len(rows))
    names = [f"k{draw.getrandbits(64):016x}" for _ in shuffled]
    after = [{**held, "key": name} for held, name in zip(shuffled, names, strict=True)]
    was = {(held["source"], name): (held["source"], held["key"]) for held, name in zip(shuffled, names, strict=True)}
    return after, was


@pytest.fixture(scope="module")
def first() -> Resolution:
    return run(ROWS)


def test_a_model_learnt_from_other_keys_in_another_order_is_the_same(first: Resolution) -> None:
    rows, was = renamed(ROWS, 1)
    again = run(rows)
    assert again.model.learnt.chances() == first.model.learnt.chances()
    assert (again.model.threshold, again.model.expected_f1) == (first.model.threshold, first.model.expected_f1)
    assert {frozenset(was[one] for one in group) for group in groups(again.clusters)} == groups(first.clusters)


@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
@given(salt=st.integers(0, 2**32))
def test_other_keys_in_another_order_give_the_same_entities(first: Resolution, salt: int) -> None:
    rows, was = renamed(ROWS, salt)
    again = run(rows, first.model)
    assert {frozenset(was[one] for one in group) for group in groups(again.clusters)} == groups(first.clusters)


def test_rows_that_say_the_same_stay_as_many_records(first: Resolution) -> None:
    doubled = [*ROWS, *({**held, "key": f"{held['key']}+"} for held in ROWS if held["source"] == "hrss_insurance")]
    found = groups(run(doubled, first.model).clusters)
    assert sum(len(group) for group in found) == len(doubled)
