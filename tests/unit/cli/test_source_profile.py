"""`shuniu source profile` and `source draft`: from files nobody has described to a contract the hub takes."""

import json
import re
import struct
from datetime import UTC, datetime
from pathlib import Path

import pytest

from catalog.actions import systems
from catalog.database import open_session
from catalog.settings import Settings
from catalog.systems import SystemSpec
from tests.unit.cli.conftest import Shuniu

A_DBF = (
    struct.pack("<B3xIHH20x", 3, 1, 65, 5) + b"NAME".ljust(11, b"\0") + b"C\0\0\0\0\4" + b"\0" * 15 + b"\r" + b" abcd"
)


def test_a_folder_is_profiled_without_a_value_and_drafted(shuniu: Shuniu, city: Settings, tmp_path: Path) -> None:
    folder = tmp_path / "新部门"
    folder.mkdir()
    lines = [f"T{n:03},张CANARY{n},1380000{n:04}" for n in range(5)]
    (folder / "名单.csv").write_bytes(("编号,姓名,电话\n" + "\n".join(lines)).encode("gb18030"))
    spec = SystemSpec("police_folder", "police", "files", str(folder))
    with open_session(city) as session:
        systems.register(session, settings=city, spec=spec, by="test", now=datetime.now(UTC))
    asked = ("police_folder", "名单*.csv", "--option", "encoding=gb18030")
    told = shuniu("source", "profile", *asked, "--json", home=city.home)
    assert [column["element"] for column in json.loads(told.out)] == ["code", "text", "phone"]
    for_people = shuniu("source", "profile", *asked, home=city.home)
    assert "CANARY" not in for_people.out + told.out
    assert "99999999999" in for_people.out
    drafted = shuniu("source", "draft", *asked, "--dataset", "police_list", "--title", "名单", home=city.home)
    file = tmp_path / "police_list.odcs.yaml"
    file.write_text(drafted.out)
    checked = shuniu("contract", "check", str(file))
    assert checked.code == 0
    assert "sharingCondition" in checked.err
    assert "businessName" not in checked.err, "the dataset has a title, and the headings are Chinese"
    refused = shuniu("source", "profile", "police_folder", "名单*.csv", home=city.home)
    assert refused.code == 1
    assert "编码" in refused.err
    assert "可试 --option encoding=gb18030" in refused.err
    misspelled = shuniu("source", "profile", *asked[:2], "--option", "encodin=gb18030", home=city.home)
    assert misspelled.code == 2
    assert "没有读取选项 encodin" in misspelled.err
    assert "encoding" in misspelled.err


def a_folder(city: Settings, place: Path, code: str) -> None:
    place.mkdir()
    with open_session(city) as session:
        spec = SystemSpec(code, "police", "files", str(place))
        systems.register(session, settings=city, spec=spec, by="test", now=datetime.now(UTC))


def test_lines_a_load_could_not_take_are_told_by_number_beside_the_profile_and_the_draft(
    shuniu: Shuniu, city: Settings, tmp_path: Path
) -> None:
    folder = tmp_path / "in"
    a_folder(city, folder, "ragged")
    (folder / "a.csv").write_text("编号,姓名\n1,王\n2\n3,李,CANARY\n4,张\n", encoding="utf-8")
    says = "有 2 行不能收入：a.csv 第 3 行（1 格，应为 2 格）、a.csv 第 4 行（3 格，应为 2 格）。"
    for verb in (("profile",), ("draft",)):
        more = ("--dataset", "police_list") if verb == ("draft",) else ("--json",)
        told = shuniu("source", *verb, "ragged", "a.csv", *more, home=city.home)
        assert told.code == 0
        assert says in told.err
        assert "CANARY" not in told.out + told.err
    assert [column["rows"] for column in json.loads(shuniu("source", "profile", "ragged", "a.csv", "--json",
                                                           home=city.home).out)] == [2, 2]  # fmt: skip
    english = shuniu("source", "profile", "ragged", "a.csv", home=city.home, language="en").err
    assert "in: 2: a.csv line 3 (cells: 1 instead of 2), a.csv line 4 (cells: 3 instead of 2)." in english
    (folder / "a.csv").write_text("编号,姓名\n1,王\n", encoding="utf-8")
    assert shuniu("source", "profile", "ragged", "a.csv", home=city.home).err == ""


ENGLISH = re.compile(r"(?<!-)\b[A-Za-z]{3,} [A-Za-z]{2,}|Error")
BROKEN = {
    "sign.csv": (b"a;;b\n1;;2\n", ("delimiter=;;",), "选项 delimiter 须是一个半角字符"),
    "wide.csv": ("a，b\n1，2\n".encode(), ("delimiter=，",), "选项 delimiter 须是一个半角字符"),
    "quote.csv": (b"a,b\n1,2\n", ("quote=''",), "选项 quote 须是一个半角字符"),
    "unknown.dbf": (A_DBF, ("encoding=nonesuch",), "没有名为 nonesuch 的编码"),
    "bytes.dbf": (A_DBF, ("encoding=zip",), "没有名为 zip 的编码"),
    "none.ndjson": ('{"a": "张"}\n'.encode("gb18030"), (), "没有认出任何一列"),
    "memo.dbf": (A_DBF.replace(b"\0C\0", b"\0M\0"), (), "备注类型"),
    "broken.xlsx": (b"PK\3\4junk", (), "工作簿已损坏"),
    "half.zip": (b"PK\3\4junk", (), "压缩包"),
    "bad.parquet": (b"PAR1xx", (), "不是完整的 Parquet"),
    "bad.arrow": (b"ARROW1\0\0junk", (), "不是完整的 Arrow"),
    "bad.xml": (b"<a><b>", (), "不是完整的 XML"),
    "bad.json": (b"[1,", (), "不是完整的 JSON"),
    "gb.csv": ("编号\n".encode("gb18030"), (), "内容不是 UTF-8 编码"),
    "nul.csv": (b"a\0b,c\n1,2\n", (), "表头含有空字节"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_file_that_cannot_be_read_is_told_in_chinese_without_a_word_of_the_library_that_read_it(
    shuniu: Shuniu, city: Settings, tmp_path: Path, name: str
) -> None:
    content, options, says = BROKEN[name]
    code = name.replace(".", "_")
    a_folder(city, tmp_path / "in", code)
    (tmp_path / "in" / name).write_bytes(content)
    given = [part for option in options for part in ("--option", option)]
    told = shuniu("source", "profile", code, name, *given, home=city.home)
    assert told.code == 1
    assert says in told.err
    assert not ENGLISH.search(told.err), told.err
