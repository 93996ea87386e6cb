import numpy as np
import pyarrow as pa
import pytest

from demo.city.dirt import Plants, Share


def share(plants: Plants, *, rows: int = 1000, dirt: float = 1.0) -> Share:
    columns = {"no": pa.array([f"n{i}" for i in range(rows)]), "text": pa.array(["abc"] * rows)}
    return Share("some_dataset", columns, keys=("no",), rng=np.random.default_rng(3), dirt=dirt, plants=plants)


def upper(values, rng):
    return [value.upper() for value in values]


def test_an_item_of_a_row_carries_at_most_one_defect():
    plants = Plants()
    spoilt = share(plants)
    spoilt.spoil("text", "lost", 0.7, None)
    spoilt.spoil("text", "loud", 0.7, upper)
    table = spoilt.finish({"no": "NO", "text": "TEXT"})
    planted = plants.table().to_pylist()
    assert len({(row["key"], row["item"]) for row in planted}) == len(planted)
    delivered = dict(zip(table["NO"].to_pylist(), table["TEXT"].to_pylist(), strict=True))
    assert {row["key"] for row in planted if row["kind"] == "lost"} == {k for k, v in delivered.items() if v is None}
    assert {row["key"] for row in planted if row["kind"] == "loud"} == {k for k, v in delivered.items() if v == "ABC"}


def test_a_value_the_change_leaves_alone_is_not_planted():
    plants = Plants()
    spoilt = share(plants)
    assert len(spoilt.spoil("text", "loud", 0.5, lambda values, rng: values)) == 0
    spoilt.finish({"no": "NO", "text": "TEXT"})
    assert plants.table().num_rows == 0


def test_rows_that_can_have_the_defect_are_drawn_again_until_the_rate_is_met():
    plants = Plants()
    columns = {"no": pa.array([f"n{i}" for i in range(1000)]), "text": pa.array(["ab", "AB"] * 500)}
    spoilt = Share("d", columns, keys=("no",), rng=np.random.default_rng(3), dirt=1.0, plants=plants)
    assert len(spoilt.spoil("text", "loud", 0.3, upper, of_all=True)) == 300


def test_the_rate_scales_with_dirt_and_even_a_tiny_one_plants_once():
    assert len(share(Plants(), dirt=2.0).spoil("text", "loud", 0.1, upper)) == 200
    assert len(share(Plants()).spoil("text", "loud", 0.000001, upper)) == 1


@pytest.mark.parametrize("rate", [0.0, 1.0])
def test_without_dirt_nothing_is_spoilt(rate):
    assert len(share(Plants(), dirt=0.0).spoil("text", "loud", rate, upper)) == 0


def test_protected_rows_and_rows_spoilt_in_another_item_stay_as_they_are():
    spoilt = share(Plants())
    kept = np.arange(500)
    spoilt.protect("text", kept)
    assert spoilt.spoil("text", "loud", 1.0, upper).min() == 500
    other = share(Plants())
    rows = other.spoil("no", "loud", 0.5, upper)
    assert not np.isin(other.spoil("text", "loud", 1.0, upper, unless=["no"]), rows).any()


def test_defects_are_recorded_under_the_keys_as_delivered():
    plants = Plants()
    columns = {"a": pa.array(["x", "y"]), "b": pa.array([1, 2]), "v": pa.array(["p", "q"])}
    spoilt = Share("d", columns, keys=("a", "b"), rng=np.random.default_rng(1), dirt=1.0, plants=plants)
    spoilt.spoil("v", "loud", 1.0, upper)
    spoilt.spoil("a", "loud", 1.0, upper)
    spoilt.finish({"a": "A", "b": "B", "v": "V"})
    assert set(plants.table()["key"].to_pylist()) == {"X|1", "Y|2"}


def test_a_replacement_column_gives_each_row_its_own_value():
    spoilt = share(Plants(), rows=10)
    spoilt.spoil("text", "stale", 1.0, pa.array([f"old{i}" for i in range(10)]))
    assert spoilt.columns["text"].to_pylist() == [f"old{i}" for i in range(10)]


def test_dates_keep_their_type_when_one_is_lost():
    columns = {"no": pa.array(["1"]), "day": pa.array(np.array(["2020-02-29"], dtype="datetime64[D]"))}
    spoilt = Share("d", columns, keys=("no",), rng=np.random.default_rng(1), dirt=1.0, plants=Plants())
    spoilt.spoil("day", "lost", 1.0, None)
    assert spoilt.finish({"day": "day"})["day"].type == pa.date32()
