"""Reads push projection, filter and paging down, and neither a name nor a value can become SQL."""

from pathlib import Path

import pyarrow as pa
import pytest

from catalog.errors import InvalidInput, NotFound
from catalog.settings import Settings
from lake import tables
from lake.query import quote, select, select_sql


@pytest.fixture
def uri(tmp_path: Path) -> str:
    place = str(tmp_path / "people")
    rows = pa.table({"id": ["1", "2", "3", "4"], "sex": ["1", "2", "1", "2"], 'odd "name"': ["a", "b", "c", "d"]})
    tables.write(place, rows, run_id="r1")
    return place


def test_only_the_columns_and_rows_asked_for_come(settings: Settings, uri: str) -> None:
    found = select(settings, uri=uri, version=0, columns=["id"], where='"sex" = ?', params=["2"], order_by=["id"])
    assert found.to_pydict() == {"id": ["2", "4"]}


def test_pages_follow_each_other_without_overlap(settings: Settings, uri: str) -> None:
    first = select(settings, uri=uri, version=0, columns=["id"], order_by=["id"], limit=3)
    second = select(settings, uri=uri, version=0, columns=["id"], order_by=["id"], limit=3, after=["3"])
    assert first.column("id").to_pylist() + second.column("id").to_pylist() == ["1", "2", "3", "4"]


def test_an_old_version_stays_what_it_was(settings: Settings, uri: str) -> None:
    tables.write(uri, pa.table({"id": ["9"]}), run_id="r2")
    assert select(settings, uri=uri, version=0, columns=["id"]).num_rows == 4
    assert select(settings, uri=uri, version=None, columns=["id"]).num_rows == 1


def test_a_value_never_becomes_sql(settings: Settings, uri: str) -> None:
    hostile = "x' OR '1'='1"
    assert select(settings, uri=uri, version=0, columns=["id"], where='"id" = ?', params=[hostile]).num_rows == 0


def test_a_name_never_becomes_sql(settings: Settings, uri: str) -> None:
    assert select(settings, uri=uri, version=0, columns=['odd "name"'], limit=1).to_pydict() == {'odd "name"': ["a"]}
    assert quote('a"; DROP TABLE b; --') == '"a""; DROP TABLE b; --"'
    with pytest.raises(InvalidInput):
        select(settings, uri=uri, version=0, columns=["id, sex"])
    with pytest.raises(InvalidInput):
        select(settings, uri=uri, version=0, columns=["id"], order_by=["nothing"])


def test_a_table_that_is_not_there_is_said_so(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        select(settings, uri=str(tmp_path / "none"), version=None, columns=["id"])


def test_a_statement_needs_columns_and_a_fitting_page_position() -> None:
    with pytest.raises(InvalidInput):
        select_sql("people", columns=[])
    with pytest.raises(InvalidInput):
        select_sql("people", columns=["id"], order_by=["id"], after=["1", "2"])


def test_filter_and_position_are_both_bound(settings: Settings) -> None:
    text, bound = select_sql("people", columns=["a"], where="b = ?", params=[1], order_by=["a"], after=["x"], limit=5)
    assert text == 'SELECT "a" FROM people AS stored WHERE (b = ?) AND ("a") > (?) ORDER BY "a" LIMIT ?'
    assert bound == [1, "x", 5]
