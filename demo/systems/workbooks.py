"""XLSX workbooks as departments send them: headers of one row, or of two with merged cells."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby, islice
from pathlib import Path
from typing import Any

import xlsxwriter

from demo.systems.place import Deliveries

SHEET_ROWS = 1_000_000  # a sheet holds 1,048,576


def write_workbooks(folder: Path, name: str, sheet: str, deliveries: Deliveries, dataset: str) -> list[Path]:
    """Write the delivery as `<name>.xlsx` (parts `_2`, `_3` ... where one sheet is too small), replacing older files.

    A column named `a/b` stands under `a` merged over its neighbours, the others are merged over both header rows;
    without any `/` the header is one row.
    """
    for old in folder.glob(f"{name.split('_')[0]}*.xlsx"):
        old.unlink()
    columns = deliveries.schema(dataset).names
    rows = deliveries.rows(dataset)
    written: list[Path] = []
    while not written or (part := list(islice(rows, SHEET_ROWS))):
        part = part if written else list(islice(rows, SHEET_ROWS))
        suffix = f"_{len(written) + 1}" if written else ""
        written.append(_write(folder / f"{name}{suffix}.xlsx", sheet, columns, part))
    return written


def _write(path: Path, sheet: str, columns: Sequence[str], rows: Sequence[tuple[object, ...]]) -> Path:
    with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd"}) as book:
        page = book.add_worksheet(sheet)
        first = _header(page, book.add_format({"bold": True, "align": "center"}), columns)
        for number, row in enumerate(rows, start=first):
            for place, value in enumerate(row):
                _cell(page, number, place, value)
    return path


def _header(page: Any, form: Any, columns: Sequence[str]) -> int:
    """Write the header; the number of rows it takes."""
    if not any("/" in name for name in columns):
        page.write_row(0, 0, columns, form)
        return 1
    place = 0
    for group, members in _groups(columns):
        last = place + len(members) - 1
        if members == [group]:
            page.merge_range(0, place, 1, place, group, form)
        else:
            _over(page, place, last, group, form)
            page.write_row(1, place, members, form)
        place = last + 1
    return 2


def _groups(columns: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    for group, names in groupby(columns, key=lambda name: name.partition("/")[0]):
        yield group, [name.partition("/")[2] or name for name in names]


def _over(page: Any, left: int, right: int, text: str, form: Any) -> None:
    # A merge of one cell is none, and Excel calls such a file damaged.
    if left == right:
        page.write(0, left, text, form)
    else:
        page.merge_range(0, left, 0, right, text, form)


def _cell(page: Any, row: int, column: int, value: object) -> None:
    match value:
        case None:
            return
        case str():
            page.write_string(row, column, value)
        case datetime() | date():
            page.write_datetime(row, column, value)
        case int() | float() | Decimal():
            page.write_number(row, column, value)
        case _:
            page.write_string(row, column, str(value))
