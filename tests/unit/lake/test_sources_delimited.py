"""CSV of every declared encoding arrives as it was written; what cannot be taken is kept aside with its line."""

import gzip
import struct
import subprocess
from pathlib import Path

import pytest

from catalog.errors import ContractBroken, SourceUnreadable
from lake.sources.delivery import KeptAside
from lake.sources.formats import dbf, delimited
from tests.factories.deliveries import a_contract

HEADER = "编号,姓名\n"
# One character each of: GBK, GB18030 four bytes in the BMP, four bytes beyond it; and two of the private use areas.
RARE = "张䶮𠮷𬭊㐂鿃\ue000\U000f0001"


def read(path: Path, aside: list[KeptAside] | None = None, **options: object) -> list[dict[str, str | None]]:
    reader = delimited.read([path], a_contract(options=options), [] if aside is None else aside)
    return reader.read_all().to_pylist()


def test_four_byte_gb18030_characters_survive(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(f"{HEADER}1,{RARE}\n".encode("gb18030"))
    assert read(path, encoding="gb18030") == [{"编号": "1", "姓名": RARE}]


def test_every_two_byte_code_of_gb18030_is_the_character_the_system_library_has(tmp_path: Path) -> None:
    trails = [*range(0x40, 0x7F), *range(0x80, 0xFF)]
    # Rows that are for private use altogether (AAA1 to AFFE and their like) are the user's own, and stay so.
    codes = [bytes((lead, trail)) for lead in (*range(0xA1, 0xAA), 0xFE) for trail in trails]
    path = tmp_path / "a.csv"
    path.write_bytes(HEADER.encode("gb18030") + b"".join(b"%d,%s\n" % pair for pair in enumerate(codes)))
    converted = subprocess.run(["iconv", "-f", "GB18030", "-t", "UTF-8", path], capture_output=True, check=True).stdout
    known = [line.partition(",")[2] for line in converted.decode().splitlines()[1:]]
    found = [row["姓名"] for row in read(path, encoding="gb18030")]
    assert len(found) == len(codes)
    assert [(code.hex(), *pair) for code, *pair in zip(codes, found, known, strict=True) if pair[0] != pair[1]] == []
    assert found[codes.index(b"\xfe\x59")] == "龴"
    table = Path(tmp_path / "a.dbf")
    table.write_bytes(_dbf([b"\xfe\x59", b"\xa8\xbc"]))
    assert dbf.read([table], a_contract(), []).read_all().to_pylist() == [{"编号": "龴", "姓名": "ḿ"}]


def test_characters_of_names_in_four_bytes_stay_what_they_are(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    later = "龴龵龶龷龸龹龺龻𠂇𠂉𠃌𡗗𢦏𤇾"
    raw = later.encode("gb18030")
    assert len(raw) == 4 * len(later)
    path.write_bytes(f"{HEADER}1,".encode("gb18030") + raw + b"\n")
    assert read(path, encoding="gbk") == [{"编号": "1", "姓名": later}]


def _dbf(values: list[bytes]) -> bytes:
    fields = b"".join(
        struct.pack("<11sc4xB15x", name.encode("gb18030"), b"C", 4) for name in ("编号", "姓名")[: len(values)]
    )
    begins = 32 + len(fields) + 1
    head = struct.pack("<BBBBIHH20x", 3, 126, 1, 1, 1, begins, 1 + 4 * len(values))
    return head + fields + b"\r" + b" " + b"".join(value.ljust(4) for value in values)


def test_a_character_cut_by_the_reading_block_is_whole_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited, "CHUNK", 7)
    path = tmp_path / "a.csv"
    path.write_bytes((HEADER + "".join(f"{n},{RARE}\n" for n in range(50))).encode("gb18030"))
    assert [row["姓名"] for row in read(path, encoding="gb18030")] == [RARE] * 50


@pytest.mark.parametrize(
    ("encoding", "written"), [("utf-8", "utf-8"), ("utf-8", "utf-8-sig"), ("gbk", "gbk"), ("utf-16", "utf-16")]
)
def test_common_encodings_are_read_with_and_without_bom(tmp_path: Path, encoding: str, written: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(f"{HEADER}1,莱州\n".encode(written))
    assert read(path, encoding=encoding) == [{"编号": "1", "姓名": "莱州"}]


def test_a_packed_file_is_unpacked_while_reading(tmp_path: Path) -> None:
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(f"{HEADER}1,莱州\n".encode()))
    assert read(path) == [{"编号": "1", "姓名": "莱州"}]
    path.write_bytes(gzip.compress(f"{HEADER}1,莱州\n".encode())[:-9])
    with pytest.raises(SourceUnreadable):
        read(path)


def test_a_wrong_encoding_is_one_sentence_without_a_value(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(f"{HEADER}1,王小明秘密\n".encode("gb18030"))
    with pytest.raises(SourceUnreadable) as refused:
        read(path, encoding="utf-8")
    assert refused.value.code == "file_unreadable"
    assert "a.csv" in refused.value.zh
    assert "王小明" not in str(refused.value)
    with pytest.raises(SourceUnreadable) as refused:
        read(path, encoding="utf-16")  # which has a mark at its beginning, and this file none
    assert refused.value.code == "file_unreadable"


@pytest.mark.parametrize("name", ["gbk18030", "hex", "zip", "undefined", "", "a\0b", "x" * 500])
def test_an_encoding_that_is_none_is_told_by_name(tmp_path: Path, name: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"{HEADER}1,莱州\n", encoding="utf-8")
    with pytest.raises(ContractBroken) as refused:
        read(path, encoding=name or " ")
    assert refused.value.code == "encoding_unknown"
    assert len(refused.value.zh) < 200


@pytest.mark.parametrize("skip", [2, 9])
def test_lines_that_are_all_skipped_are_told_by_their_number_and_the_file_is_not_called_empty(
    tmp_path: Path, skip: int
) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"{HEADER}1,a\n", encoding="utf-8")
    with pytest.raises(SourceUnreadable, match=f"只有 2 行，选项 skip_rows={skip} 全部跳过") as refused:
        read(path, skip_rows=skip)
    assert f"has 2 rows, and option skip_rows={skip} skips all of them" in refused.value.en
    path.write_bytes(b"")
    with pytest.raises(SourceUnreadable, match="是空文件"):
        read(path, skip_rows=skip)


def test_a_blank_line_where_the_header_should_be_is_told_by_its_number(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"名单\n\n{HEADER}1,a\n", encoding="utf-8")
    with pytest.raises(SourceUnreadable, match="第 2 行应为表头，却是空行"):
        read(path, skip_rows=1)


def test_ragged_rows_are_kept_aside_with_the_line_they_begin_at(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f'{HEADER}1,a\n2,"b\nb"\n3\n\n4,d,e,f\n5,g\n', encoding="utf-8")
    aside: list[KeptAside] = []
    assert [row["编号"] for row in read(path, aside)] == ["1", "2", "5"]
    assert [(record.file, record.line) for record in aside] == [("a.csv", 5), ("a.csv", 7)]


def test_nothing_written_is_null_and_an_empty_text_is_a_text(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f'{HEADER}1,\n2,""\n003,NA\n', encoding="utf-8")
    assert [(row["编号"], row["姓名"]) for row in read(path)] == [("1", None), ("2", ""), ("003", "NA")]


def test_nul_bytes_are_kept_as_delivered(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(f"{HEADER}1,a\0b\n".encode())
    assert read(path) == [{"编号": "1", "姓名": "a\0b"}]


def test_delimiter_quote_and_lines_above_the_header_are_the_contracts(tmp_path: Path) -> None:
    path = tmp_path / "a.tsv"
    path.write_text("导出时间 2026-11-01\n编号\t姓名\n1\t'a\tb'\n", encoding="utf-8")
    assert read(path, delimiter="\t", quote="'", skip_rows=1) == [{"编号": "1", "姓名": "a\tb"}]


def test_doubled_unnamed_and_reserved_columns_are_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("编号,姓名,Note,note,,_row\n1,a,b,c,d,e\n", encoding="utf-8")
    assert list(read(path)[0]) == ["编号", "姓名", "Note", "note_2", "column_5", "_row_2"]


def test_a_lost_column_is_named_and_nothing_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("编号,名字\n1,a\n", encoding="utf-8")
    with pytest.raises(ContractBroken) as broken:
        read(path)
    assert broken.value.parts["columns"] == ["姓名"]
    assert "姓名" in broken.value.zh


def test_files_of_one_delivery_may_order_their_columns_differently(tmp_path: Path) -> None:
    first, second = tmp_path / "1.csv", tmp_path / "2.csv"
    first.write_text(f"{HEADER}1,a\n", encoding="utf-8")
    second.write_text("姓名,编号,备注\nb,2,x\n", encoding="utf-8")
    rows = delimited.read([first, second], a_contract(), []).read_all().to_pylist()
    assert rows == [{"编号": "1", "姓名": "a", "备注": None}, {"编号": "2", "姓名": "b", "备注": "x"}]


def test_an_empty_file_and_one_with_a_header_only(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(HEADER, encoding="utf-8")
    assert read(path) == []
    path.write_text("", encoding="utf-8")
    with pytest.raises(SourceUnreadable):
        read(path)
