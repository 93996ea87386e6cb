"""Texts matched anew only where the register or they themselves changed mean what matching all of them says."""

from collections.abc import Callable, Iterator
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lake.addresses import again as remembering
from lake.addresses.again import REGISTER, TEXTS, Memory, again
from lake.addresses.match import match, sql
from lake.engines.duckdb import connect

COLUMNS = ("address_code", "full_address", "alias", "community_code", "road", "door_no", "building_no", "building_id")
DIVISIONS = pa.table(
    {
        "code": ["370000", "370600", "370683", "370625"],
        "name": ["山东省", "烟台市", "莱州市", "掖县"],
        "successor": pa.array([None, None, None, "370683"], pa.string()),
    }
)
PLACES = (
    ("370683001401", "文昌路街道金苑社区"),
    ("370683001402", "文昌路街道锦园社区"),
    ("370683101501", "沙河镇李家村"),
)
ROADS, DOORS = ("文化东路", "西南街"), ("1", "2", "3")
ESTATES, ALIASES = ("", "金苑小区", "锦湖公寓"), (None, None, "棉纺厂宿舍", "老粮站")
FOUND = "SELECT address, level, score, address_code, building_id, community_code, township_code"
Row = tuple[str | None, ...]


def written(road: str, door: str, estate: str, building: str, unit: str, room: str) -> str:
    """The end of an address, as far as its parts go."""
    home = "".join(f"{number}{what}" for number, what in ((building, "号楼"), (unit, "单元"), (room, "室")) if number)
    return f"{road}{f'{door}号' if door else ''}{estate}{home}"


homes = st.tuples(
    st.sampled_from(ROADS), st.sampled_from(DOORS), st.sampled_from(ESTATES), st.sampled_from(("", "1", "2")),
    st.sampled_from(("", "1")), st.sampled_from(("", "101", "102")),
)  # fmt: skip


@st.composite
def rows(draw: st.DrawFn) -> Row:
    """One row of a register, but for its code."""
    community, name = draw(st.sampled_from(PLACES))
    home, alias = draw(homes), draw(st.sampled_from(ALIASES))
    building = draw(st.sampled_from((None, "B1", "B2", "B3")))
    popular = alias and alias + "".join(f"-{part}" for part in home[3:] if part).lstrip("-")
    return f"山东省莱州市{name}{written(*home)}", popular, community, home[0], home[1], home[3], building


@st.composite
def texts(draw: st.DrawFn) -> str:
    """What a department writes: more or less of an address, or of an alias."""
    head = draw(st.sampled_from(("山东省莱州市", "莱州", "掖县", "")))
    township, _, community = draw(st.sampled_from(PLACES))[1].partition(draw(st.sampled_from(("街道", "镇"))))
    place = draw(st.sampled_from((township, "", f"{township}街道{community}", community, "新城街道")))
    road, door, estate, *home = draw(homes)
    body = draw(st.sampled_from((written(road, door, estate, *home), written("", "", estate or "老粮站", *home),
                                 written("", "", "棉纺厂宿舍", *home), road, written(road, door, "超市", "", "", ""),
                                 f"{estate}{door}号{home[1]}单元{home[2]}室")))  # fmt: skip
    return f"{head}{place}{body}"


# So many addresses of every community that what it is called stays, whatever a few others say.
STEADY: dict[str, Row] = {
    f"S{place}{door}": (f"山东省莱州市{name}东风路{door}号", None, community, "东风路", door, "", f"S{place}")
    for place, (community, name) in enumerate(PLACES)
    for door in "123456789"
}
registers = st.lists(rows(), max_size=30)
asked = st.lists(texts(), min_size=1, max_size=60, unique=True)
changes = st.lists(st.tuples(st.integers(0, 99), st.one_of(st.none(), rows())), max_size=4)


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    """An engine that knows the county."""
    with pytest.MonkeyPatch.context() as patch, connect() as opened:
        patch.setattr(remembering, "MOST", 1.1)
        opened.register("divisions", DIVISIONS)
        opened.execute("CREATE TABLE division_register AS FROM divisions")
        yield opened


