"""dBASE and FoxPro tables (.dbf) as columns of text: fixed widths, texts in the declared encoding (gb18030).

Records marked as deleted are not part of the table. Memo fields lie in another file and are refused by name.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from catalog.contracts import Contract
from lake.sources.delivery import KeptAside, check_columns, column_names, text_batches, text_schema
from lake.sources.formats.delimited import ENCODINGS, decoder, unreadable
from lake.sources.formats.gb18030 import decoded

HEADER = 32
DELETED = b"*"
ELSEWHERE = frozenset("MGPB")
BINARY = {"I": "<i", "O": "<d", "Y": "<q"}


@dataclass(frozen=True)
class Field:
    """One field: type letter as dBASE has it, first byte in the record, length in bytes."""

    name: str
    type: str
    start: int
    length: int


@dataclass(frozen=True)
class Table:
    """What the header of a file says."""

    path: Path
    encoding: str
    fields: tuple[Field, ...]
    records: int
    begins: int
    width: int


def read(paths: list[Path], contract: Contract, aside: list[KeptAside]) -> pa.RecordBatchReader:
    """Rows of all files, in order. Contract option: encoding (gb18030)."""
    given = str(contract.options.get("encoding", "gb18030")).lower()
    encoding = ENCODINGS.get(given, given)
    decoder(encoding)  # refuses a name that is none
    tables = [_table(path, encoding) for path in paths]
    headers = [column_names(field.name for field in table.fields) for table in tables]
    for table, names in zip(tables, headers, strict=True):
        check_columns(contract, names, table.path.name)
    schema = text_schema(list(dict.fromkeys(name for names in headers for name in names)))
    rows = _rows(tables, headers, schema.names, aside)
    return pa.RecordBatchReader.from_batches(schema, text_batches(rows, schema))


def _table(path: Path, encoding: str) -> Table:
    with path.open("rb") as stream:
        head = stream.read(HEADER)
        if len(head) < HEADER:
            raise unreadable(path, "不是完整的 DBF 文件", "it is no complete DBF file")
        records, begins, width = struct.unpack_from("<IHH", head, 4)
        described = stream.read(max(0, begins - HEADER))
    if len(described) != begins - HEADER or path.stat().st_size < begins + records * width or not width:
        raise unreadable(path, "DBF 文件不完整", "the DBF file is not complete")
    return Table(path, encoding, tuple(_fields(path, described, encoding)), records, begins, width)


def _fields(path: Path, described: bytes, encoding: str) -> Iterator[Field]:
    start = 1
    for place in range(0, len(described) - 31, 32):
        entry = described[place : place + 32]
        if entry[0] == 0x0D:
            return
        name = decoded(entry[:11].split(b"\0")[0], encoding, "replace").strip()
        kind = chr(entry[11]).upper()
        if kind in ELSEWHERE:
            raise unreadable(
                path, f"字段 {name} 是备注类型，内容在另一个文件中", f"field {name} is a memo, kept elsewhere"
            )
        # A text longer than 255 has its upper byte where numbers have their decimals.
        length = entry[16] + (entry[17] << 8 if kind == "C" else 0)
        yield Field(name, kind, start, length)
        start += length


def _rows(
    tables: list[Table], headers: list[list[str]], names: list[str], aside: list[KeptAside]
) -> Iterator[list[str | None]]:
    for table, header in zip(tables, headers, strict=True):
        places = [table.fields[header.index(name)] if name in header else None for name in names]
        with table.path.open("rb") as stream:
            stream.seek(table.begins)
            for number in range(1, table.records + 1):
                record = stream.read(table.width)
                if record[:1] == DELETED:
                    continue
                try:
                    yield [None if field is None else _value(record, field, table.encoding) for field in places]
                except UnicodeDecodeError:
                    reason = f"不是 {table.encoding} 编码", f"not {table.encoding}"
                    aside.append(KeptAside(table.path.name, number, reason))


def _value(record: bytes, field: Field, encoding: str) -> str | None:
    raw = record[field.start : field.start + field.length]
    if field.type in BINARY and len(raw) == struct.calcsize(BINARY[field.type]):
        number = struct.unpack(BINARY[field.type], raw)[0]
        return f"{number / 10_000:.4f}" if field.type == "Y" else str(number)
    text = decoded(raw, encoding).replace("\0", " ")
    return (text.rstrip() if field.type == "C" else text.strip()) or None
