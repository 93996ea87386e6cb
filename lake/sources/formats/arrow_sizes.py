"""What the batches of an Arrow file come to, told from their headers before any of them is decoded.

A header may say anything: 200 bytes of a column without values claim 10^12 rows, a packed buffer of some kilobytes
gigabytes. The headers are FlatBuffers tables (Arrow columnar format, Message.fbs and File.fbs), verified by pyarrow as
it reads them; pyarrow does not hand out the lengths in them, so they are read here.
"""

import re
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
from pyarrow import ipc

from catalog.settings import Settings
from lake.sources.formats.delimited import unreadable
from lake.sources.places.packed import MOST_RATIO, RATIO_COUNTS_FROM

MAGIC = b"ARROW1"
_RECORD_BATCH, _DICTIONARY = "record batch", "dictionary"
_HEADER, _LENGTH, _NODES, _BUFFERS, _COMPRESSION, _DATA = 2, 0, 1, 2, 3, 1  # fields of the tables, in their order
_DICTIONARIES, _BATCHES = 2, 3
_NODE, _BUFFER, _BLOCK = 16, 16, 24  # bytes of the structs: two numbers each, and a place, a length, a length
_UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12, "ki": 2**10, "mi": 2**20, "gi": 2**30, "ti": 2**40}


class Size(NamedTuple):
    """The most rows any column of a batch claims, and the bytes its buffers come to. packed: whether compressed."""

    rows: int
    size: int
    packed: bool


def is_file(path: Path) -> bool:
    """Whether it is an Arrow file, which ends with where its batches lie; else it is read as a stream."""
    with path.open("rb") as start:
        return start.read(len(MAGIC)) == MAGIC


def check(settings: Settings, path: Path) -> None:
    """Raise SourceUnreadable where a batch claims more rows than bits, or unpacks to more than may be held in memory.

    Also pyarrow.ArrowException, struct.error or OSError for what is no Arrow file.
    """
    bytes_in_file = path.stat().st_size
    most = min(held_at_once(settings), max(RATIO_COUNTS_FROM, bytes_in_file * MOST_RATIO))
    dictionaries = 0  # they are kept until the file has been read
    with pa.memory_map(str(path)) as source:
        for message in _in_file(source) if is_file(path) else _in_stream(source):
            if message.type not in (_RECORD_BATCH, _DICTIONARY):
                continue
            found = size_of(message)
            unpacked = found.size if found.packed else 0
            if message.type == _DICTIONARY:
                dictionaries += unpacked
                unpacked = 0
            if found.rows > 8 * found.size:
                raise unreadable(
                    path,
                    "它声称的行数多于其内容所能容纳（例如类型为 null 的列）",
                    "it claims more rows than its content can hold, as a column of type null does",
                )
            if dictionaries + unpacked > most:
                raise unreadable(
                    path,
                    f"其中一批解压后超过 {most >> 20} MB，请部门改用较小的批次导出",
                    f"a batch of it unpacks to more than {most >> 20} MB; ask for smaller batches",
                )


def held_at_once(settings: Settings) -> int:
    """Bytes a batch may come to: half of what an engine may use, for it is held beside the engine's own copy."""
    found = re.fullmatch(r"([0-9.]+)\s*([kmgt]?i?)b?", settings.memory_limit.strip().lower())
    return int(float(found[1]) * _UNITS.get(found[2], 1)) // 2 if found else 500 << 20


def size_of(message: ipc.Message) -> Size:
    """What a record batch or the batch of a dictionary comes to when it is decoded."""
    header, body = message.metadata.to_pybytes(), message.body
    batch = _table(header, _root(header), _HEADER)
    if message.type == _DICTIONARY:
        batch = _table(header, batch, _DATA)
    rows = _number(header, batch, _LENGTH)
    nodes = [struct.unpack_from("<q", header, at)[0] for at in _structs(header, batch, _NODES, _NODE)]
    packed = _place(header, batch, _COMPRESSION) is not None
    held = (
        sum(_unpacked(header, body, at) for at in _structs(header, batch, _BUFFERS, _BUFFER)) if packed else body.size
    )
    return Size(max([rows, *nodes]), held, packed)


def _unpacked(header: bytes, body: pa.Buffer, at: int) -> int:
    """Bytes a packed buffer comes to: it begins with them; -1 where it was left as it is."""
    begins, length = struct.unpack_from("<2q", header, at)
    if length == 0:
        return 0
    if not 0 <= begins <= body.size - 8 or length < 8:
        raise pa.ArrowInvalid("a buffer beyond its batch")
    (told,) = struct.unpack("<q", body.slice(begins, 8).to_pybytes())
    return int(length - 8 if told == -1 else told) if told >= -1 else 1 << 62


def _in_stream(source: pa.MemoryMappedFile) -> Iterator[ipc.Message]:
    yield from ipc.MessageReader.open_stream(source)


def _in_file(source: pa.MemoryMappedFile) -> Iterator[ipc.Message]:
    """The messages its footer names: no other is ever read."""
    total = source.size()
    tail = len(MAGIC) + 4
    source.seek(total - tail)
    (length,) = struct.unpack("<i", source.read(4))
    if not 0 < length <= total - tail:
        raise pa.ArrowInvalid("no footer")
    source.seek(total - tail - length)
    footer = source.read(length)
    for field in (_DICTIONARIES, _BATCHES):
        for at in _structs(footer, _root(footer), field, _BLOCK):
            (begins,) = struct.unpack_from("<q", footer, at)
            if not 0 <= begins < total:
                raise pa.ArrowInvalid("a batch beyond the file")
            source.seek(begins)
            yield ipc.read_message(source)


def _root(table: bytes) -> int:
    return int(struct.unpack_from("<I", table)[0])


def _place(table: bytes, at: int, field: int) -> int | None:
    """Where field number `field` of the table at `at` lies, None where it was left out."""
    fields = at - struct.unpack_from("<i", table, at)[0]
    (size,) = struct.unpack_from("<H", table, fields)
    where = 4 + 2 * field
    (offset,) = struct.unpack_from("<H", table, fields + where) if where < size else (0,)
    return at + offset if offset else None


def _number(table: bytes, at: int, field: int) -> int:
    place = _place(table, at, field)
    return 0 if place is None else int(struct.unpack_from("<q", table, place)[0])


def _table(table: bytes, at: int, field: int) -> int:
    """Where the table, or vector, in that field begins."""
    place = _place(table, at, field)
    if place is None:
        raise pa.ArrowInvalid("a header without its batch")
    return place + int(struct.unpack_from("<I", table, place)[0])


def _structs(table: bytes, at: int, field: int, width: int) -> range:
    """Where the structs of `width` bytes in that field begin."""
    if _place(table, at, field) is None:
        return range(0)
    begins = _table(table, at, field)
    (count,) = struct.unpack_from("<I", table, begins)
    return range(begins + 4, begins + 4 + width * count, width)
