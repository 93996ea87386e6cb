"""What is wrong with a topic's SQL is said in Chinese without the engine's English, and with the names it is about."""

import re
from pathlib import Path

import duckdb
import pytest

from catalog.errors import HubError
from catalog.settings import Settings
from lake.bases import check_topic, shape
from lake.bases.gate import TRAPS
from lake.bases.wording import CHINESE, chinese, engine_said, of_offset
from tests.factories.topics import SQL, write

ENGLISH = re.compile(r"\b(the|of|not|found|clause|column|Binder|Error|must|appear|function|matches|does|type)\b")


def test_everything_the_gate_and_the_shape_refuse_has_its_chinese() -> None:
    assert {*TRAPS, *shape._SAID.values()} <= set(CHINESE)
    assert [text for text in CHINESE.values() if ENGLISH.search(text)] == []
    made = "LATERAL, which the lineage does not follow", "VALUES in FROM: a table or a query only", "FOR in SELECT"
    for told in made:
        assert not ENGLISH.search(chinese(told))
        assert chinese(told) != told


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        (
            SQL.replace("home.kind, count", "home.colour AS kind, count"),
            "home.colour（第 2 行第 28 列） 查不出来自哪个数据项",
        ),
        (SQL.replace("home.kind, count", "there.kind, count"), "there.kind（第 2 行第 28 列） 查不出来自哪个数据项"),
        (SQL.replace(" GROUP BY home.township_code, home.kind", " GROUP BY home.kind"), "GROUP BY"),
        (SQL.replace("home.kind, count", "hub_date(home.kind, 1) AS kind, count"), "参数个数或类型不对"),
        (SQL.replace("count(*)", "random()"), "随机数"),
        (SQL.replace("home.kind, count", "kind[1] AS kind, count"), "按下标取列表元素"),
    ],
)
def test_a_topic_with_something_wrong_is_refused_in_chinese_words(
    settings: Settings, tmp_path: Path, sql: str, says: str
) -> None:
    with pytest.raises(HubError) as refused:
        check_topic(settings, *write(tmp_path, sql))
    sentence = refused.value.sentence("zh")
    assert says in sentence
    assert not ENGLISH.search(sentence)


@pytest.mark.parametrize(
    ("sql", "zh", "en"),
    [
        (SQL.replace("FROM", "FRM"), "（第 3 行第 3 列“FRM”）", "(line 3, column 3 at `FRM`)"),
        (SQL.replace("home.kind, count", "home.kind count"),
         "（第 2 行第 43 列“count(”）", "(line 2, column 43 at `count(`)"),
        (SQL.replace("NOT NULL", "NOT 'x"), "（第 4 行第 34 列）", "(line 4, column 34)"),
        (SQL.replace("public_service", "publik_service"),
         "publik_service（第 3 行第 8 列）（是否为 public_service？）", "(did you mean public_service?)"),
        (SQL.replace("home.kind, count", "home.kinnd, count"),
         "home.kinnd（第 2 行第 28 列）（是否为 kind？）", "home.kinnd (line 2, column 28) (did you mean kind?)"),
        (SQL.replace("WHERE home.township_code", "WHERE home.townshp_code"),
         "townshp_code（第 4 行第 8 列）（是否为 township_code？）", "column 8) (did you mean township_code?)"),
        (SQL.replace("home.kind, count", "hme.kind, count"), "hme.kind（第 2 行第 28 列）（是否为 home？）", "home?"),
        (SQL.replace("home", "facility").replace("WHERE facility.", "WHERE facilty."),
         "facilty.township_code（第 4 行第 8 列）（是否为 facility？）",
         "facilty.township_code (line 4, column 8) (did you mean facility?)"),
        (SQL.replace("count(*)", "cuont(*)"),
         "（第 2 行第 39 列“cuont”）（是否为 count？）", "at `cuont`) (did you mean"),
        (SQL.replace("count(*)", "count(*) / home.kind"), "第 2 行第", "line 2, column"),
        ("WITH some AS (SELECT home.kind FROM public_service AS home) SELECT some.knd, 1 AS n FROM some",
         "some.knd（第 1 行第 68 列）（是否为 kind？）", "did you mean kind?"),
    ],
)  # fmt: skip
def test_a_slip_of_the_pen_is_shown_by_line_and_column_with_the_name_that_was_meant(
    settings: Settings, tmp_path: Path, sql: str, zh: str, en: str
) -> None:
    with pytest.raises(HubError) as refused:
        check_topic(settings, *write(tmp_path, sql))
    assert zh in refused.value.sentence("zh")
    assert en in refused.value.sentence("en")


