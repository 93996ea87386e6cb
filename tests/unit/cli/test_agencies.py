"""Departments from the command line: listed, registered, changed, refused; nothing is registered for a stranger."""

import json
from pathlib import Path

from catalog.settings import Settings
from tests.unit.cli.conftest import Shuniu


def test_a_department_is_registered_and_listed(registry: Settings, shuniu: Shuniu) -> None:
    assert shuniu("agency", "add", "police", "--name", "公安局", "--name-en", "Police", home=registry.home).code == 0
    assert shuniu("agency", "add", "tax", "--name", "税务局", "--kind", "vertical", home=registry.home).code == 0
    listed = json.loads(shuniu("agency", "list", "--json", home=registry.home).out)
    assert [(row["code"], row["name_zh"], row["name_en"], row["kind"]) for row in listed] == [
        ("police", "公安局", "Police", "government"),
        ("tax", "税务局", "税务局", "vertical"),
    ]


def test_a_department_that_was_there_is_told_as_changed(registry: Settings, shuniu: Shuniu) -> None:
    first = shuniu("agency", "add", "police", "--name", "公安局", home=registry.home)
    again = shuniu("agency", "add", "police", "--name", "市公安局", home=registry.home)
    assert (first.out.strip(), again.out.strip()) == ("已登记部门 police。", "已修改部门 police。")


def test_a_department_that_cannot_be_is_refused_as_a_wrong_call(registry: Settings, shuniu: Shuniu) -> None:
    for wrong in (["Police", "--name", "x"], ["police", "--name", "x", "--kind", "secret"]):
        said = shuniu("agency", "add", *wrong, home=registry.home)
        assert said.code == 2
        assert said.err.strip()


def test_a_credit_code_that_does_not_check_is_refused(registry: Settings, shuniu: Shuniu) -> None:
    said = shuniu("agency", "add", "police", "--name", "x", "--uscc", "11370683004260000X", home=registry.home)
    assert said.code == 2


def test_a_system_of_an_unknown_department_is_answered_with_what_to_do(
    registry: Settings, shuniu: Shuniu, tmp_path: Path
) -> None:
    call = ("source", "add", "x_db", "--agency", "nobody", "--kind", "files", "--location", str(tmp_path))
    said = shuniu(*call, home=registry.home)
    assert said.code == 1
    assert "shuniu agency add" in said.err
