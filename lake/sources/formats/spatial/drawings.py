"""KML and DXF before GDAL reads them: what its small drivers would lose or garble is put right here, or refused.

KML is written anew by kml.py. DXF is text in the code page it names (UTF-8 since AutoCAD
2007), of which the driver knows none; and a DXF that breaks off would be read as far as it goes.
"""

import re
import shutil
from pathlib import Path

import pyarrow as pa

from catalog.contracts import Contract
from lake.sources.formats.delimited import ENCODINGS, Utf8Stream, unreadable
from lake.sources.formats.spatial.drawn import check_blocks
from lake.sources.formats.spatial.kml import written_anew
from lake.sources.places.packed import opened_folder

CHUNK = 1 << 20
TAIL = 4096
CODE_PAGE = re.compile(rb"\$DWGCODEPAGE\s+3\s+(\S+)")
VERSION = re.compile(rb"\$ACADVER\s+1\s+AC(\d{4})")
UTF8_SINCE = 1021  # AutoCAD 2007: from here on the text is UTF-8
CODE_PAGES = {b"ansi_936": "gb18030", b"gbk": "gb18030", b"gb2312": "gb18030", b"ansi_950": "big5", b"big5": "big5"}


def prepared(path: Path, contract: Contract) -> Path:
    """The file GDAL may read in place of `path`; raises SourceUnreadable for what it would not read whole."""
    match path.suffix.lower():
        case ".kml":
            return written_anew(path, contract)
        case ".dxf":
            return _dxf(path, contract)
        case _:
            return path


def _dxf(path: Path, contract: Contract) -> Path:
    with path.open("rb") as stream:
        head = stream.read(CHUNK)
        stream.seek(max(0, path.stat().st_size - TAIL))
        tail = stream.read().split()
    if head.startswith(b"AutoCAD Binary DXF"):
        raise unreadable(path, "是二进制 DXF。请部门另存为文本 DXF", "it is a binary DXF; ask for a text one")
    if not tail or tail[-1] != b"EOF":
        raise unreadable(path, "DXF 文件没有写完（缺少 EOF）", "the DXF is not written to its end (no EOF)")
    check_blocks(path)
    encoding = _encoding(head, contract)
    return path if encoding == "utf-8-sig" else _in_utf8(path, encoding)


def _encoding(head: bytes, contract: Contract) -> str:
    """The codec of the text: as the contract says, else by the version and code page the drawing names."""
    if given := str(contract.options.get("encoding", "")).lower():
        return ENCODINGS.get(given, given)
    version, page = VERSION.search(head), CODE_PAGE.search(head)
    if version and int(version.group(1)) >= UTF8_SINCE:
        return "utf-8-sig"
    return CODE_PAGES.get(page.group(1).lower(), "cp1252") if page else "gb18030"


def _in_utf8(path: Path, encoding: str) -> Path:
    target = opened_folder(path) / f"{path.name}.utf8.dxf"
    with Utf8Stream(path, encoding) as source, target.open("wb") as copy:
        shutil.copyfileobj(source, copy, CHUNK)
    return target


def reread(reader: pa.RecordBatchReader) -> pa.RecordBatchReader:
    """The same rows with their texts as they are in the drawing: the driver takes every byte for a Latin letter."""
    return pa.RecordBatchReader.from_batches(reader.schema, map(_reread_batch, reader))


def _reread_batch(batch: pa.RecordBatch) -> pa.RecordBatch:
    columns = [
        pa.array(map(_as_utf8, column.to_pylist()), field.type) if pa.types.is_string(field.type) else column
        for column, field in zip(batch.columns, batch.schema, strict=True)
    ]
    return pa.RecordBatch.from_arrays(columns, schema=batch.schema)


def _as_utf8(text: str | None) -> str | None:
    if text is None or text.isascii():
        return text
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text
