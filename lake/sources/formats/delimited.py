"""CSV and TSV files of any declared encoding as columns of text.

Python's incremental codecs decode (the only ones measured to get every 4-byte GB18030 character right), pyarrow
parses. Rows with too few or too many fields are kept aside with their line; an empty field is NULL, a quoted one ''.
"""

import codecs
import contextlib
import csv
import gzip
import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pacsv

from catalog.contracts import Contract
from catalog.errors import ContractBroken, SourceUnreadable
from catalog.read_options import whole
from lake.sources.delivery import KeptAside, check_columns, column_names, text_schema
from lake.sources.formats.gb18030 import renewed

CHUNK = 1 << 20
BLOCK = 8 << 20
LONGEST_HEADER = 1 << 20
ENCODINGS = {"utf-8": "utf-8-sig", "utf8": "utf-8-sig", "gbk": "gb18030", "gb2312": "gb18030", "cp936": "gb18030"}


class Utf8Stream(io.RawIOBase):
    """A byte stream in UTF-8 over a file in another encoding. Reading raises SourceUnreadable where it does not fit."""

    def __init__(self, file: Path, encoding: str) -> None:
        super().__init__()
        self._file = file
        self._encoding = encoding
        self._source: Any = (gzip.open if file.suffix == ".gz" else open)(file, "rb")
        name = ENCODINGS.get(encoding.lower(), encoding)
        self._decoder = decoder(name)
        self._renewed = name.lower() == "gb18030"
        self._waiting = b""
        self._taken = 0

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill `buffer` with UTF-8 bytes; 0 at the end."""
        while not self._waiting:
            chunk = self._read_chunk()
            text = self._decode(chunk).encode()
            # Every character for private use begins with this byte in UTF-8, and nothing else has it.
            self._waiting = renewed(text.decode()).encode() if self._renewed and b"\xee" in text else text
            if not chunk:
                break
        count = min(len(buffer), len(self._waiting))
        buffer[:count] = self._waiting[:count]
        self._waiting = self._waiting[count:]
        return count

    def close(self) -> None:
        """Close the file under it."""
        self._source.close()
        super().close()

    def _read_chunk(self) -> bytes:
        try:
            chunk: bytes = self._source.read(CHUNK)
        except (OSError, EOFError) as error:
            raise unreadable(self._file, "压缩包不完整", "the archive is not complete") from error
        self._taken += len(chunk)
        return chunk

    def _decode(self, chunk: bytes) -> str:
        try:
            return self._decoder.decode(chunk, final=not chunk)
        except UnicodeError as error:  # of UTF-16 without a mark not the usual kind of it
            name = self._encoding.upper()
            raise unreadable(self._file, f"内容不是 {name} 编码", f"its content is not {name}") from error


def decoder(name: str) -> codecs.IncrementalDecoder:
    """What makes text of bytes in encoding `name`. Raises ContractBroken for a name of none."""
    try:
        bytes(2).decode(name, "replace")  # which, unlike a decoder, is refused for what turns bytes into bytes
        return codecs.getincrementaldecoder(name)("strict")
    except (LookupError, ValueError):
        raise ContractBroken(
            f"没有名为 {name[:40]} 的编码。选项 encoding 常用的是 utf-8、gb18030、utf-16。",
            f"There is no encoding {name[:40]}. Option encoding is mostly utf-8, gb18030 or utf-16.",
            code="encoding_unknown",
        ) from None


def read(paths: list[Path], contract: Contract, aside: list[KeptAside]) -> pa.RecordBatchReader:
    """Rows of all files, in order. All files must have the header of the first.

    Contract options: encoding (utf-8), delimiter (',', 'tab' for .tsv), quote ('"', or 'none'), skip_rows (0).
    """
    names = [_header(path, contract)[0] for path in paths]
    for path, columns in zip(paths, names, strict=True):
        check_columns(contract, columns, path.name)
    schema = text_schema(list(dict.fromkeys(name for columns in names for name in columns)))
    return pa.RecordBatchReader.from_batches(schema, _batches(paths, contract, aside, schema))


def _batches(
    paths: list[Path], contract: Contract, aside: list[KeptAside], schema: pa.Schema
) -> Iterator[pa.RecordBatch]:
    for path in paths:
        columns, lines = _header(path, contract)
        with Utf8Stream(path, _option(contract, "encoding", "utf-8")) as stream:
            text = io.BufferedReader(stream, CHUNK)
            for _ in range(lines):
                text.readline()
            first = len(aside)
            yield from _parsed(text, path, contract, columns, _keep(aside, path, lines), schema)
        if len(aside) > first:
            aside[first:] = _at_lines(aside[first:], path, contract, len(columns))


def _parsed(
    text: Any,
    path: Path,
    contract: Contract,
    columns: list[str],
    keep: Callable[[pacsv.InvalidRow], str],
    schema: pa.Schema,
) -> Iterator[pa.RecordBatch]:
    if not text.peek(1):
        return
    try:
        reader = pacsv.open_csv(
            text,
            read_options=pacsv.ReadOptions(column_names=columns, block_size=BLOCK, use_threads=False),
            parse_options=pacsv.ParseOptions(
                delimiter=_delimiter(path, contract),
                quote_char=_quote(contract) or False,
                newlines_in_values=True,
                invalid_row_handler=keep,
            ),
            convert_options=pacsv.ConvertOptions(
                column_types=text_schema(columns),
                null_values=[""],
                strings_can_be_null=True,
                quoted_strings_can_be_null=False,
                include_columns=schema.names,
                include_missing_columns=True,
            ),
        )
        for batch in reader:
            # A cast that changes nothing would still import pyarrow.compute, a tenth of a second.
            yield batch if batch.schema.equals(schema) else batch.cast(schema)
    except pa.ArrowInvalid as error:
        if "straddl" in str(error):
            raise unreadable(
                path,
                f"有超过 {BLOCK >> 20} MB 的行，或引号没有闭合",
                f"a row is longer than {BLOCK >> 20} MB, or a quote open",
            ) from None
        raise unreadable(path, "无法按分隔文本解析", "it cannot be parsed as delimited text") from error


def _keep(aside: list[KeptAside], path: Path, lines: int) -> Callable[[pacsv.InvalidRow], str]:
    def keep(row: pacsv.InvalidRow) -> str:
        came, due = row.actual_columns, row.expected_columns
        reason = f"{came} 格，应为 {due} 格", f"cells: {came} instead of {due}"
        aside.append(KeptAside(path.name, lines + (row.number or 0), reason))
        return "skip"

    return keep


def _at_lines(found: list[KeptAside], path: Path, contract: Contract, width: int) -> list[KeptAside]:
    """The same records with the line they begin at: the parser counts records, people open the file and count lines."""
    begins: list[int] = []
    with Utf8Stream(path, _option(contract, "encoding", "utf-8")) as stream:
        rows = csv.reader(_Counted(io.BufferedReader(stream, CHUNK)), **_dialect(path, contract))
        begin = 1
        with contextlib.suppress(csv.Error):
            for row in rows:
                if row and len(row) != width and rows.line_num > whole(contract.options, "skip_rows", 0):
                    begins.append(begin)
                begin = rows.line_num + 1
    if len(begins) != len(found):
        return found
    return [replace(record, line=line) for record, line in zip(found, begins, strict=True)]


def _dialect(path: Path, contract: Contract) -> dict[str, Any]:
    quote = _quote(contract)
    quoting = {"quotechar": quote} if quote else {"quoting": csv.QUOTE_NONE}
    return {"delimiter": _delimiter(path, contract), **quoting}


def _delimiter(path: Path, contract: Contract) -> str:
    given = _option(contract, "delimiter", "tab" if path.suffix.lower() == ".tsv" else ",")
    return _sign("delimiter", {"tab": "\t", "\\t": "\t"}.get(given, given), "tab")


def _quote(contract: Contract) -> str:
    """The quoting sign; empty when the files have none (option quote: none)."""
    given = _option(contract, "quote", '"')
    return "" if given == "none" else _sign("quote", given, "none")


def _sign(option: str, given: str, word: str) -> str:
    """`given`, one sign as parsers take it. Raises ContractBroken: what parsers say of others is not for people."""
    if len(given) == 1 and given.isascii() and given not in "\0\r\n":
        return given
    raise ContractBroken(
        f"选项 {option} 须是一个半角字符，或写 {word}。请改正。",
        f"Option {option} is a single ASCII sign, or the word {word}. Correct it.",
        code="option_sign_invalid",
        option=option,
    )


def _header(path: Path, contract: Contract) -> tuple[list[str], int]:
    """Column names, and how many physical lines they and what stands above them take."""
    skip = whole(contract.options, "skip_rows", 0)
    with Utf8Stream(path, _option(contract, "encoding", "utf-8")) as stream:
        lines = _Counted(io.BufferedReader(stream, CHUNK))
        for _ in range(skip):
            next(lines, None)
        rows = csv.reader(lines, **_dialect(path, contract))
        try:
            header = next(rows, None)
        except csv.Error as error:
            raise unreadable(path, "表头无法解析", "its header cannot be parsed") from error
    if header is None and 0 < lines.count <= skip:
        raise all_skipped(path, skip, lines.count)
    if header is None:
        raise unreadable(path, "是空文件，没有表头", "it is empty and has no header")
    if not header:
        raise unreadable(
            path, f"第 {lines.count} 行应为表头，却是空行", f"line {lines.count}, its header, is a blank line"
        )
    if any("\0" in name for name in header):
        raise unreadable(
            path, "表头含有空字节，可能是 UTF-16 或未写完", "its header holds NUL: UTF-16, or not written whole"
        )
    return column_names(header), lines.count


class _Counted:
    """Lines of a text, counted as they are taken."""

    def __init__(self, text: io.BufferedReader) -> None:
        self._text = text
        self.count = 0

    def __iter__(self) -> "_Counted":
        return self

    def __next__(self) -> str:
        line = self._text.readline(LONGEST_HEADER)
        if not line:
            raise StopIteration
        self.count += 1
        return line.decode("utf-8", "replace")


def _option(contract: Contract, name: str, default: str) -> str:
    return str(contract.options.get(name, default))


def all_skipped(file: Path, skip: int, rows: int) -> SourceUnreadable:
    """The error of a file of `rows` rows whose option skip_rows leaves none for a header."""
    return SourceUnreadable(
        f"文件 {file.name} 只有 {rows} 行，选项 skip_rows={skip} 全部跳过，没有剩下表头。请改小 skip_rows。",
        f"File {file.name} has {rows} rows, and option skip_rows={skip} skips all of them: no header is left. Give a"
        " smaller skip_rows.",
        code="all_rows_skipped",
        file=file.name,
    )


def unreadable(file: Path, zh: str, en: str) -> SourceUnreadable:
    """The error of a file that is not what its contract says."""
    return SourceUnreadable(
        f"文件 {file.name} 无法读取：{zh}。请核对契约中的格式与编码，或请部门重新导出。",
        f"File {file.name} cannot be read: {en}. Check format and encoding in the contract, or ask the department to"
        " export it again.",
        code="file_unreadable",
        file=file.name,
    )
