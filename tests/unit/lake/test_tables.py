"""Tables are written whole or not at all, once per run, in the order given."""

import os
import random
import time
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable

from catalog.errors import Conflict, InvalidInput, NotFound
from lake import tables
from lake.delta import commit as delta_commit
from lake.delta import files as delta_files
from lake.engines.duckdb import connect

PEOPLE = pa.table({"id": ["1", "2", "3"], "name": ["甲", "乙", None]})


@pytest.fixture
def uri(tmp_path: Path) -> str:
    return str(tmp_path / "lake" / "people")


def test_what_is_written_can_be_read_back(uri: str) -> None:
    written = tables.write(uri, PEOPLE, run_id="r1")
    assert (written.version, written.rows, written.files, written.new) == (0, 3, 1, True)
    assert tables.read(uri).equals(PEOPLE)
    assert tables.rows(uri) == 3
    assert tables.read(uri, columns=["name"]).column_names == ["name"]


def test_the_same_run_twice_is_once(uri: str) -> None:
    tables.write(uri, PEOPLE, mode="append", run_id="r1")
    again = tables.write(uri, PEOPLE, mode="append", run_id="r1")
    assert not again.new
    assert tables.rows(uri) == 3
    assert tables.version(uri) == 0


def test_an_overwrite_leaves_the_version_before_readable(uri: str) -> None:
    tables.write(uri, PEOPLE, run_id="r1")
    tables.write(uri, pa.table({"other": [1]}), run_id="r2")
    assert tables.read(uri).column_names == ["other"]
    assert tables.read(uri, version=0).equals(PEOPLE)
    with pytest.raises(NotFound):
        tables.read(uri, version=7)


def test_a_table_that_is_not_there_has_no_version_and_no_rows(uri: str) -> None:
    assert tables.version(uri) is None
    assert tables.rows(uri) == 0
    with pytest.raises(NotFound):
        tables.scan(uri)


def test_rows_keep_their_order_over_row_groups_and_files(uri: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delta_files, "ROW_GROUP_ROWS", 1_000)
    monkeypatch.setattr(delta_files, "TARGET_BYTES", 20_000)
    keys = pa.table({"id": [f"{number:06d}-{random.Random(number).random()}" for number in range(20_000)]})
    written = tables.write(uri, keys, run_id="r1")
    assert written.files > 3
    assert tables.read(uri).equals(keys)
    edges = [pq.read_table(file).column("id").to_pylist() for file in tables.files(uri)]
    assert all(left[-1] < right[0] for left, right in pairwise(edges))


def test_an_overwrite_with_no_rows_is_an_empty_table_of_that_shape(uri: str) -> None:
    tables.write(uri, PEOPLE, run_id="r1")
    tables.write(uri, PEOPLE.slice(0, 0), run_id="r2")
    assert tables.read(uri).schema.equals(PEOPLE.schema)
    assert tables.rows(uri) == 0


def test_every_type_the_lake_stores_comes_back(uri: str) -> None:
    moment = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
    kinds = pa.table(
        {
            "notes": pa.array([["a", "b"], []], pa.list_(pa.string())),
            "at": pa.array([moment, None], pa.timestamp("us", "Asia/Shanghai")),
            "day": [date(2026, 1, 2), None],
            "amount": [Decimal("12.50"), None],
            "shape": [b"\x00\x01", None],
            "flag": [True, None],
            "short": pa.array([1, None], pa.uint8()),
            "word": pa.array(["x", None]).dictionary_encode(),
        }
    )
    tables.write(uri, kinds, run_id="r1")
    first = tables.read(uri).to_pylist()[0]
    assert first == {
        "notes": ["a", "b"],
        "at": moment,
        "day": date(2026, 1, 2),
        "amount": Decimal("12.50"),
        "shape": b"\x00\x01",
        "flag": True,
        "short": 1,
        "word": "x",
    }
    tables.write(uri, kinds.slice(0, 0), run_id="r2")
    assert tables.read(uri).schema.field("notes").type.value_type == pa.string()


