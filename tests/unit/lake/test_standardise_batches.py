"""A batch is standardised whole, again with the same outcome, and never with a column its contract needs."""

from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from catalog.contracts import load_contracts
from catalog.errors import ContractBroken, NotFound
from catalog.settings import Settings
from lake import tables
from lake.layout import Layout
from lake.standardise import staged_columns, standardise
from lake.standardise.plan import render
from lake.standardise.rendering import NOTES, Facts
from tests.factories.staging import BATCH, contract, staged


def test_the_staged_file_has_the_columns_promised(settings: Settings) -> None:
    of = contract("record_no", "person_name", "birth_date", "datetime", "capital", "floors", "boolean", "geometry")
    columns = {item.name: pa.array([None], pa.string()) for item in of.items[:-1]}
    staged(settings, of, columns | {"geometry": pa.array([None], pa.binary())})
    schema = pq.read_schema(Layout(settings.lake_url).staging(of.dataset, BATCH))
    assert schema.names == list(staged_columns(of))
    assert [str(schema.field(name).type) for name in schema.names[4:]] == [
        "string", "string", "date32[day]", "timestamp[us]", "double", "int64", "bool", "binary",
    ]  # fmt: skip


def test_the_same_batch_again_gives_the_same_rows(settings: Settings) -> None:
    of = contract("record_no", "person_name")
    first = staged(settings, of, {"record_no": ["1", "2"], "person_name": ["张 三", "李四"]})
    again = standardise(settings, of, BATCH)
    assert sorted(pq.read_table(again.path).to_pylist(), key=lambda row: row["_row"]) == first
    assert not list(Path(again.path).parent.glob("*.part"))


def test_only_the_rows_of_the_batch_are_taken(settings: Settings) -> None:
    of = contract("record_no")
    staged(settings, of, {"record_no": ["1"]})
    other = BATCH.replace("0123abcd", "89abcdef")
    rows = pa.table({"record_no": ["2", "3"], "_row": pa.array([0, 1], pa.int64())})
    uri = Layout(settings.lake_url).raw(of.dataset)
    tables.write(uri, rows, mode="append", run_id=other, partition={"_batch": other}, settings=settings)
    assert standardise(settings, of, other).rows == 2
    assert standardise(settings, of, BATCH).rows == 1


def test_an_optional_column_that_is_missing_is_empty(settings: Settings) -> None:
    (row,) = staged(settings, contract("record_no", "phone"), {"record_no": ["1"]})
    assert (row["phone"], row["_bad"], row["_notes"]) == (None, [], [])


def test_a_required_column_that_is_lost_is_said_in_a_sentence(settings: Settings) -> None:
    of = contract("record_no", "phone")
    with pytest.raises(ContractBroken, match="record_no"):
        staged(settings, of, {"phone": ["1"]})


def test_two_items_may_be_read_from_one_column(settings: Settings) -> None:
    of = contract("code", "division_code")
    of = replace(of, items=tuple(replace(item, source_name="adcode") for item in of.items))
    (row,) = staged(settings, of, {"adcode": ["341822"]})
    assert (row["code"], row["division_code"]) == ("341822", "341882")


def test_without_a_raw_table_there_is_nothing_to_standardise(settings: Settings) -> None:
    with pytest.raises(NotFound):
        standardise(settings, contract("record_no"), BATCH)


def test_a_batch_without_rows_gives_a_file_without_rows(settings: Settings) -> None:
    assert staged(settings, contract("record_no"), {"record_no": pa.array([], pa.string())}) == []


def test_every_change_standardising_may_note_has_a_sentence() -> None:
    contracts = load_contracts(Path(__file__).parents[3] / "demo" / "contracts")
    rendered = [each for one in contracts.values() for each in render(one.items, Facts(crs=one.crs)).values()]
    noted = {what for each in rendered for what, _ in each.notes}
    assert "upgraded15" in noted
    assert noted <= set(NOTES)
