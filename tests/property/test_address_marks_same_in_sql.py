"""An address is marked alike by lake/addresses/marks.py and by the SQL functions, however it is written."""

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lake.addresses import marks
from lake.engines.duckdb import connect

_PIECES = (
    *(
        "山东省",
        "莱州市",
        "文昌路街道",
        "街道办事处",
        "金苑社区",
        "居民委员会",
        "李家村",
        "村委会",
        "文化东路",
        "三山岛",
        "鼓楼路",
    ),
    *(
        "金苑小区",
        "二期",
        "单家",
        "状元街",
        "号",
        "号楼",
        "號樓",
        "楼",
        "栋",
        "幢",
        "座",
        "单元",
        "室",
        "户",
        "层",
        "#",
        "-",
        "院",
    ),
    *(
        "附",
        "第",
        "（",
        "）",
        "(",
        "原",
        "十",
        "二十一",
        "百",
        "〇",
        "零",
        "三",
        "A",
        "b",
        "1",
        "02",
        "301",
        "１２",
        " ",
        "，",
        "组",
    ),
    *(
        "路",
        "井",
        "村",
        "小区",
        "大院",
        "内",
        "邮编",
        "261400",
        "a",
        "Ⅱ",
        "—",
        "\u3000",
        "\n",
        "门",
        "房",
        "门牌",
        "牌",
        ".",
        "/",
        ",",
        "、",
    ),
)
TEXTS = st.one_of(
    st.lists(st.sampled_from(_PIECES), max_size=14).map("".join),
    st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\x00"), max_size=20),
)


PARTS = ("names", "door", "middle", "building", "unit", "floor", "room", "rest")


@pytest.fixture(scope="module")
def connection() -> duckdb.DuckDBPyConnection:
    return connect()


@settings(max_examples=40, deadline=None)
@given(texts=st.lists(TEXTS, min_size=30, max_size=60))
def test_marks_are_the_same_in_sql(connection: duckdb.DuckDBPyConnection, texts: list[str]) -> None:
    query = "SELECT text, address_folded(text), address_marked(text) FROM (SELECT unnest(?) AS text)"
    for text, folded, marked in connection.execute(query, [texts]).fetchall():
        assert (folded, marked) == (marks.folded(text), marks.marked(text))


@settings(max_examples=40, deadline=None)
@given(texts=st.lists(TEXTS.map(marks.marked), min_size=30, max_size=60))
def test_parts_of_marks_are_the_same_in_sql(connection: duckdb.DuckDBPyConnection, texts: list[str]) -> None:
    parts = ", ".join(f"address_{name}(text)" for name in PARTS)
    query = f"SELECT text, {parts} FROM (SELECT unnest(?) AS text)"
    for text, *found in connection.execute(query, [texts]).fetchall():
        assert found == [marks.part(text, getattr(marks, name.upper())) for name in PARTS]
