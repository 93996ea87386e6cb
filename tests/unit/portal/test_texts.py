"""Every text of the portal has its Chinese, and no Chinese is left over."""

import re
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from catalog.i18n import from_environ, preferred, text
from exchange_api.portal import texts, words
from lake.layout import ZONES

PORTAL = Path(texts.__file__).parent
METHODS = [("templates/**.html", "jinja2.ext:babel_extract"), ("**.py", "python")]
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "N_": None}


def used() -> set[str | tuple[str, str]]:
    """Every message named in templates and modules."""
    found = extract_from_dir(PORTAL, method_map=METHODS, keywords=KEYWORDS)
    return {message if isinstance(message, str) else (message[0], message[1]) for _, _, message, _, _ in found}


def test_every_message_used_has_a_chinese_translation_and_none_is_left_over() -> None:
    with (PORTAL / "locale/zh/LC_MESSAGES/portal.po").open("rb") as source:
        catalogue = read_po(source, locale="zh")
    translated = {entry.id for entry in catalogue if entry.id and all(_strings(entry.string)) and not entry.fuzzy}
    assert translated == used(), "change locale/zh/LC_MESSAGES/portal.po so that it has exactly the messages used"


def test_placeholders_of_a_translation_are_those_of_its_message() -> None:
    with (PORTAL / "locale/zh/LC_MESSAGES/portal.po").open("rb") as source:
        catalogue = read_po(source, locale="zh")
    named = re.compile(r"%\((\w+)\)s")
    for entry in catalogue:
        wanted = set(named.findall(entry.id if isinstance(entry.id, str) else entry.id[1]))
        for string in _strings(entry.string):
            assert entry.id == "" or set(named.findall(string)) == wanted, entry.id


def test_plurals_are_english_in_english_and_alike_in_chinese() -> None:
    english, chinese = texts.translations("en"), texts.translations("zh")
    forms = ("%(num)s dataset", "%(num)s datasets")
    assert [english.ngettext(*forms, count) for count in (1, 2)] == list(forms)
    assert chinese.ngettext(*forms, 1) == chinese.ngettext(*forms, 2) == "共 %(num)s 个数据集"


def test_every_outcome_zone_and_stage_has_a_word_and_an_unknown_code_is_shown_as_it_is() -> None:
    assert texts.translations("zh").gettext(words.word("zone", "raw")) == "归集库"
    assert set(ZONES) == set(words.WORDS["zone"])
    assert texts.translations("zh").gettext(words.word("zone", "history")) == "历史拉链"
    assert words.word("stage", "polish") == "polish"
    assert words.word("zone", None) == ""


@pytest.mark.parametrize(
    ("asked", "language"),
    [("zh-CN,zh;q=0.9,en;q=0.8", "zh"), ("en_US.UTF-8", "en"), ("fr,en;q=0.5", "en"), ("C.UTF-8", "zh"), (None, "zh")],
)
def test_the_language_is_the_first_one_we_speak(asked: str | None, language: str) -> None:
    assert preferred(asked) == language


def test_the_hubs_own_variable_counts_before_the_terminals() -> None:
    assert from_environ({"SHUNIU_LANGUAGE": "en", "LANG": "zh_CN.UTF-8"}) == "en"
    assert from_environ({"LANG": "en_GB.UTF-8"}) == "en"
    assert from_environ({}) == "zh"


def test_a_text_missing_in_one_language_is_shown_in_the_other() -> None:
    assert text("", "only English", "zh") == "only English"
    assert text("只有中文", "", "en") == "只有中文"


def _strings(string: str | tuple[str, ...]) -> tuple[str, ...]:
    return (string,) if isinstance(string, str) else tuple(string)
