"""Workbooks: headers over merged cells, everything as text, broken books in one sentence."""

import struct
import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from catalog.errors import ContractBroken, SourceUnreadable
from lake.sources.formats import workbook
from tests.factories.deliveries import a_contract, an_item

ITEMS = (
    an_item("serial", "序号", key=True),
    an_item("name", "申请人/姓名"),
    an_item("amount", "保障情况/月保障金额(元)"),
)


def write(path: Path, rows: list[list[Any]], *, title: bool = False) -> Path:
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("低保对象")
        top = 1 if title else 0
        if title:
            sheet.merge_range(0, 0, 0, 3, "莱州市低保对象名册")
        sheet.merge_range(top, 0, top + 1, 0, "序号")
        sheet.merge_range(top, 1, top, 2, "申请人")
        sheet.write_row(top + 1, 1, ["姓名", "身份证号码"])
        sheet.write(top, 3, "保障情况")
        sheet.write(top + 1, 3, "月保障金额(元)")
        formats = {date: book.add_format({"num_format": "yyyy-mm-dd"})}
        for number, row in enumerate(rows, start=top + 2):
            for column, value in enumerate(row):
                sheet.write(number, column, value, formats.get(date) if isinstance(value, date) else None)
        book.add_worksheet("说明").write(0, 0, "不读")
    return path


def read(path: Path, **options: object) -> list[dict[str, str | None]]:
    given = {"sheet": "低保对象", "header_rows": 2} | options
    return workbook.read([path], a_contract(items=ITEMS, options=given), []).read_all().to_pylist()


def test_two_merged_header_rows_are_joined_and_a_cell_over_both_keeps_its_text(tmp_path: Path) -> None:
    path = write(tmp_path / "a.xlsx", [["1", "张三", "370683199001011234", 520.5]])
    assert read(path) == [
        {
            "序号": "1",
            "申请人/姓名": "张三",
            "申请人/身份证号码": "370683199001011234",
            "保障情况/月保障金额(元)": "520.5",
        }
    ]


def test_rows_that_are_all_skipped_are_told_by_their_number(tmp_path: Path) -> None:
    path = write(tmp_path / "a.xlsx", [["1", "张三", "x", 1]])
    with pytest.raises(SourceUnreadable, match="只有 3 行，选项 skip_rows=3 全部跳过"):
        read(path, skip_rows=3)
    with pytest.raises(SourceUnreadable, match="没有表头"):
        read(path, skip_rows=2)


def test_a_title_above_the_header_is_skipped(tmp_path: Path) -> None:
    path = write(tmp_path / "a.xlsx", [["1", "张三", "x", 1]], title=True)
    assert read(path, skip_rows=1)[0]["申请人/姓名"] == "张三"


def test_numbers_dates_and_truth_come_as_text(tmp_path: Path) -> None:
    rows = [[1, date(2026, 5, 1), datetime.fromisoformat("2026-05-01T08:30"), 100.0], [2, True, "００１", 0.1]]
    path = write(tmp_path / "a.xlsx", rows)
    first, second = (list(row.values()) for row in read(path))
    assert first == ["1", "2026-05-01", "2026-05-01 08:30:00", "100"]
    assert second == ["2", "true", "００１", "0.1"]


def test_rows_without_any_value_are_left_out(tmp_path: Path) -> None:
    path = write(tmp_path / "a.xlsx", [["1", "a", "b", 1], [], ["2", None, "", 2], []])
    assert [(row["序号"], row["申请人/姓名"]) for row in read(path)] == [("1", "a"), ("2", None)]


def test_a_broken_workbook_is_one_sentence(tmp_path: Path) -> None:
    path = write(tmp_path / "a.xlsx", [["1", "张三", "x", 1]])
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(SourceUnreadable) as refused:
        read(path)
    assert "a.xlsx" in refused.value.en
    path.write_text("这不是工作簿", encoding="utf-8")
    with pytest.raises(SourceUnreadable):
        read(path)


def test_a_sheet_that_is_not_there_is_named(tmp_path: Path) -> None:
    path = write(tmp_path / "a.xlsx", [])
    with pytest.raises(SourceUnreadable) as refused:
        read(path, sheet="人员")
    assert "人员" in refused.value.zh


def test_a_lost_column_is_named_with_its_place_in_the_header(tmp_path: Path) -> None:
    path = write(tmp_path / "a.xlsx", [["1", "张三", "x", 1]])
    wanted = (*ITEMS, an_item("phone", "联系电话"))
    with pytest.raises(ContractBroken) as broken:
        workbook.read([path], a_contract(items=wanted, options={"sheet": "低保对象", "header_rows": 2}), [])
    assert broken.value.parts["columns"] == ["联系电话"]


def test_an_empty_sheet_has_no_header(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(str(tmp_path / "a.xlsx")) as book:
        book.add_worksheet("低保对象")
    with pytest.raises(SourceUnreadable):
        read(tmp_path / "a.xlsx")


def test_a_workbook_too_large_to_hold_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "a.xlsx", [["1", "张三", "370683199001011234", 520.5]])
    monkeypatch.setattr(workbook, "MOST_BYTES", 1000)
    with pytest.raises(SourceUnreadable) as refused:
        read(path)
    assert "CSV" in refused.value.zh
    (tmp_path / "b.xls").write_bytes(bytes(2000))
    with pytest.raises(SourceUnreadable):
        read(tmp_path / "b.xls")


def test_a_workbook_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "a.xlsx", [["1", "张三" * 1000, "370683199001011234", 520.5]])
    with zipfile.ZipFile(path) as book:
        size = book.getinfo("xl/sharedStrings.xml").file_size
    told, untrue = struct.pack("<I", size), struct.pack("<I", 100)
    assert told in path.read_bytes()
    path.write_bytes(path.read_bytes().replace(told, untrue))
    with pytest.raises(SourceUnreadable) as refused:
        read(path)
    assert refused.value.code == "archive_refused"
