"""How alike two texts are: in characters, not bytes."""

import pytest

from lake.engines.duckdb import connect
from lake.matching.prepare import MACROS
from lake.matching.similarity import (
    LEGIBLE,
    ONE_OFF,
    OTHER,
    RELATED,
    SAME,
    name_grade,
    place_grade,
    register,
    short_form,
)


@pytest.mark.parametrize(
    ("one", "other", "grade"),
    [
        ("王伟", "王伟", SAME),
        ("王伟", "王玮", LEGIBLE),
        ("王?", "王䶮", LEGIBLE),
        ("买买提艾合买提", "麦麦提艾买提", LEGIBLE),
        ("苏和巴特尔", "苏和巴图尔", LEGIBLE),
        ("王小伟", "王小芳", ONE_OFF),
        ("王伟", "王芳", ONE_OFF),
        ("王伟", "王建国", RELATED),
        ("王伟", "李芳", OTHER),
        ("thomas green", "green thomas", LEGIBLE),
        ("robert allen", "robert alen", ONE_OFF),
        ("grace kelly", "logan murphy", OTHER),
    ],
)
def test_names_are_graded(one, other, grade):
    assert name_grade(one, other) == grade == name_grade(other, one)


@pytest.mark.parametrize(
    ("one", "other", "grade"),
    [
        ("北苑西路1-嘉城家园1-1-202", "嘉城家园1-1-202", 4),
        ("程郭镇上路家庄村西南街3", "上路家庄村3", 4),
        ("程郭镇上路家庄村西南街3", "程郭镇上路家庄村西南街4", 2),
        ("程郭镇上路家庄村西南街3", "文化路9", 0),
    ],
)
def test_addresses_are_graded(one, other, grade):
    assert place_grade(one, other) == grade == place_grade(other, one)


@pytest.fixture
def connection():
    with connect() as connection:
        register(connection)
        connection.execute(MACROS)
        yield connection


def test_distances_in_sql_count_characters(connection):
    one = connection.execute("SELECT matching_distance('王伟', '王芳'), levenshtein('王伟', '王芳')").fetchone()
    assert one == (1, 3)  # DuckDB's own counts bytes
    similar = connection.execute("SELECT round(matching_similarity('王小伟', '王小芳'), 3)").fetchone()
    assert similar == (0.822,)


def test_distances_of_ascii_are_duckdbs_own(connection):
    assert connection.execute("SELECT matching_distance('allen', 'alen')").fetchone() == (1,)


def test_registering_twice_is_registering_once(connection):
    register(connection)
    assert connection.execute("SELECT matching_sound('王伟')").fetchone() == ("wan wei",)


@pytest.mark.parametrize(
    ("one", "other", "short"),
    [
        ("山东盛飞莱州软件科技", "盛飞软件科技", 1),
        ("盛飞软件科技", "山东盛飞软件科技", 1),
        ("山东盛飞莱州软件科技", "盛飞科技", 1),
        ("山东盛飞莱州市文峰路软件科技", "盛飞软件科技", 0),
        ("山东盛飞软件科技", "盛达软件科技", 0),
        ("盛飞", "山东盛飞", 0),
        ("north star software", "star soft", 0),
        ("莱州市第一中学", "莱州市第十一中学", 0),
        ("莱州市第二实验小学", "莱州市第十二实验小学", 0),
        ("文昌小学", "文昌路小学", 0),
        ("东村村委会", "东庄村村委会", 0),
        ("永丰果品商行", "永丰进出口果品商行", 0),
    ],
)
def test_a_short_form_leaves_out_places_before_behind_and_in_the_midst(one, other, short):
    assert short_form(one, other) == short_form(other, one) == short