def test_a_timestamp_without_zone_is_refused_before_anything_is_written(uri: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        tables.write(uri, pa.table({"at": pa.array([0], pa.timestamp("us"))}), run_id="r1")
    assert refused.value.code == "timestamp_without_zone"
    assert tables.version(uri) is None


def test_files_say_nothing_of_columns_they_do_not_hold(uri: str) -> None:
    tables.write(uri, PEOPLE.replace_schema_metadata({b"pandas": b"secret_column"}), run_id="r1")
    metadata = pq.ParquetFile(tables.files(uri)[0]).metadata.metadata or {}
    assert metadata == {}


def test_an_appended_column_is_null_in_older_rows(uri: str) -> None:
    tables.write(uri, pa.table({"id": ["1"]}), mode="append", run_id="r1")
    tables.write(uri, pa.table({"id": ["2"], "new": ["x"]}), mode="append", run_id="r2")
    tables.write(uri, pa.table({"id": ["3"]}), mode="append", run_id="r3")
    assert tables.read(uri).to_pylist() == [
        {"id": "1", "new": None},
        {"id": "2", "new": "x"},
        {"id": "3", "new": None},
    ]
    assert tables.read(uri, version=0).column_names == ["id"]


def test_a_retyped_column_is_refused_and_leaves_no_file(uri: str) -> None:
    tables.write(uri, pa.table({"id": ["1"]}), mode="append", run_id="r1")
    with pytest.raises(Conflict) as refused:
        tables.write(uri, pa.table({"id": [2]}), mode="append", run_id="r2")
    assert refused.value.code == "column_retyped"
    assert len(list(Path(uri).glob("*.parquet"))) == 1


def test_a_reader_that_fails_midway_leaves_nothing(uri: str) -> None:
    def rows():
        yield from PEOPLE.to_batches()
        raise RuntimeError("the source went away")

    with pytest.raises(RuntimeError):
        tables.write(uri, pa.RecordBatchReader.from_batches(PEOPLE.schema, rows()), run_id="r1")
    assert tables.version(uri) is None
    assert list(Path(uri).glob("*.parquet")) == []


def test_a_partition_is_a_column_that_lies_in_the_log(uri: str) -> None:
    for batch in ("b1", "b2"):
        tables.write(uri, PEOPLE, mode="append", run_id=batch, partition={"_batch": batch})
    assert "_batch" not in pq.read_schema(tables.files(uri)[0]).names
    with connect() as connection:
        counted = connection.execute(
            f"SELECT _batch, count(*) FROM {tables.scan(uri)} GROUP BY 1 ORDER BY 1"
        ).fetchall()
        only = connection.execute(f"SELECT DISTINCT _batch FROM {tables.scan(uri, only={'_batch': 'b2'})}").fetchall()
    assert counted == [("b1", 3), ("b2", 3)]
    assert only == [("b2",)]
    with pytest.raises(InvalidInput):
        tables.scan(uri, only={"id": "1"})


def test_history_names_the_runs_and_their_facts(uri: str) -> None:
    tables.write(uri, PEOPLE, run_id="r1", facts={"rows": "3"})
    newest = tables.history(uri)[0]
    assert (newest["run_id"], newest["rows"], newest["version"]) == ("r1", "3", 0)


def test_vacuum_removes_what_never_committed_and_keeps_what_a_version_needs(uri: str) -> None:
    tables.write(uri, PEOPLE, run_id="r1")
    stray = Path(uri) / "part-stray.parquet"
    stray.write_bytes(b"left by a run that broke off")
    tables.vacuum(uri, keep_hours=0)
    assert not stray.exists()
    assert tables.read(uri).equals(PEOPLE)


def test_a_long_history_is_read_from_checkpoints_and_a_failing_one_undoes_no_commit(
    uri: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(22):
        tables.write(uri, pa.table({"n": [number]}), mode="append", run_id=f"r{number}")
    assert [path.name for path in Path(uri, "_delta_log").glob("*.checkpoint.parquet")] == [
        "00000000000000000020.checkpoint.parquet"
    ]
    monkeypatch.setattr(delta_commit, "CHECKPOINT_EVERY", 1)
    monkeypatch.setattr(DeltaTable, "create_checkpoint", _full_disk)
    tables.write(uri, pa.table({"n": [22]}), mode="append", run_id="r22")
    assert tables.rows(uri) == 23
    assert tables.read(uri).column("n").to_pylist() == list(range(23))


def test_commits_older_than_the_table_keeps_them_go_with_the_next_checkpoint_and_no_row_with_them(uri: str) -> None:
    for number in range(20):
        tables.write(uri, pa.table({"n": [number]}), mode="append", run_id=f"r{number}")
    log = Path(uri, "_delta_log")
    forty_days_ago = time.time() - 40 * 86_400
    for file in log.glob("*.json"):
        os.utime(file, (forty_days_ago, forty_days_ago))
    for number in range(20, 42):
        tables.write(uri, pa.table({"n": [number]}), mode="append", run_id=f"r{number}")
    assert not (log / "00000000000000000005.json").exists()
    assert (log / "00000000000000000041.json").exists()
    assert tables.read(uri).column("n").to_pylist() == list(range(42))


def _full_disk(_table: DeltaTable) -> None:
    raise OSError(28, "No space left on device")
