"""XLS/XLSX workbooks as columns of text. Header rows are joined with '/', over merged cells too.

A cell merged over all header rows keeps its own text; dates become ISO text; rows without any value are left out.
"""

import zipfile
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pyarrow as pa
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from catalog.contracts import Contract
from catalog.read_options import whole
from lake.sources.delivery import KeptAside, as_text, check_columns, column_names, text_batches, text_schema
from lake.sources.formats.delimited import all_skipped, unreadable
from lake.sources.places import packed

Cells = list[list[Any]]
MOST_BYTES = 1 << 30  # unpacked: a workbook is held whole


def read(paths: list[Path], contract: Contract, aside: list[KeptAside]) -> pa.RecordBatchReader:
    """Rows of all workbooks, in order. Contract options: sheet, header_rows (1), skip_rows (0).

    sheet: name, pattern ('*年*') or list of names, whose rows then follow each other; the first sheet when not given.
    """
    placed = [(path, sheet) for path in paths for sheet in _sheets(path, contract)]
    sheets = [sheet for _, sheet in placed]
    headers = [_header(sheet, contract, path) for path, sheet in placed]
    for (path, _), names in zip(placed, headers, strict=True):
        check_columns(contract, names, path.name)
    schema = text_schema(list(dict.fromkeys(name for names in headers for name in names)))
    rows = _rows(sheets, headers, contract, schema.names)
    return pa.RecordBatchReader.from_batches(schema, text_batches(rows, schema))


def _sheets(path: Path, contract: Contract) -> list[CalamineSheet]:
    given = contract.options.get("sheet")
    try:
        packed.check(path, MOST_BYTES)
        with path.open("rb") as stream:  # by content: .et of WPS is an .xls or an .xlsx by another name
            book = CalamineWorkbook.from_filelike(stream)
        if given is None:
            return [book.get_sheet_by_index(0)]
        wanted = [str(name) for name in given] if isinstance(given, list) else [str(given)]
        found = [name for name in book.sheet_names if any(name == one or fnmatchcase(name, one) for one in wanted)]
        if not found:
            raise unreadable(path, f"没有工作表 {'、'.join(wanted)}", f"it has no sheet {', '.join(wanted)}")
        return [book.get_sheet_by_name(name) for name in found]
    except (CalamineError, OSError, ValueError, zipfile.BadZipFile) as error:
        raise unreadable(path, "工作簿已损坏或不是工作簿", "the workbook is broken, or is none") from error


def _header(sheet: CalamineSheet, contract: Contract, path: Path) -> list[str]:
    first, count = _extent(contract)
    top = _top(sheet, first + count)
    if 0 < len(top) <= first:
        raise all_skipped(path, first, len(top))
    rows = top[first:]
    if len(rows) < count or not any(value not in (None, "") for row in rows for value in row):
        raise unreadable(path, "没有表头", "it has no header")
    _spread(rows, sheet.merged_cell_ranges or [], first)
    return column_names(_joined([row[column] for row in rows]) for column in range(len(rows[0])))


def _extent(contract: Contract) -> tuple[int, int]:
    return whole(contract.options, "skip_rows", 0), whole(contract.options, "header_rows", 1)


def _top(sheet: CalamineSheet, count: int) -> Cells:
    # calamine may leave out empty rows and columns on top and left; positions of merged cells count them.
    return [list(row) for row in sheet.to_python(skip_empty_area=False, nrows=count)]


def _spread(rows: Cells, merged: Sequence[tuple[tuple[int, int], tuple[int, int]]], first: int) -> None:
    for (top, left), (bottom, right) in merged:
        if not first <= top < first + len(rows):
            continue
        text = rows[top - first][left]
        for row in range(top - first, min(bottom - first + 1, len(rows))):
            for column in range(left, min(right + 1, len(rows[row]))):
                rows[row][column] = text


def _joined(parts: list[Any]) -> str:
    """Texts of one column from top to bottom; what a merge repeats stands once."""
    texts = [" ".join(str(part).split()) for part in parts if part not in (None, "")]
    return "/".join(text for index, text in enumerate(texts) if index == 0 or text != texts[index - 1])


def _rows(
    sheets: list[CalamineSheet], headers: list[list[str]], contract: Contract, names: list[str]
) -> Iterator[list[str | None]]:
    start = sum(_extent(contract))
    for sheet, header in zip(sheets, headers, strict=True):
        places = [header.index(name) if name in header else -1 for name in names]
        for row in sheet.to_python(skip_empty_area=False)[start:]:
            texts = [_cell(row[place]) if 0 <= place < len(row) else None for place in places]
            if any(text is not None for text in texts):
                yield texts


def _cell(value: Any) -> str | None:
    return None if value in (None, "") else as_text(value)
