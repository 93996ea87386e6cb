"""Files as departments really send them: packed, in old formats, in odd encodings, broken, and built to do harm."""

import gzip
import io
import shutil
import stat
import struct
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from catalog.contracts import Contract
from catalog.errors import SourceUnreadable
from catalog.settings import Settings
from lake import sources
from lake.sources.delivery import KeptAside
from lake.sources.formats import delimited, encoding, xml_text
from lake.sources.places import packed
from tests.factories.deliveries import a_contract, a_folder
from tests.factories.old_workbook import xls

ROWS = [{"编号": "1", "姓名": "莱州"}, {"编号": "2", "姓名": "烟台"}]
TEXT = "编号,姓名\n1,莱州\n2,烟台\n"


def delivered(tmp_path: Path, contract: Contract) -> sources.Delivery:
    spec = a_folder(tmp_path / "civil")
    return sources.read(Settings(home=tmp_path / "home"), spec, contract, since=None, keep=tmp_path / "keep")


def rows(tmp_path: Path, locator: str, **options: object) -> list[dict[str, str | None]]:
    found: list[dict[str, str | None]] = (
        delivered(tmp_path, a_contract(locator=locator, options=options)).reader.read_all().to_pylist()
    )
    return found


def put(tmp_path: Path, name: str, content: bytes) -> Path:
    (tmp_path / "civil").mkdir(exist_ok=True)
    path = tmp_path / "civil" / name
    path.write_bytes(content)
    return path


def a_zip(tmp_path: Path, members: dict[str, bytes]) -> Path:
    put(tmp_path, "a.zip", b"")
    with zipfile.ZipFile(tmp_path / "civil" / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return tmp_path / "civil" / "a.zip"


def refusal(tmp_path: Path, locator: str, **options: object) -> SourceUnreadable:
    with pytest.raises(SourceUnreadable) as refused:
        rows(tmp_path, locator, **options)
    assert "莱州" not in str(refused.value)
    return refused.value


def test_files_in_a_zip_are_read_in_order_and_only_the_zip_is_kept(tmp_path: Path) -> None:
    first, second = "编号,姓名\n1,莱州\n".encode(), "编号,姓名\n2,烟台\n".encode()
    a_zip(tmp_path, {"月报/b.csv": second, "a.csv": first, "说明.txt": b"x", "__MACOSX/a.csv": b"x"})
    delivery = delivered(tmp_path, a_contract(locator="*.zip", options={"member": "*.csv"}))
    assert [file.name for file in delivery.files] == ["a.zip"]
    assert delivery.reader.read_all().to_pylist() == ROWS
    assert [path.name for path in (tmp_path / "keep").iterdir()] == ["a.zip"]


def test_names_of_a_chinese_zip_are_understood(tmp_path: Path) -> None:
    a_zip(tmp_path, {"XXXX.csv": TEXT.encode()})
    packed_file = tmp_path / "civil" / "a.zip"
    packed_file.write_bytes(packed_file.read_bytes().replace(b"XXXX", "名单".encode("gbk")))
    assert rows(tmp_path, "*.zip", member="名单.csv") == ROWS


def test_a_name_in_a_zip_has_the_characters_gb18030_has_today(tmp_path: Path) -> None:
    packed_file = a_zip(tmp_path, {"XX.csv": TEXT.encode()})
    packed_file.write_bytes(packed_file.read_bytes().replace(b"XX.csv", b"\xfe\x59.csv"))  # private use in 2000
    assert rows(tmp_path, "*.zip", member="龴.csv") == ROWS


def test_a_zip_whose_names_are_not_as_marked_is_refused_in_a_sentence(tmp_path: Path) -> None:
    packed_file = a_zip(tmp_path, {"户籍.csv": TEXT.encode()})  # marked as UTF-8, with names of six bytes
    packed_file.write_bytes(packed_file.read_bytes().replace("户籍".encode(), "户籍簿".encode("gbk")))
    assert refusal(tmp_path, "*.zip").code == "archive_refused"


@pytest.mark.parametrize("name", ["../a.csv", "/etc/a.csv", "x/../../a.csv", "C:/a.csv", "..\\a.csv"])
def test_a_zip_that_reaches_outside_itself_is_refused(tmp_path: Path, name: str) -> None:
    a_zip(tmp_path, {name: TEXT.encode()})
    assert refusal(tmp_path, "*.zip").code == "archive_refused"
    assert not (tmp_path / "keep" / "a.csv").exists()


def test_a_link_in_a_zip_is_refused(tmp_path: Path) -> None:
    put(tmp_path, "a.zip", b"")
    with zipfile.ZipFile(tmp_path / "civil" / "a.zip", "w") as archive:
        link = zipfile.ZipInfo("a.csv")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    assert refusal(tmp_path, "*.zip").code == "archive_refused"


def test_a_bomb_is_refused_by_what_it_says_and_by_what_comes_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packed, "RATIO_COUNTS_FROM", 1 << 20)
    path = a_zip(tmp_path, {"a.csv": bytes(4 << 20)})
    assert "炸弹" in refusal(tmp_path, "*.zip").zh
    declared = struct.pack("<I", 4 << 20)
    path.write_bytes(path.read_bytes().replace(declared, struct.pack("<I", 9)))
    assert refusal(tmp_path, "*.zip").code == "archive_refused"
    put(tmp_path, "b.csv.gz", gzip.compress(bytes(4 << 20)))
    assert "炸弹" in refusal(tmp_path, "*.gz").zh


