"""The matcher finds the standard address a text means, and says less rather than guess."""

from collections.abc import Callable

import duckdb
import pyarrow as pa
import pytest

from lake.addresses.match import LEVELS, STEPS, match, sql
from lake.bases.gate import traps
from lake.engines.duckdb import connect

HEAD = "山东省莱州市文昌路街道金苑社区"
_ITEMS = ("address_code", "full_address", "alias", "community_code", "road", "door_no", "building_no", "building_id")
REGISTER = [
    ("A1", f"{HEAD}文化东路1号金苑小区1号楼1单元101室", None, "370683001401", "文化东路", "1", "1", "B1"),
    (
        "A2",
        f"{HEAD}文化东路1号金苑小区1号楼2单元101室",
        "莱州市棉纺厂宿舍1-2-101",
        "370683001401",
        "文化东路",
        "1",
        "1",
        "B1",
    ),
    ("A3", f"{HEAD}文化东路1号金苑小区２号楼1单元101室", None, "370625001401", "文化东路", "1", "2", "B2"),
    ("A4", f"{HEAD}文化东路2号", None, "370683001401", "文化东路", "2", "", "B3"),
    ("A5", f"{HEAD}文化东路3号锦园公寓1号楼1单元101室", None, "370683001401", "文化东路", "3", "1", "B4"),
    ("A6", f"{HEAD}文化东路3号锦湖公寓1号楼1单元101室", None, "370683001401", "文化东路", "3", "1", "B5"),
    ("A7", f"{HEAD}文化东路3号锦湖公寓2号楼1单元101室", None, "370683001401", "文化东路", "3", "2", "B6"),
    ("C1", "山东省莱州市沙河镇李家村西南街12号", None, "370683101501", "西南街", "12", "", "B7"),
    ("C2", "山东省莱州市沙河镇李家村西南街13号", None, "370683101501", "西南街", "13", "", "B8"),
    ("D1", "山东省莱州市沙河镇大李家村西南街12号", None, "370683101502", "西南街", "12", "", "B9"),
    ("E1", "山东省莱州市柞村镇李家村东南街1号", None, "370683109501", "东南街", "1", "", "B10"),
]
DIVISIONS = [
    ("370000", "山东省", None),
    ("370600", "烟台市", None),
    ("370683", "莱州市", None),
    ("370625", "掖县", "370683"),
]
Found = tuple[str, str | None, str | None, str | None, str | None, float]
Ask = Callable[..., list[Found]]


@pytest.fixture(scope="module")
def connection() -> duckdb.DuckDBPyConnection:
    opened = connect()
    register = pa.table({item: [row[at] for row in REGISTER] for at, item in enumerate(_ITEMS)})
    divisions = pa.table({name: pa.array([row[at] for row in DIVISIONS], pa.string())
                          for at, name in enumerate(("code", "name", "successor"))})  # fmt: skip
    for name, rows in (("register", register), ("divisions", divisions)):
        opened.register(name, rows)
    opened.execute("CREATE TABLE standard_address AS SELECT * FROM register")
    opened.execute("CREATE TABLE division_register AS SELECT * FROM divisions")
    return opened


@pytest.fixture
def ask(connection: duckdb.DuckDBPyConnection) -> Ask:
    def asked(*texts: str) -> list[Found]:
        connection.execute("CREATE OR REPLACE TEMP TABLE said AS SELECT unnest(?) AS text", [list(texts)])
        connection.execute(
            "CREATE OR REPLACE TEMP TABLE address_asked AS SELECT address_marked(text) AS marks FROM said"
        )
        match(connection)
        found = connection.execute(
            "SELECT text, level, address_code, building_id, community_code, township_code, CAST(score AS DOUBLE)"
            " FROM said JOIN address_match ON marks = address_marked(text)"
        ).fetchall()
        by_text = {row[0]: row[1:] for row in found}
        return [by_text.get(text, ("none", None, None, None, None, 0.0)) for text in texts]

    return asked


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (f"{HEAD}文化东路1号金苑小区1号楼2单元101室", "A2"),
        ("金苑小区1-2-101", "A2"),
        ("莱州市文昌路街道金苑小区一号楼二单元101", "A2"),
        ("棉纺厂宿舍1-2-101", "A2"),
        ("棉纺厂宿舍2号楼1单元101室", "A3"),
        ("文化东路1号2号楼101室", "A3"),
        ("掖县文昌路街道金苑小区2号楼101", "A3"),
        ("莱州文昌路街道金苑小区2号楼101", "A3"),
        ("文化东路2号", "A4"),
        ("文化东路3号2号楼1单元101室", "A7"),
        ("沙河镇李家村12号", "C1"),
        ("沙河李家村西南街12号", "C1"),
        ("大李家村委会12号", "D1"),
        ("柞村镇李家村1号", "E1"),
        ("大李家12号", "D1"),
        ("锦湖公寓（文化东路3号）2号楼101", "A7"),
        ("沙河镇李家村西南街门牌12号", "C1"),
    ],
)
def test_a_text_that_fits_one_household_finds_it(ask: Ask, text: str, code: str) -> None:
    level, address, building, *_ = ask(text)[0]
    assert (level, address) == ("household", code)
    assert building == next(row[7] for row in REGISTER if row[0] == code)


