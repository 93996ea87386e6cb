"""Matching only what changed gives what matching everything gives, under one model."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lake.engines.duckdb import connect
from lake.matching.memory import FRESH_PREPARED, FRESH_WEIGHED, PREPARED, SIZES, WEIGHED, Memory
from lake.matching.resolve import resolve
from tests.factories.matching import groups, people, person_task, row, table, town

PERSONS = people(150, seed=5)
ROWS = town(PERSONS, seed=6)


def run(rows, *, remembered=None, **more):
    """The resolution; what a run left in `remembered` is used, and replaced by what this one leaves."""
    with connect() as connection:
        connection.register("held", table(rows))
        memory = None
        if remembered:
            for name, kept in remembered.items():
                connection.register(f"was_{name}", kept)
            memory = Memory("was_records", "was_pairs")
        found = resolve(connection, "held", person_task(), memory=memory, **more)
        if remembered is not None:
            remembered["records"] = connection.table(PREPARED).to_arrow_table()
            remembered["pairs"] = connection.table(WEIGHED).to_arrow_table()
            if memory:
                check_sizes(connection)
        return found


def check_sizes(connection):
    """What is cheap to count has as many rows as what is written."""
    for written, cheap in (((PREPARED, FRESH_PREPARED), SIZES[PREPARED]), ((WEIGHED, FRESH_WEIGHED), SIZES[WEIGHED])):
        for relations in zip(written, cheap, strict=True):
            one, other = (connection.execute(f"SELECT count(*) FROM {each}").fetchall() for each in relations)
            assert one == other


@pytest.fixture(scope="module")
def model():
    return run(ROWS).model


KINDS = ["drop", "lose number", "new address", "other name", "double"]
changes = st.lists(
    st.tuples(st.integers(0, len(ROWS) - 1), st.sampled_from(KINDS)),
    max_size=8,
)


def changed(rows, wanted):
    after = {(held["source"], held["key"]): held for held in rows}
    for place, change in wanted:
        held = rows[place]
        at = (held["source"], held["key"])
        match change:
            case "drop":
                after.pop(at, None)
            case "lose number":
                after[at] = {**held, "known_id": None, "resident_id": None}
            case "new address":
                after[at] = {**held, "address": "山东省莱州市新城街道东风路8号2号楼301室"}
            case "other name":
                after[at] = {**held, "name": "欧阳若兰"}
            case "double":
                twice = row(held["source"], f"{held['key']}+", held, known_id=held["known_id"])
                after[twice["source"], twice["key"]] = twice
    return list(after.values())


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(first=changes, second=changes)
def test_incremental_equals_full(model, first, second):
    remembered = {}
    run(ROWS, model=model, remembered=remembered)
    rows = ROWS
    for wanted in (first, second):
        rows = changed(rows, [(place % len(rows), change) for place, change in wanted])
        incremental = run(rows, model=model, remembered=remembered)
        full = run(rows, model=model)
        assert groups(incremental.clusters) == groups(full.clusters)
        assert incremental.review.to_pylist() == full.review.to_pylist()