def test_a_workbook_that_is_a_bomb_is_refused_unopened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packed, "RATIO_COUNTS_FROM", 1 << 20)
    shutil.move(a_zip(tmp_path, {"xl/worksheets/sheet1.xml": bytes(4 << 20)}), tmp_path / "civil" / "a.xlsx")
    assert "炸弹" in refusal(tmp_path, "*.xlsx").zh


@pytest.mark.parametrize("content", [b"PK\x03\x04 half", gzip.compress(b"x", mtime=0)[:12]], ids=["zip", "gzip"])
def test_a_half_written_archive_is_one_sentence(tmp_path: Path, content: bytes) -> None:
    put(tmp_path, "a.zip" if content.startswith(b"PK") else "a.csv.gz", content)
    assert refusal(tmp_path, "a.*").code == "archive_refused"


def test_packed_files_of_every_format_are_unpacked(tmp_path: Path) -> None:
    put(tmp_path, "a.json.gz", gzip.compress('[{"编号": 1, "姓名": "莱州"}]'.encode()))
    assert rows(tmp_path, "*.gz") == ROWS[:1]


def a_dbf(records: list[bytes]) -> bytes:
    fields = [("编号", b"N", 4), ("姓名", b"C", 8)]
    described = b"".join(
        name.encode("gbk").ljust(11, b"\0") + kind + bytes(4) + bytes([length]) + bytes(15)
        for name, kind, length in fields
    )
    begins = 32 + len(described) + 1
    return (
        struct.pack("<B3sIHH20x", 3, b"\x7e\x01\x01", len(records), begins, 13) + described + b"\r" + b"".join(records)
    )


def test_a_dbf_gives_its_living_records(tmp_path: Path) -> None:
    name, other = "莱州".encode("gbk").ljust(8), "烟台".encode("gbk").ljust(8)
    put(tmp_path, "a.dbf", a_dbf([b"    1" + name, b"*   9" + name, b"    2" + other]))
    assert rows(tmp_path, "*.dbf") == ROWS
    put(tmp_path, "a.dbf", a_dbf([b"    1" + name])[:-3])
    assert refusal(tmp_path, "*.dbf").code == "file_unreadable"


def test_a_dbf_record_in_another_encoding_is_kept_aside(tmp_path: Path) -> None:
    put(tmp_path, "a.dbf", a_dbf([b"    1" + b"\xff\xff".ljust(8), b"    2" + "烟台".encode("gbk").ljust(8)]))
    delivery = delivered(tmp_path, a_contract(locator="*.dbf"))
    assert delivery.reader.read_all().to_pylist() == ROWS[1:]
    assert delivery.kept_aside == [KeptAside("a.dbf", 1, ("不是 gb18030 编码", "not gb18030"))]


XML = '<?xml version="1.0" encoding="GB2312"?><d><head><n>7</n></head>{}</d>'
PEOPLE = '<r 编号="1"><姓名>莱州</姓名></r><r 编号="2"><姓名>烟台</姓名><x:住 xmlns:x="u"><县>莱</县></x:住></r>'


def test_xml_records_become_rows_whatever_encoding_is_declared(tmp_path: Path) -> None:
    put(tmp_path, "a.xml", XML.format(PEOPLE).encode("gbk"))
    assert rows(tmp_path, "*.xml", record="r") == [ROWS[0] | {"住/县": None}, ROWS[1] | {"住/县": "莱"}]


def test_an_entity_bomb_and_a_file_of_elsewhere_are_refused_unread(tmp_path: Path) -> None:
    for inside in ('<!ENTITY a "莱州"><!ENTITY b "&a;&a;&a;&a;">', '<!ENTITY b SYSTEM "file:///etc/passwd">'):
        put(tmp_path, "a.xml", f"<!DOCTYPE d [{inside}]><d><r><编号>&b;</编号></r></d>".encode())
        assert "实体" in refusal(tmp_path, "*.xml").zh


