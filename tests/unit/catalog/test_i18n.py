"""Which language a person asked for, and that nobody is ever shown a blank."""

import os

import pytest

from catalog.i18n import decoded, file_name, from_environ, legible, preferred, text


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


@pytest.mark.parametrize("text", ["张𠮷 a.csv", "全角　空格", "two\nlines\tand a tab", "\ue000\U0002ebf0"])
def test_what_is_there_to_be_looked_at_stays_as_it_is(text: str) -> None:
    assert legible(text) == text


@pytest.mark.parametrize("sign", ["\x1b", "\r", "\x7f", "\x9b", "\u202e", "\u2066", "\u2028", "\u200b"])
def test_a_sign_that_steers_a_terminal_or_turns_a_line_is_replaced(sign: str) -> None:
    assert legible(f"a{sign}b") == file_name(f"a{sign}b") == legible("a\udcffb") == "a�b"


def test_the_name_of_a_file_is_one_line_of_some_length() -> None:
    assert file_name("a\n\tb") == "a��b"
    assert (file_name("甲" * 60), file_name("甲" * 61)) == ("甲" * 60, "甲" * 59 + "…")


@pytest.mark.parametrize(
    ("raw", "name"),
    [("名单.csv".encode(), "名单.csv"), ("名单.csv".encode("gb18030"), "名单.csv"), (b"a\xff.csv", "a\\xff.csv")],
)
def test_a_name_that_is_no_utf8_is_read_as_gb18030_or_told_by_its_bytes(raw: bytes, name: str) -> None:
    assert decoded(os.fsdecode(raw)) == name
