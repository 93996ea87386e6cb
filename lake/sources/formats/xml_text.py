"""XML files as columns of text: one row per record element, a column per leaf below it ('a/b') and per attribute.

Parsed by expat as a stream. A document type is refused outright: entities are declared there, and neither the bomb nor
the file of another place they could bring in has any use in a delivery of rows.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.parsers import expat

import pyarrow as pa

from catalog.contracts import Contract
from catalog.errors import SourceUnreadable
from lake.sources.delivery import KeptAside, check_columns, column_names, text_batches, text_schema
from lake.sources.formats.delimited import CHUNK, Utf8Stream, unreadable

LONGEST_TEXT = 8 << 20
DEEPEST = 64
DECLARED = re.compile(rb"<\?xml[^>]*encoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"']")
Record = dict[str, str]


def read(paths: list[Path], contract: Contract, _aside: list[KeptAside]) -> pa.RecordBatchReader:
    """Rows of all files, in order. Contract options: record (name of the row's element), encoding (as declared)."""
    seen: dict[str, None] = {}
    for record in _records(paths, contract):  # read twice, so that memory does not grow with the file
        seen.update(dict.fromkeys(record))
    absent = [item.source_name or item.name for item in contract.items if not item.required or not seen]
    fields = list(dict.fromkeys([*seen, *absent]))
    names = column_names(fields)
    check_columns(contract, names, paths[0].name)
    rows = ([record.get(name) for name in fields] for record in _records(paths, contract))
    schema = text_schema(names)
    return pa.RecordBatchReader.from_batches(schema, text_batches(rows, schema))


def _records(paths: list[Path], contract: Contract) -> Iterator[Record]:
    wanted = str(contract.options.get("record", ""))
    for path in paths:
        yield from _of_file(path, wanted, str(contract.options.get("encoding") or declared(path)))


def _of_file(path: Path, wanted: str, encoding: str) -> Iterator[Record]:
    walk = _Walk(path, wanted)
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.StartElementHandler = walk.start
    parser.EndElementHandler = walk.end
    parser.CharacterDataHandler = walk.text
    parser.StartDoctypeDeclHandler = walk.doctype
    parser.EntityDeclHandler = walk.doctype
    with Utf8Stream(path, encoding) as stream:
        while True:
            chunk = stream.read(CHUNK)
            try:
                parser.Parse(chunk or b"", not chunk)
            except expat.ExpatError as error:
                raise unreadable(path, "不是完整的 XML", "it is no complete XML") from error
            yield from walk.taken()
            if not chunk:
                return


class _Walk:
    """Where the parser stands in one file, and the records that are complete."""

    def __init__(self, path: Path, wanted: str) -> None:
        self._path = path
        self._wanted = wanted
        self._open: list[str] = []
        self._inside = 0  # depth of the record's element; 0 outside
        self._text: list[str] = []
        self._length = 0
        self._record: Record = {}
        self._done: list[Record] = []

    def taken(self) -> list[Record]:
        """The records finished since the last call."""
        done, self._done = self._done, []
        return done

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        self._open.append(name.rpartition(":")[2])
        if len(self._open) > DEEPEST:
            raise self._refused("嵌套过深", "it is nested too deep")
        # Without a declared name, rows are the children of the root.
        if not self._inside and (self._open[-1] == self._wanted if self._wanted else len(self._open) == 2):
            self._inside, self._record = len(self._open), {}
        if self._inside:
            given = {key: value for key, value in attributes.items() if key.partition(":")[0] != "xmlns"}
            for key, value in given.items():
                self._put("/".join((*self._open[self._inside :], key.rpartition(":")[2])), value)
        self._text, self._length = [], 0

    def end(self, _name: str) -> None:
        """An element ends."""
        if self._inside:
            text = "".join(self._text).strip()
            if len(self._open) == self._inside:
                self._done.append(self._record)
                self._inside = 0
            elif text:
                self._put("/".join(self._open[self._inside :]), text)
        self._open.pop()
        self._text, self._length = [], 0

    def text(self, data: str) -> None:
        """A piece of text; only that of a leaf is kept."""
        if self._inside:
            self._length += len(data)
            if self._length > LONGEST_TEXT:
                raise self._refused("有过长的字段", "a field in it is too long")
            self._text.append(data)

    def doctype(self, *_declared: Any) -> None:
        """Refuse."""
        raise self._refused("含有文档类型或实体声明，为安全起见不予解析", "it declares a document type or entities")

    def _put(self, name: str, value: str) -> None:
        self._record[name] = f"{self._record[name]};{value}" if name in self._record else value

    def _refused(self, zh: str, en: str) -> SourceUnreadable:
        return unreadable(self._path, zh, en)


def declared(path: Path) -> str:
    """The encoding a file of XML names, or shows by its first bytes; raises SourceUnreadable for none that is known."""
    with path.open("rb") as stream:
        head = stream.read(400)
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    found = DECLARED.search(head)
    name = found.group(1).decode() if found else "utf-8"
    try:
        "".encode(name)  # unlike codecs.lookup, this knows texts only: the standard library calls zip a codec, too
    except LookupError:
        raise unreadable(path, "所写明的编码未知", "the encoding it names is not known") from None
    return name
