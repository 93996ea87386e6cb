"""Merging replaces rows by key, touches only files that hold such a key, and never mixes two writers."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow as pa
import pytest

from catalog.errors import Conflict, InvalidInput
from lake import tables
from lake.delta import commit as delta_commit
from lake.delta.files import storable, write_files
from lake.delta.merging import MOST_SMALL


@pytest.fixture
def uri(tmp_path: Path) -> str:
    return str(tmp_path / "people")


def people(**names: str) -> pa.Table:
    return pa.table({"id": list(names), "name": list(names.values())})


def as_dict(uri: str) -> dict[str, str]:
    return {row["id"]: row["name"] for row in tables.read(uri).to_pylist()}


def test_known_keys_are_replaced_and_new_ones_added(uri: str) -> None:
    tables.write(uri, people(a="1", b="2"), run_id="r1")
    merged = tables.merge(uri, people(b="20", c="3"), keys=["id"], run_id="r2")
    assert merged.rows == 2
    assert as_dict(uri) == {"a": "1", "b": "20", "c": "3"}


def test_merging_into_nothing_makes_the_table(uri: str) -> None:
    tables.merge(uri, people(a="1"), keys=["id"], run_id="r1")
    assert as_dict(uri) == {"a": "1"}


def test_the_same_merge_twice_is_once(uri: str) -> None:
    tables.write(uri, people(a="1"), run_id="r1")
    tables.merge(uri, people(a="2"), keys=["id"], run_id="r2")
    tables.merge(uri, people(a="3"), keys=["id"], run_id="r3")
    assert not tables.merge(uri, people(a="2"), keys=["id"], run_id="r2").new
    assert as_dict(uri) == {"a": "3"}


def test_files_without_a_touched_key_stay_as_they_are(uri: str) -> None:
    tables.write(uri, people(a="1"), mode="append", run_id="r1")
    tables.write(uri, people(b="2"), mode="append", run_id="r2")
    before = tables.files(uri)
    tables.merge(uri, people(b="20"), keys=["id"], run_id="r3")
    assert before[0] in tables.files(uri)
    assert before[1] not in tables.files(uri)
    assert as_dict(uri) == {"a": "1", "b": "20"}
    assert tables.read(uri, version=1).num_rows == 2


def test_many_small_files_become_one(uri: str) -> None:
    tables.write(uri, people(a="1"), run_id="r0")
    for number in range(MOST_SMALL + 2):
        tables.merge(uri, people(**{f"k{number}": "x"}), keys=["id"], run_id=f"r{number + 1}")
    assert len(tables.files(uri)) <= 3
    assert tables.rows(uri) == MOST_SMALL + 3


def test_a_key_of_several_items_with_nulls_is_one_key(uri: str) -> None:
    rows = pa.table({"a": ["1", "1"], "b": [None, "x"], "v": [1, 2]})
    tables.write(uri, rows, run_id="r1")
    tables.merge(
        uri, pa.table({"a": ["1"], "b": pa.array([None], pa.string()), "v": [9]}), keys=["a", "b"], run_id="r2"
    )
    assert sorted(row["v"] for row in tables.read(uri).to_pylist()) == [2, 9]


def test_a_key_that_stands_twice_is_refused(uri: str) -> None:
    tables.write(uri, people(a="1"), run_id="r1")
    twice = pa.table({"id": ["a", "a"], "name": ["2", "3"]})
    with pytest.raises(InvalidInput) as refused:
        tables.merge(uri, twice, keys=["id"], run_id="r2")
    assert refused.value.code == "key_not_unique"
    assert as_dict(uri) == {"a": "1"}


def test_compaction_keeps_the_rows_and_sorts_them(uri: str) -> None:
    for number in range(4):
        tables.write(uri, people(**{f"k{3 - number}": "x"}), mode="append", run_id=f"r{number}")
    tables.compact(uri, run_id="c1", order_by=["id"])
    assert len(tables.files(uri)) == 1
    assert tables.read(uri).column("id").to_pylist() == ["k0", "k1", "k2", "k3"]


def test_an_overwrite_from_a_stale_view_is_refused_and_mixes_nothing(uri: str) -> None:
    tables.write(uri, people(a="1"), run_id="r1")
    stale = delta_commit.open_table(uri)
    tables.write(uri, people(b="2"), mode="append", run_id="r2")
    schema = storable(people(c="3").schema)
    files = write_files(uri, people(c="3").to_reader(), schema, run="r3")
    with pytest.raises(Conflict) as refused:
        delta_commit.commit(uri, stale, delta_commit.Change("overwrite", "r3", schema, files))
    assert refused.value.code == "table_changed"
    assert as_dict(uri) == {"a": "1", "b": "2"}


def test_two_first_writers_make_one_table(uri: str) -> None:
    schema = storable(people(a="1").schema)
    first, second = (write_files(uri, people(a="1").to_reader(), schema, run=run) for run in ("r1", "r2"))
    delta_commit.commit(uri, None, delta_commit.Change("append", "r1", schema, first))
    with pytest.raises(Conflict):
        delta_commit.commit(uri, None, delta_commit.Change("append", "r2", schema, second))
    assert tables.rows(uri) == 1


def test_appends_beside_each_other_all_arrive(uri: str) -> None:
    tables.write(uri, people(start="x"), run_id="r0")
    with ThreadPoolExecutor(4) as pool:
        list(
            pool.map(lambda n: tables.write(uri, people(**{f"k{n}": "x"}), mode="append", run_id=f"r{n}"), range(1, 9))
        )
    assert tables.rows(uri) == 9
