"""`shuniu source profile` and `source draft`: from files nobody has described to a contract the hub takes."""

import json
from datetime import UTC, datetime
from pathlib import Path

from catalog.actions import systems
from catalog.database import open_session
from catalog.settings import Settings
from catalog.systems import SystemSpec
from tests.unit.cli.conftest import Shuniu


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
