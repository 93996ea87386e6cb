"""Columns lie in files in the form that is smallest; nobody who reads them sees which, nor what no row holds."""

import random
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable

from lake import tables
from lake.delta.encoding import JUDGED_BY, NUMBERED

ROWS = 50_000


@pytest.fixture
def uri(tmp_path: Path) -> str:
    return str(tmp_path / "lake" / "people")


def numbered(numbers: list[int | None], values: list[str | None]) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(pa.array(numbers, pa.int32()), pa.array(values, pa.string()))


def has_dictionary(uri: str, column: int) -> bool:
    return "RLE_DICTIONARY" in pq.read_metadata(tables.files(uri)[0]).row_group(0).column(column).encodings


def test_a_column_that_came_as_a_dictionary_is_text_to_every_reader(uri: str) -> None:
    rows = pa.table({"id": ["1", "2", "3"], "sex": numbered([1, None, 0], ["女", "男"])})
    tables.write(uri, rows, run_id="r1")
    plain = pa.table({"id": ["1", "2", "3"], "sex": ["男", None, "女"]})
    (file,) = tables.files(uri)
    assert tables.schema(uri).equals(plain.schema)
    assert pq.read_table(file).equals(plain)
    assert pa.table(DeltaTable(uri).to_pyarrow_table()).cast(plain.schema).equals(plain)
    assert duckdb.sql(f"SELECT sex FROM '{file}'").fetchall() == [("男",), (None,), ("女",)]
    (action,) = pa.table(DeltaTable(uri).get_add_actions(flatten=True)).to_pylist()
    assert (action["min.sex"], action["max.sex"], action["null_count.sex"]) == ("女", "男", 1)


def test_a_value_that_no_row_holds_any_more_does_not_come_to_lie_in_the_file(uri: str) -> None:
    tables.write(uri, pa.table({"name": numbered([2, 0, 2], ["甲", "已删除", "丙"])}), run_id="r1")
    (file,) = tables.files(uri)
    known = pq.read_table(file, read_dictionary=["name"])["name"].chunk(0).dictionary
    assert sorted(known.to_pylist()) == ["丙", "甲"]


@pytest.mark.parametrize("values", [["甲", None], ["甲", "甲"]])
def test_a_dictionary_with_nothing_in_it_or_a_value_twice_is_written_as_it_is_meant(
    uri: str, values: list[str | None]
) -> None:
    tables.write(uri, pa.table({"name": numbered([0, 1, 0], values)}), run_id="r1")
    assert tables.read(uri)["name"].to_pylist() == ["甲", values[1], "甲"]
    (file,) = tables.files(uri)
    assert pq.read_table(file, read_dictionary=["name"])["name"].chunk(0).dictionary.to_pylist() == ["甲"]


def test_only_columns_whose_values_repeat_have_a_dictionary(uri: str) -> None:
    chosen = random.Random(7)
    ids = [f"{number:08d}" for number in range(ROWS)]
    often = [chosen.choice(("甲", "乙")) for _ in ids]
    # Every tenth value is another: in any order a dictionary helps, but not where equal ones stand together.
    spread = [f"{chosen.randrange(ROWS // 10)}号楼东单元" for _ in ids]
    together = [f"{place // 10:012d}" for place in range(ROWS)]
    tables.write(uri, pa.table({"id": ids, "often": often, "spread": spread, "together": together}), run_id="r1")
    assert [has_dictionary(uri, column) for column in range(4)] == [False, True, True, False]
    assert tables.read(uri)["spread"].to_pylist() == spread


@pytest.mark.parametrize(("rows", "dictionary"), [(40_959, True), (40_960, False)])
def test_a_file_is_judged_from_40960_rows_on(uri: str, rows: int, dictionary: bool) -> None:
    tables.write(uri, pa.table({"id": [f"{number:08d}" for number in range(rows)]}), run_id="r1")
    assert has_dictionary(uri, 0) == dictionary


@pytest.mark.parametrize(("alike", "dictionary"), [(JUDGED_BY, True), (JUDGED_BY // 4, False)])
def test_a_column_is_judged_by_its_first_rows_alone(uri: str, alike: int, dictionary: bool) -> None:
    other = [f"{number:08d}" for number in range(3 * JUDGED_BY - alike)]
    tables.write(uri, pa.table({"id": ["00000000"] * alike + other}), run_id="r1")
    assert len(tables.files(uri)) == 1
    assert has_dictionary(uri, 0) == dictionary


def test_what_is_read_to_be_written_again_holds_the_same_rows_with_few_values_as_dictionaries(uri: str) -> None:
    rows = pa.table({"id": [f"{at:06d}" for at in range(5_000)], "sex": ["1", "2", None, "1", "1"] * 1_000})
    tables.write(uri, rows, run_id="r1")
    held = tables.stored(uri, 0, rows.schema)
    assert held.schema.types == [pa.string(), NUMBERED]
    assert held.read_all().cast(rows.schema).equals(rows)
