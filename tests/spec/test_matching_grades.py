"""The grades of two names and of two addresses: a pair just inside every threshold, and one just outside.

Pairs are in the form cleaning leaves them in. A number beside a line is the measure that decides it.
"""

import pytest

from lake.matching.similarity import LEGIBLE, ONE_OFF, OTHER, RELATED, SAME, name_grade, place_grade, short_form

CONTAINED, NEARLY, OTHER_NUMBER, MUCH, LITTLE = 4, 3, 2, 1, 0


@pytest.mark.parametrize(
    ("one", "other", "grade"),
    [
        ("王伟", "王伟", SAME),
        # characters lost: all that differ, but not all there are
        ("王?", "王䶮", LEGIBLE),
        ("王??", "王小明", LEGIBLE),
        ("??", "王伟", OTHER),
        ("王?", "?伟", OTHER),
        ("王?明", "王小刚", ONE_OFF),
        ("王?明", "李小刚", OTHER),
        ("王?明华", "王小刚华", OTHER),
        # one character of two or three is another: alike in sound, a slip, another surname
        ("王晓", "汪晓", LEGIBLE),
        ("王伟", "王芳", ONE_OFF),
        ("王伟", "李伟", RELATED),
        ("王小伟", "李小伟", ONE_OFF),
        ("王小伟", "李小芳", OTHER),
        ("王", "李", OTHER),
        # one character more, of at least two and at most three
        ("王伟", "王小伟", ONE_OFF),
        ("王伟", "李王伟", ONE_OFF),
        ("王", "王伟", RELATED),
        ("王伟", "王小明", RELATED),
        ("王伟", "王小明伟", OTHER),
        # from four characters on by sound: 0.92, 0.9198, 0.84, 0.8398, and the first two characters
        ("苏和巴特尔", "苏和不巴尔", LEGIBLE),
        ("阿卜杜拉买买提", "阿卜不杜拉买买", ONE_OFF),
        ("苏和巴特尔", "苏和古特图", ONE_OFF),
        ("吐尔逊古丽", "吐丽逊拉古丽", OTHER),
        ("欧阳若兰", "欧阳菲菲", RELATED),
        ("欧阳若兰", "欧若菲菲", OTHER),
        # letters: the same words, Jaro-Winkler 0.9204, 0.9196, one edit and two, words in common 90 and 89.7
        ("thomas green", "green thomas", LEGIBLE),
        ("anna maria lopez", "anan amaira slopez", ONE_OFF),
        ("anna maria lopez", "aa mari alopze", OTHER),
        ("al", "el", ONE_OFF),
        ("al", "eb", OTHER),
        ("grace kelly", "ely grace", RELATED),
        ("anna maria lopez", "ana lope mari", OTHER),
    ],
)
def test_a_name_has_the_best_grade_it_reaches(one: str, other: str, grade: int) -> None:
    assert name_grade(one, other) == name_grade(other, one) == grade


@pytest.mark.parametrize(
    ("one", "other", "grade"),
    [
        ("嘉城家园1-1-202", "嘉城家园1-1-202", 5),
        # all of the shorter one, or but one character of 22; its numbers in the other's order, or not
        ("程郭镇上路家庄村西南街3", "上路家庄村3", CONTAINED),
        ("嘉城家园1-1-202", "嘉城家园1-202", CONTAINED),
        ("4 station road laizhou", "4 station roed laizhou", NEARLY),
        ("嘉城家园1-1-202", "嘉城家园2-202", OTHER_NUMBER),
        ("嘉城家园1-1-202", "嘉城家园1-22", OTHER_NUMBER),
        ("嘉城家园1-1-202", "嘉城家园202-1", MUCH),
        # the same numbers: 0.8824 of the characters, 0.875 of them
        ("北苑西路1-嘉城家园1-1-202", "东庄苑路西1-嘉城家园1-1-202", NEARLY),
        ("沙河镇李家村12", "沙河镇季家村12", OTHER_NUMBER),
        # the same numbers, words in another order: 88.4 and 87.8 of a hundred
        ("12 old mill lane upper", "laee uppei old 12 mil", NEARLY),
        ("7 church street north", "hurch 7 street iorts", MUCH),
        # other numbers: 0.8571 of the characters, 0.8333
        ("东宋村西大街8", "东宋村西大街9", OTHER_NUMBER),
        ("12 old mill lane", "13 old mill lane", OTHER_NUMBER),
        ("东宋村大街8", "东宋村大街9", MUCH),
        # 0.6667 of the characters, 0.6364; in letters as well
        ("程郭镇上路家庄村西南街3", "程郭镇东路李庄村东南街4", MUCH),
        ("程郭镇上路家庄村西南街3", "程郭镇东路李庄东南街4", LITTLE),
        ("12 old mill lane", "4 station road", LITTLE),
    ],
)
def test_an_address_has_the_best_grade_it_reaches(one: str, other: str, grade: int) -> None:
    assert place_grade(one, other) == place_grade(other, one) == grade


@pytest.mark.parametrize(
    ("one", "other", "short"),
    [
        ("山东盛飞莱州文峰软件科技", "盛飞软件科技", 1),
        ("山东盛飞莱州市文峰软件科技", "盛飞软件科技", 0),
        ("山东盛飞莱州科技", "盛飞科技", 1),
        ("山东盛飞莱州社", "盛飞社", 0),
        ("山东盛飞莱州软件", "盛飞软件", 1),
        ("山东盛莱州飞软件", "盛飞软件", 0),
        ("山东盛飞软莱州件", "盛飞软件", 0),
        ("山东盛飞文峰软件科技", "盛飞软件科技", 0),
    ],
    ids=[
        "a gap of four characters",
        "a gap of five",
        "a short name of four",
        "a short name of three",
        "two before the gap",
        "one before the gap",
        "one behind the gap",
        "a gap that is no place",
    ],
)
def test_a_short_form_has_four_characters_and_leaves_out_as_many(one: str, other: str, short: int) -> None:
    assert short_form(one, other) == short_form(other, one) == short