def open_inputs(connection: duckdb.DuckDBPyConnection, register: dict[str, Row], said: list[str]) -> None:
    """Give `connection` what both ways read."""
    for kind, name in connection.execute(
        "SELECT table_type, table_name FROM information_schema.tables"
        " WHERE table_catalog = 'temp' AND table_name NOT LIKE 'kept%'"
    ).fetchall():
        connection.execute(f"DROP {'VIEW' if kind == 'VIEW' else 'TABLE'} {name}")
    columns = zip(*((code, *row) for code, row in register.items()), strict=True)
    texts_of = {name: pa.array(list(of), pa.string()) for name, of in zip(COLUMNS, columns, strict=True)}
    connection.register("register", pa.table(texts_of))
    connection.execute("CREATE OR REPLACE TABLE given AS FROM register")
    connection.execute("CREATE OR REPLACE TABLE said AS SELECT unnest(?) AS address", [said])
    connection.execute("CREATE TEMP VIEW standard_address AS FROM given")
    connection.execute("CREATE TEMP VIEW address_line AS FROM said")


def afresh(connection: duckdb.DuckDBPyConnection, register: dict[str, Row], said: list[str]) -> dict[str, Any]:
    """Every text with what it means, all of them matched."""
    open_inputs(connection, register, said)
    for step in ("address_read", "address_asked"):
        connection.execute(f"CREATE TEMP TABLE {step} AS {sql(step)}")
    match(connection)
    return answers(connection)


def answers(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """What the steps run last say of each text."""
    found = connection.execute(f"{FOUND} FROM address_read LEFT JOIN address_match USING (marks)").fetchall()
    return {row[0]: row[1:] for row in found}


def keep(connection: duckdb.DuckDBPyConnection) -> Memory:
    """What that run leaves."""
    for name, text in (
        ("kept_register", REGISTER),
        ("kept_texts", TEXTS),
        ("kept_answers", "SELECT address FROM address_read"),
    ):
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {text}")
    return Memory("kept_register", "kept_texts", "kept_answers")


def put_together(connection: duckdb.DuckDBPyConnection, before: dict[str, Any]) -> dict[str, Any]:
    """What the last run said of the texts, but for those the steps run last answered anew."""
    gone = {address for (address,) in connection.execute("FROM address_gone").fetchall()}
    return {text: means for text, means in before.items() if text not in gone} | answers(connection)


def changed(register: dict[str, Row], wanted: list[tuple[int, Row | None]]) -> dict[str, Row]:
    """The register after rows were dropped, replaced under their code, or added under another."""
    after = dict(register)
    for place, row in wanted:
        code = f"A{place:02d}"
        if row is None:
            after.pop(sorted(after)[place % len(after)])
        else:
            after[code] = row
    return after


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(registers, changes, asked, asked, st.booleans())
def test_texts_matched_again_mean_what_matching_all_says(
    connection: duckdb.DuckDBPyConnection,
    listed: list[Row],
    wanted: list[tuple[int, Row | None]],
    first: list[str],
    more: list[str],
    stay: bool,
) -> None:
    register: dict[str, Row] = STEADY | {f"A{place:02d}": row for place, row in enumerate(listed)}
    before = afresh(connection, register, first)
    memory = keep(connection)
    now, said = changed(register, wanted), list(dict.fromkeys([*(first if stay else first[1:]), *more[:5]]))
    open_inputs(connection, now, said)
    if again(connection, memory):
        assert put_together(connection, before) == afresh(connection, now, said)


HEAD = "山东省莱州市文昌路街道金苑社区"
REGISTERED: dict[str, Row] = {
    f"A{door}": (f"{HEAD}文化东路{door}号", None, "370683001401", "文化东路", door, "", f"B{door}") for door in "123456"
}
for room in ("101", "102"):
    REGISTERED[f"H{room}"] = (f"{HEAD}文化东路8号1号楼{room}室", None, "370683001401", "文化东路", "8", "1", "B8")
ASKED = [*(f"文化东路{door}号" for door in "123456"), "老粮站", "文化东路7号3号楼", "文化东路8号", "文化东路8号1号楼",
         *(f"文化东路8号1号楼{room}室" for room in (101, 102, 103))]  # fmt: skip


def but(code: str, **said: str) -> dict[str, Row]:
    """The register with one row that says something else."""
    row = dict(zip(COLUMNS[1:], REGISTERED.get(code, REGISTERED["H101"]), strict=True)) | said
    return REGISTERED | {code: tuple(row.values())}


@pytest.mark.parametrize(
    ("after", "asks"),
    [
        (REGISTERED, set()),
        (but("A1", building_id="B9"), {"文化东路1号"}),
        ({code: row for code, row in REGISTERED.items() if code != "A6"}, {"文化东路6号"}),
        (but("A7", full_address=f"{HEAD}文化东路7号", door_no="7", building_no=""), {"文化东路7号3号楼"}),
        (but("A6", alias="老粮站"), {"文化东路6号", "老粮站"}),
        (but("H103", full_address=f"{HEAD}文化东路8号1号楼103室"), {"文化东路8号1号楼103室"}),
        (but("H102", building_id="B9"), {text for text in ASKED if "8号" in text}),
        (but("H2", full_address=f"{HEAD}文化东路8号2号楼101室", building_no="2", building_id="B9"), {"文化东路8号"}),
    ],
)
def test_only_texts_whose_answer_may_have_changed_are_asked_again(
    connection: duckdb.DuckDBPyConnection, after: dict[str, Row], asks: set[str]
) -> None:
    afresh(connection, REGISTERED, ASKED)
    memory = keep(connection)
    open_inputs(connection, after, ASKED)
    assert again(connection, memory)
    assert {address for (address,) in connection.execute("SELECT address FROM address_read").fetchall()} == asks


def home(end: str, road: str, door: str, building: str, of: str | None) -> Row:
    """A row of the register, in the community all of them lie in."""
    return f"{HEAD}{end}", None, "370683001401", road, door, building, of


BUILT = REGISTERED | {
    "E1": home("文化东路9号金苑小区1号楼1单元101室", "文化东路", "9", "1", "B91"),
    "E2": home("文化东路9号金苑小区2号楼1单元101室", "文化东路", "9", "2", "B92"),
    "E3": home("文化东路9号金苑小区3号楼2单元301室", "文化东路", "9", "3", "B93"),
    "E4": home("文化东路10号锦湖公寓", "文化东路", "10", "", "B10"),
    "R1": home("和平巷1号", "和平巷", "1", "", "B11"),
}
MOVED = home("文化东路9号金苑小区3号楼2单元301室", "文化东路", "9", "3", "B99")


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("金苑小区3号2单元301室", BUILT | {"E3": MOVED}),  # the door is a building, of an estate of several
        ("西南街5号锦湖公寓", BUILT | {"E4": home("文化东路10号锦湖公寓", "文化东路", "10", "", "B99")}),
        ("西南街5号金苑小区3号楼2单元301室", BUILT | {"E3": MOVED}),
        ("文化东路1号超市", BUILT | {"A1": home("文化东路1号", "文化东路", "1", "", "B99")}),
        ("新华街5号", BUILT | {"R2": home("新华街1号", "新华街", "1", "", "B12")}),
        ("金苑社区新华街5号", BUILT | {"R2": home("新华街1号", "新华街", "1", "", "B12")}),
        ("和平巷5号", {code: row for code, row in BUILT.items() if code != "R1"}),
    ],
)
def test_a_text_reached_in_a_roundabout_way_has_the_answer_it_has_afresh(
    connection: duckdb.DuckDBPyConnection, text: str, after: dict[str, Row]
) -> None:
    before = afresh(connection, BUILT, [text])
    memory = keep(connection)
    open_inputs(connection, after, [text])
    assert again(connection, memory)
    found = put_together(connection, before)
    assert found != before, "the case is one in which the answer changes"
    assert found == afresh(connection, after, [text])