def test_xml_that_breaks_off_or_holds_a_giant_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, "a.xml", XML.format(PEOPLE).encode("gbk")[:-9])
    assert "XML" in refusal(tmp_path, "*.xml").zh
    monkeypatch.setattr(xml_text, "LONGEST_TEXT", 100)
    put(tmp_path, "a.xml", f"<d><r><编号>{'9' * 200}</编号></r></d>".encode())
    assert "过长" in refusal(tmp_path, "*.xml").zh


def test_tabs_other_signs_and_no_quoting_are_read(tmp_path: Path) -> None:
    put(tmp_path, "a.tsv", TEXT.replace(",", "\t").encode("utf-16"))
    assert rows(tmp_path, "*.tsv", encoding="utf-16") == ROWS
    put(tmp_path, "b.txt", '编号|姓名\n1|"莱州\n2|烟台\n'.encode())
    assert rows(tmp_path, "*.txt", delimiter="|", quote="none")[0] == {"编号": "1", "姓名": '"莱州'}


def test_a_giant_field_and_an_open_quote_are_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited, "BLOCK", 1 << 16)
    put(tmp_path, "a.csv", b"\xe7\xbc\x96\xe5\x8f\xb7,\xe5\xa7\x93\xe5\x90\x8d\n1," + b"x" * (1 << 20) + b"\n2,y\n")
    assert "引号" in refusal(tmp_path, "*.csv").zh
    put(tmp_path, "a.csv", ('编号,姓名\n1,"莱' + "州" * 200_000).encode())
    assert refusal(tmp_path, "*.csv").code == "file_unreadable"


def test_nul_bytes_break_nothing(tmp_path: Path) -> None:
    put(tmp_path, "a.csv", (TEXT + "\0" * 4000).encode())
    delivery = delivered(tmp_path, a_contract(locator="*.csv"))
    assert delivery.reader.read_all().to_pylist() == ROWS
    assert len(delivery.kept_aside) == 1
    put(tmp_path, "a.csv", "编号,姓名\n".encode("utf-16-le"))
    assert refusal(tmp_path, "*.csv").code == "file_unreadable"
    put(tmp_path, "a.csv", "a,b\n".encode("utf-16-le"))
    assert "UTF-16" in refusal(tmp_path, "*.csv").zh


def test_an_old_workbook_is_read_also_under_the_name_wps_gives_it(tmp_path: Path) -> None:
    content = xls("人员", [["编号", "姓名"], ["1", "莱州"], ["2", "烟台"]])
    put(tmp_path, "a.xls", content)
    put(tmp_path, "b.et", content)
    assert rows(tmp_path, "*.xls") == ROWS
    assert rows(tmp_path, "*.et", sheet="人员") == ROWS


def test_several_sheets_follow_each_other(tmp_path: Path) -> None:
    book = io.BytesIO()
    with xlsxwriter.Workbook(book) as made:
        for name, row in (("一月", ("1", "莱州")), ("说明", ("a", "b")), ("二月", ("2", "烟台"))):
            sheet = made.add_worksheet(name)
            sheet.write_row(0, 0, ("编号", "姓名"))
            sheet.write_row(1, 0, row)
    put(tmp_path, "a.xlsx", book.getvalue())
    assert rows(tmp_path, "*.xlsx", sheet="*月") == ROWS
    assert rows(tmp_path, "*.xlsx", sheet=["一月", "二月"]) == ROWS
    assert "三月" in refusal(tmp_path, "*.xlsx", sheet="三月").zh


LONG = "公安局居民户籍登记信息，姓名、性别、出生日期、住址与联系电话。" * 3


@pytest.mark.parametrize(
    ("content", "name", "sure"),
    [
        (LONG.encode("gb18030"), "gb18030", "likely"),
        ("人民政府機關發布統計資料與開放資料".encode("big5"), "big5", "unsure"),
        (LONG.encode(), "utf-8", "certain"),
        (LONG.encode("utf-8-sig"), "utf-8", "certain"),
        (LONG.encode("utf-16"), "utf-16", "certain"),
        ("a,b\n1,2\n".encode("utf-16-be"), "utf-16-be", "likely"),
        (b"a,b\n", "utf-8", "certain"),
        (b"\x81\x30\x81\x30", "gb18030", "unsure"),
    ],
)
def test_an_encoding_is_guessed_and_how_sure_that_is(content: bytes, name: str, sure: str) -> None:
    assert encoding.judge(content) == encoding.Guess(name, sure)


def test_advice_is_given_and_never_acted_upon(tmp_path: Path) -> None:
    put(tmp_path, "a.csv", TEXT.encode("gb18030"))
    error = refusal(tmp_path, "*.csv")
    zh, _ = encoding.advice(a_folder(tmp_path / "civil"), a_contract(), error)
    assert "gb18030" in zh