@pytest.mark.parametrize(
    ("text", "level", "building", "community"),
    [
        ("金苑小区1号楼", "building", "B1", "370683001401"),
        ("金苑小区1号楼101室", "building", "B1", "370683001401"),
        ("金苑小区1号楼9单元909室", "building", "B1", "370683001401"),
        ("金苑小区", "door", None, "370683001401"),
        ("金苑小区7号楼1单元101室", "door", None, "370683001401"),
        ("文化东路1号海天花园1号楼", "door", None, "370683001401"),
        ("文化东路3号1号楼", "road", None, "370683001401"),
        ("文化东路99号", "road", None, "370683001401"),
        ("莱州市文昌路街道文化东路", "road", None, "370683001401"),
        ("沙河镇李家村", "community", None, "370683101501"),
        ("沙河镇李家村99号", "community", None, "370683101501"),
        ("沙河镇李家村东南街12号", "community", None, "370683101501"),
        ("沙河镇西南街12号", "road", None, None),
        ("沙河镇", "township", None, None),
        ("莱州市沙河镇新李家村12号", "township", None, None),
        ("莱州市沙河镇金苑小区1号楼1单元101室", "township", None, None),
        ("山东省青岛市文化东路2号", "none", None, None),
        ("青岛市金苑小区1号楼1单元101室", "none", None, None),
        ("新金苑小区1号楼1单元101室", "none", None, None),
        ("李家村", "none", None, None),
        ("无", "none", None, None),
    ],
)
def test_a_text_that_fits_several_or_none_gets_only_what_is_certain(
    ask: Ask, text: str, level: str, building: str | None, community: str | None
) -> None:
    found, address, where, of_community, *_ = ask(text)[0]
    assert (found, where, of_community) == (level, building, community)
    assert address is None


def test_the_score_falls_with_what_was_not_understood(ask: Ask) -> None:
    whole, remark, short, unknown, far = (
        found[-1]
        for found in ask(
            "文化东路2号", "文化东路2号便民超市", "沙河李家村12号", "文昌路街道太平洋社区文化东路2号", "文化东路99号"
        )
    )
    assert whole == 1.0
    assert whole > remark
    assert whole > short > unknown > far > 0


def test_an_abolished_county_code_is_read_as_the_one_in_force(ask: Ask) -> None:
    assert ask("金苑小区2号楼")[0][3] == "370683001401"


def test_the_answer_to_a_text_does_not_depend_on_the_others_asked(ask: Ask) -> None:
    texts = ["金苑小区1-2-101", "李家村", "文化东路3号1号楼", "沙河镇李家村12号"]
    assert ask(*texts) == [ask(text)[0] for text in texts]


def test_every_level_said_is_a_known_one(ask: Ask) -> None:
    assert {found[0] for found in ask("金苑小区1号楼", "文化东路2号", "沙河镇", "李家村", "")} <= set(LEVELS)


@pytest.mark.parametrize("step", STEPS)
def test_no_step_holds_a_known_trap(step: str) -> None:
    assert traps(sql(step)) == []


def test_an_empty_register_finds_nothing_and_fails_nothing() -> None:
    with connect() as other:
        other.execute(f"CREATE TABLE standard_address ({', '.join(f'{item} VARCHAR' for item in _ITEMS)})")
        other.execute("CREATE TABLE division_register (code VARCHAR, name VARCHAR, successor VARCHAR)")
        other.execute("CREATE TABLE address_asked AS SELECT address_marked('文化东路2号') AS marks")
        match(other)
        assert other.execute("SELECT count(*) FROM address_match").fetchall() == [(0,)]


def test_a_register_without_roads_or_communities_still_finds_what_is_written_whole() -> None:
    with connect() as other:
        other.execute(
            "CREATE TABLE standard_address AS SELECT 'A1' AS address_code,"
            " '莱州市文昌路街道文化东路2号' AS full_address,"
            " 'B1' AS building_id, CAST(NULL AS VARCHAR) AS alias, CAST(NULL AS VARCHAR) AS community_code,"
            " CAST(NULL AS VARCHAR) AS road, CAST(NULL AS VARCHAR) AS door_no, CAST(NULL AS VARCHAR) AS building_no"
        )
        other.execute("CREATE TABLE division_register (code VARCHAR, name VARCHAR, successor VARCHAR)")
        other.execute("CREATE TABLE address_asked AS SELECT address_marked('莱州市文昌路街道文化东路２号') AS marks")
        match(other)
        found = other.execute("SELECT level, address_code, building_id FROM address_match").fetchall()
    assert found == [("household", "A1", "B1")]