@pytest.mark.parametrize(
    "spoil",
    [
        lambda row: (str(row[0]).replace("金苑社区", "银苑社区"), *row[1:]),
        lambda row: (str(row[0]).replace("文昌路街道", "城港路街道"), *row[1:]),
    ],
)
def test_another_name_of_a_community_or_township_has_everything_matched(
    connection: duckdb.DuckDBPyConnection, spoil: Callable[[Row], Row]
) -> None:
    afresh(connection, REGISTERED, ["文化东路1号"])
    memory = keep(connection)
    open_inputs(connection, {code: spoil(row) for code, row in REGISTERED.items()}, ["文化东路1号"])
    assert not again(connection, memory)


def test_an_address_under_another_county_code_has_everything_matched(connection: duckdb.DuckDBPyConnection) -> None:
    afresh(connection, REGISTERED, ["烟台文化东路1号"])
    memory = keep(connection)
    open_inputs(connection, but("A9", community_code="370600001001", road=""), ["烟台文化东路1号"])
    assert not again(connection, memory)


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_code_that_stands_twice_in_the_register_has_everything_matched(
    connection: duckdb.DuckDBPyConnection, when: str
) -> None:
    afresh(connection, REGISTERED, ["文化东路1号"])
    memory = keep(connection)
    if when == "before":
        connection.execute("INSERT INTO kept_register FROM kept_register WHERE address_code = 'A1'")
    open_inputs(connection, REGISTERED, ["文化东路1号"])
    if when == "after":
        connection.execute(
            "INSERT INTO given SELECT * REPLACE ('B9' AS building_id) FROM given WHERE address_code = 'A1'"
        )
    assert not again(connection, memory)
