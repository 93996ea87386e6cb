"""JSON files (rows under a path) and NDJSON files (one object per line) as columns of text.

Numbers keep the digits they were written with. A line that is no object is kept aside, with its number.
"""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, cast

import pyarrow as pa

from catalog.contracts import Contract
from catalog.errors import SourceUnreadable
from lake.sources.delivery import KeptAside, as_text, check_columns, column_names, text_batches, text_schema

Record = dict[str, Any]
MOST_WHOLE = 512 << 20  # a document is held whole, at several times its size
LONGEST_LINE = 256 << 20


def read_json(paths: list[Path], contract: Contract, aside: list[KeptAside]) -> pa.RecordBatchReader:
    """Rows of whole JSON documents; contract option `json_path` ('data.records') leads to the list of objects."""
    path = str(contract.options.get("json_path", ""))
    records: list[Record] = []
    for file in paths:
        records += rows_at(_document(file), path, file.name, option="json_path")
    return _reader(lambda: iter(records), paths, contract)


def read_ndjson(paths: list[Path], contract: Contract, aside: list[KeptAside]) -> pa.RecordBatchReader:
    """Rows of NDJSON files, in order of files and lines."""
    # Read twice: the first time only to learn the columns, so that memory does not grow with the file.
    return _reader(lambda: _lines(paths, []), paths, contract, again=lambda: _lines(paths, aside))


def found_at(document: Any, path: str) -> Any:
    """What stands at dotted `path` of a parsed document ('': the document), or None."""
    for step in filter(None, path.split(".")):
        document = document.get(step) if isinstance(document, dict) else None
    return document


def rows_at(document: Any, path: str, place: str, *, option: str) -> list[Record]:
    """The list of objects at dotted `path` of a parsed document. Raises SourceUnreadable when it is not there; the
    sentence names the contract's `option` that gave the path.
    """
    found = found_at(document, path)
    if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
        raise SourceUnreadable(
            f"{place} 在 {path or '根'} 处不是记录列表。请核对契约的 {option} 或来源。",
            f"{place} holds no list of records at {path or 'its root'}. Check the contract's {option}, or the source.",
            code="json_path_wrong",
            place=place,
        )
    return found


def parse(text: str | bytes) -> Any:
    """JSON as Python values, numbers as the text they were written with."""
    return json.loads(text, parse_float=str, parse_int=str, parse_constant=str)


def _reader(first: Any, paths: list[Path], contract: Contract, again: Any = None) -> pa.RecordBatchReader:
    seen: dict[str, None] = {}
    for record in first():
        seen.update(dict.fromkeys(record))
    # A record may leave out a member it has no value for, so only what the contract requires can be lost;
    # an empty delivery names no columns at all.
    fields = list(seen)
    fields += [name for name in _optional(contract, everything=not seen) if name not in seen]
    names = column_names(fields)
    check_columns(contract, names, _place(paths))
    rows = ([as_text(record.get(name)) for name in fields] for record in (again or first)())
    schema = text_schema(names)
    return pa.RecordBatchReader.from_batches(schema, text_batches(rows, schema))


def _optional(contract: Contract, *, everything: bool) -> list[str]:
    return [item.source_name or item.name for item in contract.items if everything or not item.required]


def _document(file: Path) -> Any:
    try:
        with _open(file) as stream:
            text = stream.read(MOST_WHOLE + 1)
            if len(text) > MOST_WHOLE:
                raise _too_large(file)
            return parse(text.removeprefix(b"\xef\xbb\xbf"))
    except (ValueError, OSError, EOFError, RecursionError) as error:
        raise _broken(file) from error


def _lines(paths: list[Path], aside: list[KeptAside]) -> Iterator[Record]:
    for file in paths:
        with _open(file) as stream:
            for number, line in enumerate(_guarded(stream, file), start=1):
                record = _object(line)
                if record is not None:
                    yield record
                elif line.strip():
                    aside.append(KeptAside(file.name, number, ("不是 JSON 对象", "not a JSON object")))


def _guarded(stream: IO[bytes], file: Path) -> Iterator[bytes]:
    try:
        while line := stream.readline(LONGEST_LINE + 1):
            if len(line) > LONGEST_LINE:
                raise _too_large(file)
            yield line
    except (OSError, EOFError) as error:
        raise _broken(file) from error


def _object(line: bytes) -> Record | None:
    try:
        found = parse(line.removeprefix(b"\xef\xbb\xbf"))
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _open(file: Path) -> IO[bytes]:
    opened: Any = gzip.open if file.suffix == ".gz" else open
    return cast(IO[bytes], opened(file, "rb"))


def _too_large(file: Path) -> SourceUnreadable:
    return SourceUnreadable(
        f"文件 {file.name} 过大（JSON 文档上限 {MOST_WHOLE >> 20} MB，NDJSON 一行上限 {LONGEST_LINE >> 20} MB）。"
        "请部门改交每行一条记录的 NDJSON，或分成多个文件。",
        f"File {file.name} is too large (a JSON document may have {MOST_WHOLE >> 20} MB, a line of NDJSON"
        f" {LONGEST_LINE >> 20} MB). Ask the department for NDJSON, one record a line, or for several files.",
        code="json_too_large",
        file=file.name,
    )


def _broken(file: Path) -> SourceUnreadable:
    return SourceUnreadable(
        f"文件 {file.name} 不是完整的 JSON。请部门重新导出。",
        f"File {file.name} is not complete JSON. Ask the department to export it again.",
        code="json_broken",
        file=file.name,
    )


def _place(paths: list[Path]) -> str:
    return paths[0].name if paths else "-"
