"""Code lists are data that stewards edit: what is wrong with a list is said, not silently decided."""

from pathlib import Path

import pytest

from catalog.errors import ConfigurationError, NotFound
from catalog.standards import code_lists
from catalog.standards.code_lists import code_list, code_list_names


@pytest.mark.parametrize("name", [name for name in code_list_names() if name != "division"])
def test_every_list_of_the_house_can_be_read_and_names_each_code_once(name: str) -> None:
    assert all(code and title for code, title in code_list(name).items())


def test_a_list_in_which_a_code_stands_twice_is_refused_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "colour.csv").write_text("code,name_zh,name_en\n1,红,red\n2,绿,green\n1,蓝,blue\n", encoding="utf-8")
    monkeypatch.setattr(code_lists, "_FOLDER", tmp_path)
    code_lists.packaged_names.cache_clear()
    try:
        with pytest.raises(ConfigurationError) as raised:
            code_list("colour")
    finally:
        code_lists.packaged_names.cache_clear()
    assert (raised.value.parts["code_list"], raised.value.parts["codes"]) == ("colour", ["1"])


def test_a_list_nobody_has_is_said_with_the_ones_there_are() -> None:
    with pytest.raises(NotFound, match="ethnic"):
        code_list("colour")