@pytest.mark.parametrize(
    ("sql", "zh", "en"),
    [
        (SQL.replace("home.kind, count", "home.kind， count"),
         "SQL 中有全角「，」应为「,」（第 2 行第 37 列）。", "full-width `，` where `,` is meant (line 2, column 37)."),
        (SQL.replace("count(*)", "count（*）"), "全角「（」应为「(」（第 2 行第 44 列）、全角「）」应为「)」", "and"),
        (SQL + "；", "全角「；」应为「;」（第 6 行第 1 列）", "`；` where `;`"),
        (SQL.replace("IS NOT NULL", "<> “某某”"), "全角「“」应为「'」（第 4 行第 30 列）", "`“` where `'`"),
        (SQL.replace("IS NOT NULL", "<> ‘某某'"), "全角「‘」应为「'」（第 4 行第 30 列）", "`‘` where `'`"),
        (SQL.replace("SELECT", "ＳＥＬＥＣＴ"), "全角「ＳＥＬＥＣＴ」应为「SELECT」（第 2 行第 1 列）", "`SELECT`"),
        (SQL.replace("IS NOT NULL", "= １２３"), "全角数字或字母，应为半角（第 4 行第 29 列）。", "digits or letters"),
        (SQL.replace("home.kind, count", "home．kind， count，"),
         "「．」应为「.」（第 2 行第 32 列）、全角「，」", "`．`"),
        (SQL.replace("home.kind, count", "a，b，c，d，e， count"), "（第 2 行第 33 列） 等 5 处。", "and 2 more."),
    ],
)  # fmt: skip
def test_a_full_width_sign_is_named_with_its_place_and_the_one_that_was_meant(
    settings: Settings, tmp_path: Path, sql: str, zh: str, en: str
) -> None:
    with pytest.raises(HubError) as refused:
        check_topic(settings, *write(tmp_path, sql))
    assert zh in refused.value.sentence("zh")
    assert en in refused.value.sentence("en")


@pytest.mark.parametrize("place", ["<> '，；（１）“”'", "IS NOT NULL -- ，；（\n", "IS NOT NULL /* ，\n“ */"])
def test_full_width_signs_of_texts_and_comments_are_nobodys_business(
    settings: Settings, tmp_path: Path, place: str
) -> None:
    check_topic(settings, *write(tmp_path, SQL.replace("IS NOT NULL", place)))


