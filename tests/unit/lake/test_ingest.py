"""A delivery stands in the raw zone once, whole, and as it came; what cannot be taken is held with a sentence."""

import logging
import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from catalog.contracts import Contract
from catalog.database import open_session
from catalog.errors import BatchHeld, Conflict, ContractBroken, SourceUnreachable, SourceUnreadable
from catalog.models import Batch, Event, Ticket
from catalog.settings import Settings
from catalog.systems import SystemSpec
from lake import sources, tables
from lake.engines.duckdb import connect
from lake.layout import Layout
from lake.loading import deliveries, ingest, raw
from lake.sources.delivery import Delivery
from tests.factories.deliveries import NOW, a_contract, a_folder, a_registry_with

ROWS = "编号,姓名\n1,张𠮷\n2,李\n"


@pytest.fixture
def contract() -> Contract:
    return a_contract()


@pytest.fixture
def spec(tmp_path: Path) -> SystemSpec:
    return a_folder(tmp_path / "in")


@pytest.fixture
def hub(settings: Settings, contract: Contract) -> Settings:
    return a_registry_with(settings, contract)


def deliver(spec: SystemSpec, text: str, name: str = "a.csv") -> None:
    (Path(spec.location) / name).write_text(text, encoding="utf-8")


def collect(hub: Settings, contract: Contract, spec: SystemSpec, minute: int = 0) -> ingest.Batch:
    return ingest.collect(hub, contract, spec, now=NOW + timedelta(minutes=minute), by="steward")


def rows_of(hub: Settings, batch_id: str) -> list[dict[str, object]]:
    with connect(hub) as connection:
        return connection.execute(f"FROM {raw.relation(hub, 'civil_person', batch_id)}").to_arrow_table().to_pylist()


def registered(hub: Settings) -> list[Batch]:
    with open_session(hub) as session:
        return list(session.query(Batch).order_by(Batch.collected_at))


def test_a_delivery_is_in_the_lake_in_the_registry_and_kept_as_it_came(
    hub: Settings, contract: Contract, spec: SystemSpec
) -> None:
    deliver(spec, ROWS)
    batch = collect(hub, contract, spec)
    assert (batch.new, batch.rows, batch.batch_id[:29]) == (True, 2, "civil_person-20261120t010000-")
    assert batch.batch_id.endswith(batch.fingerprint[:8])
    assert rows_of(hub, batch.batch_id) == [
        {"编号": "1", "姓名": "张𠮷", "_row": 1, "_batch": batch.batch_id},
        {"编号": "2", "姓名": "李", "_row": 2, "_batch": batch.batch_id},
    ]
    (row,) = registered(hub)
    assert (row.batch_id, row.status, row.rows, row.system) == (batch.batch_id, "collected", 2, "civil_files")
    assert (deliveries.folder(hub, "civil_person", batch.batch_id) / "a.csv").read_text(encoding="utf-8") == ROWS
    assert not deliveries.incoming(hub, "civil_person").exists()


def test_the_same_content_again_is_no_new_batch(hub: Settings, contract: Contract, spec: SystemSpec) -> None:
    deliver(spec, ROWS)
    first = collect(hub, contract, spec)
    again = collect(hub, contract, spec, minute=1)
    assert (again.new, again.batch_id) == (False, first.batch_id)
    assert tables.rows(Layout(hub.lake_url).raw("civil_person")) == 2
    assert len(registered(hub)) == 1


def test_every_batch_stays_readable_beside_the_next(hub: Settings, contract: Contract, spec: SystemSpec) -> None:
    deliver(spec, ROWS)
    first = collect(hub, contract, spec)
    deliver(spec, "编号,姓名,新列\n3,王,x\n")
    second = collect(hub, contract, spec, minute=1)
    assert second.new_columns == ("新列",)
    assert [row["编号"] for row in rows_of(hub, first.batch_id)] == ["1", "2"]
    assert [(row["编号"], row["新列"]) for row in rows_of(hub, second.batch_id)] == [("3", "x")]


def test_a_corrected_way_of_reading_is_a_new_batch_of_the_same_file(
    hub: Settings, contract: Contract, spec: SystemSpec
) -> None:
    deliver(spec, ROWS)
    collect(hub, contract, spec)
    assert collect(hub, replace(contract, options={"encoding": "utf-8"}), spec, minute=1).new


