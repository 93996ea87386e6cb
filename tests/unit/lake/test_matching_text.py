"""What names, addresses and numbers become before they are compared."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lake.matching import text


@pytest.mark.parametrize("dot", ["·", "•", "．", "・", "‧", ".", " ", ""])
def test_a_name_is_the_same_with_every_kind_of_middle_dot(dot):
    assert text.name(f"买买提{dot}艾合买提") == "买买提艾合买提"


@pytest.mark.parametrize(("held", "folded"), [("肖峯", "萧峰"), ("劉國慶", "刘国庆"), ("闫喆", "阎哲")])
def test_variant_and_traditional_characters_fold_to_one(held, folded):
    assert text.name(held) == folded


@pytest.mark.parametrize("lost", ["?", "？", "□", "\ue863"])
def test_a_character_a_system_lost_becomes_one_mark(lost):
    assert text.name(f"王{lost}") == "王?"


@pytest.mark.parametrize(
    ("name", "sound"),
    [("单雄信", "san"), ("曾国藩", "zen"), ("仇英", "qiu"), ("解缙", "xie"), ("区寄", "ou"), ("尉迟恭", "yu ci")],
)
def test_surnames_are_read_as_surnames(name, sound):
    assert text.sound(name).startswith(sound)


def test_homophones_sound_alike():
    assert text.sound("王伟") == text.sound("王玮")
    assert text.sound("张晓燕") == text.sound("章小雁")


def test_names_in_letters_lose_accents_and_marks():
    assert text.name("José  O'Neil") == "jose oneil"
    assert text.sound("philips") == text.sound("fillips")


@pytest.mark.parametrize("nothing", [None, "", "  ", "无", "不详", "NULL", "-"])
def test_words_for_nothing_are_nothing(nothing):
    assert text.plain(nothing) is None
    assert text.name(nothing) is None


def test_an_address_drops_province_and_city_and_writes_units_alike():
    long = text.address("山东省莱州市文昌路街道北苑西路1号嘉城家园1号楼1单元202室")
    assert long == "文昌路街道北苑西路1-嘉城家园1-1-202"
    assert text.address("莱州市嘉城家园１-１-２０２") == "嘉城家园1-1-202"


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2012年9月1日", "20120901"),
        ("1971/6/24", "19710624"),
        ("19980920", "19980920"),
        ("1998-09-20 00:00:00+08:00", "19980920"),
        ("19980920000000", "19980920"),
        ("24/06/1971", "19710624"),
        ("6/24/1971", "19710624"),
        ("24.6.71", "19710624"),
        ("71-6-24", "19710624"),
        ("24 Jun 1971", "19710624"),
        ("June 24, 1971", "19710624"),
        ("24-JUN-71", "19710624"),
        ("1971-06", "19710600"),
        ("1971年6月", "19710600"),
        ("197106", "19710600"),
        ("Jun 1971", "19710600"),
    ],
)
def test_dates_become_eight_digits_however_they_are_written(written, day):
    assert text.day(written) == day


@pytest.mark.parametrize("placeholder", ["1900-01-01", "00000000", "9999-12-31", "01.01.1900", "soon", "1971", "May"])
def test_placeholder_dates_are_nothing(placeholder):
    assert text.day(placeholder) is None


def test_phones_lose_the_country_and_marks_keep_a_digit_too_many_and_nonsense_goes():
    assert text.phone("+86 138-1234-5678") == text.phone("008613812345678") == "13812345678"
    assert text.phone("138123445678") == "138123445678"
    assert text.phone("00000000000") is None


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("掖县第四中学", "莱州市第四中学"),
        ("山东省掖县供销社", "山东省莱州市供销社"),
        ("广德县农机站", "广德市农机站"),
        ("老掖县面馆", "老掖县面馆"),
        ("莱州市第四中学", "莱州市第四中学"),
    ],
)
def test_an_organisation_founded_in_a_county_that_was_renamed_goes_by_its_name_of_today(written, read):
    assert text.organisation(written) == read


def test_a_name_in_letters_sounds_alike_whichever_part_stands_first():
    assert text.sound(text.name("Carbone, Shanaye")) == text.sound(text.name("SHANAEY CARBONE"))
    assert text.sound("john smith") != text.sound("john schmidt")


def test_organisations_lose_marks_and_legal_forms_but_not_being_a_branch():
    folded = text.organisation("莱州 市金达（集团）有限公司")
    assert folded == "莱州市金达集团有限公司"
    assert text.organisation_core(folded) == "莱州市金达"
    assert text.branch("莱州市金达集团有限公司夏邱分公司") == "1"
    assert text.branch(folded) == "0"


@pytest.mark.parametrize(("word", "code"), [("男", "1"), ("女", "2"), ("Female", "2"), ("1", "1"), ("x", None)])
def test_sex_becomes_its_code(word, code):
    assert text.sex(word) == code


@given(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), min_size=1, max_size=6))
def test_a_name_in_plain_characters_is_folded_as_one_with_marks_is(plain: str) -> None:
    assert text.name(plain) == text.name(f" {plain}\u00a0")


@pytest.mark.parametrize("nothing", ["无", "不详", "未知", "暂无"])
def test_a_word_for_nothing_is_nobodys_name(nothing: str) -> None:
    assert text.name(nothing) is None