def test_a_quote_left_open_is_told_as_such_whatever_signs_stand_behind_it(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(HubError) as refused:
        check_topic(settings, *write(tmp_path, SQL.replace("IS NOT NULL", "= 'x，")))
    assert "SQL 语法有误（第 4 行第 29 列）" in refused.value.sentence("zh")


@pytest.mark.parametrize(
    ("sql", "zh", "en"),
    [
        ("SELECT a b c FROM x", "“b”或“c”之前可能缺少逗号", "a comma is probably missing before `b` or `c`"),
        ("SELECT a.b c.d FROM x", "“c”之前可能缺少逗号", "before `c`"),
        ("SELECT a b, c count(*) FROM x", "“count”之前可能缺少逗号", "before `count`"),
        ("SELECT a AS\nb c AS d FROM x", "“c”之前可能缺少逗号", "before `c`"),
        ("SELECT CASE WHEN a THEN b END AS c d FROM x", "“d”之前可能缺少逗号", "before `d`"),
        ("WITH t AS (SELECT a b c FROM x) SELECT a FROM t", "“b”或“c”之前可能缺少逗号", "before `b` or `c`"),
        ("SELECT a 370683 FROM x", "此处之前可能缺少逗号", "a comma is probably missing before it"),
        ("SELECT a FROM x GROUP BY a b", "“b”之前可能缺少逗号", "before `b`"),
        ("SELECT a, b frm x", "（是否为 FROM？）", "(did you mean FROM?)"),
        ("SELECT a AS b FRM x WHERE a = 1", "（是否为 FROM？）", "(did you mean FROM?)"),
        ("SELECT a FROM x GROUP BY a HAVNG a", "（是否为 HAVING？）", "(did you mean HAVING?)"),
    ],
)
def test_a_comma_left_out_or_a_clause_mistyped_is_told_as_what_is_probable(
    settings: Settings, tmp_path: Path, sql: str, zh: str, en: str
) -> None:
    with pytest.raises(HubError) as refused:
        check_topic(settings, *write(tmp_path, sql))
    assert zh in refused.value.sentence("zh")
    assert en in refused.value.sentence("en")
    assert "370683" not in str(refused.value)


@pytest.mark.parametrize(
    "sql", ["SELECT a FROM x WHERE a b c", "SELECT a FROM x y z", "SELECT CASE WHEN a b c END FROM x"]
)
def test_no_comma_is_missed_where_none_could_stand(settings: Settings, tmp_path: Path, sql: str) -> None:
    with pytest.raises(HubError) as refused:
        check_topic(settings, *write(tmp_path, sql))
    assert "语法有误" in refused.value.sentence("zh")
    assert "逗号" not in refused.value.sentence("zh")


@pytest.mark.parametrize("slip", ["x '{}'", "= = '{}'", "'{}' 1", "{} {}", '"{}" "{}"', "x{} y z", "/* {}", "'{}"])
def test_no_value_that_stands_in_the_sql_is_repeated(settings: Settings, tmp_path: Path, slip: str) -> None:
    number = "370683199003074514"
    sql = SQL.replace("IS NOT NULL", slip.replace("{}", number))
    with pytest.raises(HubError) as refused:
        check_topic(settings, *write(tmp_path, sql))
    for language in ("zh", "en"):
        assert number not in refused.value.sentence(language)
    assert "第 4 行第" in refused.value.sentence("zh")


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("SELECT colour FROM home", "找不到列 colour"),
        ("SELECT home.colour FROM home", "没有列 colour"),
        ("SELECT there.kind FROM home", "找不到表或别名 there"),
        ("SELECT kind FROM there", "找不到表 there"),
        ("SELECT kind FROM home JOIN home AS other ON home.n = other.n", "kind 有多个来源"),
        ("SELECT kind, count(*) FROM home GROUP BY n", "列 kind 须写入 GROUP BY"),
        ("SELECT sum(kind) FROM home", "函数 sum 的参数"),
        ("SELECT shake(kind) FROM home", "没有函数 shake"),
        ("SELECT kind FROM home WHERE on_day > n", "DATE 与 INTEGER 类型不同"),
        ("SELECT kind FROM home WHERE count(*) > 1", "WHERE 中不能用汇总函数"),
    ],
)
def test_what_the_engine_says_of_names_and_kinds_is_put_into_words(sql: str, says: str) -> None:
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE home (kind VARCHAR, n INTEGER, on_day DATE)")
        with pytest.raises(duckdb.Error) as refused:
            connection.execute(f"DESCRIBE {sql}")
    zh, en = engine_said(str(refused.value))
    assert says in zh
    assert not ENGLISH.search(zh)
    assert "Binder" not in en


def test_what_nobody_foresaw_is_said_in_the_hubs_words_without_the_engines() -> None:
    assert engine_said("Internal Error: Unheard of 'value'") == (
        "列名、类型或函数与所读的表不符",
        "its columns, kinds or functions do not fit the tables it reads",
    )


@pytest.mark.parametrize("piece", ["FRM", "count(", "home.kind", "_a1 ->> b"])
def test_a_name_or_a_sign_is_repeated_where_the_slip_stands(piece: str) -> None:
    assert of_offset(piece, 0, piece)[1] == f" (line 1, column 1 at `{piece}`)"


@pytest.mark.parametrize("piece", ["a" * 5_000 + "中", "a" * 78 + "中", "a" * 81, "n = 5", "'x'", "a123456", "", "中"])
def test_a_literal_and_a_piece_of_any_length_are_not_repeated_and_take_no_time(piece: str) -> None:
    assert of_offset(piece, 0, piece) == ("（第 1 行第 1 列）", " (line 1, column 1)")
