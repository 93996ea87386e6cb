"""Which language a person asked for, and that nobody is ever shown a blank."""

import pytest

from catalog.i18n import from_environ, preferred, text


@pytest.mark.parametrize(
    ("zh", "en", "language", "shown"),
    [("中", "en", "zh", "中"), ("中", "en", "en", "en"), ("", "en", "zh", "en"), ("中", "", "en", "中")],
)
def test_a_missing_sentence_falls_back_to_the_other_language(zh: str, en: str, language: str, shown: str) -> None:
    assert text(zh, en, language) == shown


@pytest.mark.parametrize(
    ("asked", "language"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("en-US,en;q=0.9", "en"),
        ("en_US.UTF-8", "en"),
        ("fr-FR, en;q=0.5", "en"),
        ("de", "zh"),
        ("C.UTF-8", "zh"),
        ("", "zh"),
        (None, "zh"),
        ("english", "zh"),
    ],
)
def test_the_first_language_we_speak_wins(asked: str | None, language: str) -> None:
    assert preferred(asked) == language


def test_a_setting_goes_before_the_terminal() -> None:
    assert from_environ({"SHUNIU_LANGUAGE": "zh", "LANG": "en_US.UTF-8"}) == "zh"
    assert from_environ({"LC_ALL": "en_GB.UTF-8", "LANG": "zh_CN.UTF-8"}) == "en"
    assert from_environ({"LANG": "en_US.UTF-8"}) == "en"
    assert from_environ({}) == "zh"