def test_a_file_that_cannot_be_read_is_held_once_and_nothing_moves(
    hub: Settings, contract: Contract, spec: SystemSpec
) -> None:
    deliver(spec, ROWS)
    good = collect(hub, contract, spec)
    (Path(spec.location) / "a.csv").write_bytes("编号,姓名\n1,秘密\n".encode("gb18030"))
    for minute in (1, 2):
        with pytest.raises(SourceUnreadable):
            collect(hub, contract, spec, minute=minute)
    held = registered(hub)[1:]
    assert [(row.status, row.rows) for row in held] == [("held", 0)]
    assert "a.csv" in held[0].message_zh
    assert "a.csv" in held[0].message_en
    assert (deliveries.folder(hub, "civil_person", held[0].batch_id) / "a.csv").exists()
    assert tables.rows(Layout(hub.lake_url).raw("civil_person")) == good.rows
    with open_session(hub) as session:
        told = session.query(Event).filter(Event.subject == held[0].batch_id, Event.tag == "batch:held").all()
    assert len(told) == 1


@pytest.mark.parametrize("call", ["deliveries.settle", "put_on_ticket", "batches.hold"])
def test_a_run_that_dies_while_it_holds_a_delivery_leaves_one_batch_one_folder_and_one_ticket(
    hub: Settings, contract: Contract, spec: SystemSpec, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    deliver(spec, "编号\n1\n")
    with monkeypatch.context() as broken:
        broken.setattr(f"lake.loading.holding.{call}", _die)
        with pytest.raises(KeyboardInterrupt):
            collect(hub, contract, spec)
    for minute in (1, 2):
        with pytest.raises(ContractBroken):
            collect(hub, contract, spec, minute=minute)
    (batch,) = registered(hub)
    kept = deliveries.folder(hub, "civil_person", batch.batch_id)
    assert (kept / "a.csv").read_text(encoding="utf-8") == "编号\n1\n"
    assert [path.name for path in kept.parent.iterdir()] == [batch.batch_id]
    with open_session(hub) as session:
        assert [(ticket.state, ticket.reopened) for ticket in session.query(Ticket)] == [("open", 0)]
        told = session.query(Event).filter(Event.subject == batch.batch_id).order_by(Event.event_id)
        assert [event.tag for event in told] == ["batch:registered", "batch:held"]


def test_a_lost_column_holds_the_batch_until_the_column_is_back(
    hub: Settings, contract: Contract, spec: SystemSpec
) -> None:
    deliver(spec, "编号\n1\n")
    with pytest.raises(ContractBroken) as broken:
        collect(hub, contract, spec)
    assert broken.value.parts["columns"] == ["姓名"]
    deliver(spec, ROWS)
    assert collect(hub, contract, spec, minute=1).new
    assert [row.status for row in registered(hub)] == ["held", "collected"]


def test_a_column_of_another_type_holds_the_batch_and_leaves_no_file(
    settings: Settings, contract: Contract, tmp_path: Path
) -> None:
    hub, people = a_registry_with(settings, contract), replace(contract, locator="*.parquet")
    text, number = pa.table({"编号": ["1"], "姓名": ["张"]}), pa.table({"编号": [1], "姓名": ["张"]})
    spec = a_folder(tmp_path / "in")
    parquet.write_table(text, tmp_path / "in" / "a.parquet")
    good = collect(hub, people, spec)
    parquet.write_table(number, tmp_path / "in" / "a.parquet")
    for minute in (1, 2):
        with pytest.raises(BatchHeld) as refused:
            collect(hub, people, spec, minute=minute)
        assert refused.value.code == "column_retyped"
    assert [(row.status, row.rows) for row in registered(hub)] == [("collected", 1), ("held", 0)]
    assert len(list(Path(Layout(hub.lake_url).raw("civil_person")).rglob("*.parquet"))) == 1
    parquet.write_table(text, tmp_path / "in" / "a.parquet")
    assert collect(hub, people, spec, minute=3).batch_id == good.batch_id


def test_a_batch_committed_twice_stands_once_and_the_second_leaves_no_file(
    hub: Settings, contract: Contract, spec: SystemSpec
) -> None:
    deliver(spec, ROWS)
    batch = collect(hub, contract, spec)
    facts = raw.newest(hub, "civil_person")
    assert facts is not None
    again = raw.stage(hub, "civil_person", Delivery(pa.table({"编号": ["1"], "姓名": ["张"]}).to_reader()))
    raw.commit_batch(hub, again, facts, raw.opened(hub, "civil_person"))
    assert [row["编号"] for row in rows_of(hub, batch.batch_id)] == ["1", "2"]
    assert len(list(Path(Layout(hub.lake_url).raw("civil_person")).rglob("*.parquet"))) == 1


def test_a_system_that_is_away_holds_nothing(hub: Settings, contract: Contract, spec: SystemSpec) -> None:
    with pytest.raises(SourceUnreachable):
        collect(hub, contract, spec)
    assert registered(hub) == []


@pytest.mark.parametrize("upkeep", [False, True], ids=["at once", "after a vacuum"])
def test_a_batch_committed_by_a_run_that_died_is_adopted(
    hub: Settings, contract: Contract, spec: SystemSpec, upkeep: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver(spec, ROWS)
    with monkeypatch.context() as broken:
        broken.setattr(ingest, "_finish", _die)
        with pytest.raises(KeyboardInterrupt):
            collect(hub, contract, spec)
    assert registered(hub) == []
    if upkeep:  # whose commits, the newest then, say nothing of a batch
        raw_zone = Path(Layout(hub.lake_url).raw("civil_person"))
        (raw_zone / "left-by-nobody.parquet").write_bytes(b"")
        assert tables.vacuum(str(raw_zone), keep_hours=0, settings=hub)
    batch = collect(hub, contract, spec, minute=5)
    assert (batch.new, batch.rows) == (True, 2)
    assert [row.batch_id for row in registered(hub)] == [batch.batch_id]
    assert (deliveries.folder(hub, "civil_person", batch.batch_id) / "a.csv").exists()
    assert not collect(hub, contract, spec, minute=6).new
    assert tables.rows(Layout(hub.lake_url).raw("civil_person")) == 2


def _die(*_args: object, **_kwargs: object) -> None:
    raise KeyboardInterrupt


def test_counts_that_differ_from_the_sources_are_refused(
    hub: Settings, contract: Contract, spec: SystemSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver(spec, ROWS)
    honest = sources.read
    monkeypatch.setattr(sources, "read", lambda *args, **given: replace(honest(*args, **given), expected=3))
    with pytest.raises(BatchHeld) as refused:
        collect(hub, contract, spec)
    assert refused.value.code == "count_differs"
    assert [(row.status, row.rows) for row in registered(hub)] == [("held", 0)]
    assert list(Path(Layout(hub.lake_url).raw("civil_person")).glob("*.parquet")) == []


def test_two_runs_of_one_dataset_do_not_meet(hub: Settings, contract: Contract, spec: SystemSpec) -> None:
    deliver(spec, ROWS)
    with deliveries.lock(hub, "civil_person"), pytest.raises(Conflict):
        collect(hub, contract, spec)
    assert collect(hub, contract, spec).new


def test_an_empty_snapshot_is_a_batch_and_an_empty_append_is_not(
    hub: Settings, contract: Contract, spec: SystemSpec
) -> None:
    deliver(spec, "编号,姓名\n")
    assert (collect(hub, contract, spec).rows, len(registered(hub))) == (0, 1)
    append = replace(contract, mode="append")
    deliver(spec, ROWS)
    assert collect(hub, append, spec, minute=1).rows == 2
    assert not collect(hub, append, spec, minute=2).new


def test_a_snapshot_of_a_header_alone_is_told_with_its_file_and_one_with_rows_is_not(
    hub: Settings, contract: Contract, spec: SystemSpec
) -> None:
    deliver(spec, "编号,姓名\n", name="名单.csv")
    empty = collect(hub, replace(contract, locator="*.csv"), spec)
    deliver(spec, "编号,姓名\n1,甲\n", name="名单.csv")
    collect(hub, replace(contract, locator="*.csv"), spec, minute=1)
    assert (empty.new, empty.rows) == (True, 0)
    first, second = registered(hub)
    assert first.message_zh == "交付的文件 名单.csv 中没有一行数据（空文件或只有表头）。请部门核对。"
    assert first.message_en == "No row is in the delivered 名单.csv: empty, or a header alone. Ask the department."
    assert (first.status, second.message_zh) == ("collected", "")


def test_an_appended_file_without_a_row_is_told_though_it_makes_no_batch(
    hub: Settings, contract: Contract, spec: SystemSpec
) -> None:
    append = replace(contract, mode="append", locator="*.csv")
    deliver(spec, ROWS)
    collect(hub, append, spec)
    deliver(spec, "编号,姓名\n", name="b.csv")
    empty = collect(hub, append, spec, minute=1)
    assert (empty.new, empty.without_rows, len(registered(hub))) == (False, ("b.csv",), 1)


def test_a_file_whose_lines_were_all_kept_aside_is_not_called_empty(
    hub: Settings, contract: Contract, spec: SystemSpec
) -> None:
    deliver(spec, "编号,姓名\n1,甲,乙,丙\n")
    assert collect(hub, contract, spec).kept_aside == 1
    assert registered(hub)[0].message_zh == ""


def test_of_many_empty_files_three_are_named_and_no_sign_of_a_name_steers_a_terminal(
    hub: Settings, contract: Contract, spec: SystemSpec
) -> None:
    for name in ("1\x1b[2J\n.csv", "2" + "甲" * 70 + ".csv", "3\u202e.csv", "4.csv", "5.csv"):
        deliver(spec, "编号,姓名\n", name=name)
    collect(hub, replace(contract, locator="*.csv"), spec)
    (row,) = registered(hub)
    names = ["1�[2J�.csv", "2" + "甲" * 58 + "…", "3�.csv"]
    assert row.message_zh.startswith(f"交付的文件 {'、'.join(names)} 等 5 个文件中没有")
    assert f"{', '.join(names)} and 2 more:" in row.message_en


@pytest.mark.parametrize("mode", ["snapshot", "append"])
def test_a_file_whose_name_is_in_gbk_is_collected_and_called_by_that_name(
    hub: Settings, contract: Contract, spec: SystemSpec, mode: str
) -> None:
    named = replace(contract, locator="*.csv", mode=mode)
    (Path(spec.location) / os.fsdecode("一月.csv".encode("gb18030"))).write_text(ROWS, encoding="utf-8")
    batch = collect(hub, named, spec)
    assert (batch.new, batch.rows) == (True, 2)
    assert (deliveries.folder(hub, "civil_person", batch.batch_id) / "一月.csv").is_file()
    assert collect(hub, named, spec, minute=1).new is False
    if mode == "append":
        assert registered(hub)[0].position == "一月.csv"
        deliver(spec, "编号,姓名\n", name="二月.csv")  # comes after 一月 by its signs
        assert collect(hub, named, spec, minute=2).without_rows == ("二月.csv",)


def test_a_run_that_died_tells_of_the_empty_file_when_its_batch_is_adopted(
    hub: Settings, contract: Contract, spec: SystemSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver(spec, "编号,姓名\n", name="a.csv")
    with monkeypatch.context() as broken:
        broken.setattr(ingest, "_finish", _die)
        with pytest.raises(KeyboardInterrupt):
            collect(hub, contract, spec)
    collect(hub, contract, spec, minute=1)
    assert "a.csv" in registered(hub)[0].message_zh


def test_a_commit_keeps_how_many_files_were_empty_and_not_what_they_are_called(
    hub: Settings, contract: Contract, spec: SystemSpec
) -> None:
    for name in ("欧阳霖霏.csv", "b.csv"):
        deliver(spec, "编号,姓名\n", name=name)
    assert collect(hub, replace(contract, locator="*.csv"), spec).without_rows == ("b.csv", "欧阳霖霏.csv")
    assert "欧阳霖霏" in registered(hub)[0].message_zh
    table = raw.opened(hub, "civil_person")
    assert table is not None
    assert [one["without_rows"] for one in table.history(1)] == ["2"]
    assert "欧阳霖霏" not in repr(table.history())


def test_logs_hold_no_value(
    hub: Settings, contract: Contract, spec: SystemSpec, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    deliver(spec, "编号,姓名\n370683199001011234,王秘密\n只有一个\n")
    batch = collect(hub, contract, spec)
    assert batch.kept_aside == 1
    assert batch.batch_id in caplog.text
    assert "370683199001011234" not in caplog.text
    assert "王秘密" not in caplog.text
