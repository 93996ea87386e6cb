"""Spatial bases and the housing topic: places, divisions from several registers, and people who draw support."""

import shutil
import struct
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from catalog.settings import Settings
from catalog.standards import check_digits
from lake import tables
from lake.bases import BASES, build
from lake.bases.building import Writing
from lake.bases.model import BaseModel
from lake.bases.spatial.addressing import keep
from lake.layout import Layout
from tests.factories.standard_tables import day, hold, read

NOW = datetime(2026, 11, 20, 1, tzinfo=UTC)
WANG = "370683199003074514"
FLAT = "3706830014010000000"


def square(x: float, y: float, size: float = 0.01) -> bytes:
    ring = [(x, y), (x + size, y), (x + size, y + size), (x, y + size), (x, y)]
    return struct.pack("<BIII", 1, 3, 1, 5) + b"".join(struct.pack("<2d", *point) for point in ring)


@pytest.fixture
def county(settings: Settings) -> Settings:
    hold(
        settings,
        "land_grid",
        {"grid_code": "370683001001001", "name": "第一网格", "township": "文昌路街道", "geometry": square(119.9, 37.1)},
        {
            "grid_code": "370683001001002",
            "name": "第二网格",
            "township": "文昌路街道",
            "geometry": square(119.92, 37.1),
        },
    )
    hold(
        settings, "land_building", {"building_id": "B1", "name": "一号楼", "floors": 6, "geometry": square(119.9, 37.1)}
    )
    hold(settings, "land_parcel", {"parcel_code": "370683001001GB00001", "geometry": square(119.9, 37.1)})
    hold(
        settings,
        "police_address",
        {"address_code": "A1", "full_address": "文昌路街道1号", "community_code": "370683001001", "building_id": "B1",
         "longitude": 119.905, "latitude": 37.105},
        {"address_code": "A2", "full_address": "文昌路街道2号", "community_code": "370683001001", "building_id": "B1"},
    )  # fmt: skip
    return settings


def test_divisions_come_from_the_code_table_and_the_registers_together(county: Settings) -> None:
    hold(county, "civil_township", {"township_code": "370683001", "name": "文昌路街道办事处"})
    hold(county, "bureau_division", {"division_code": "370625", "name": "掖县", "revoked": True})
    hold(county, "land_county", {"division_code": "370683", "name": "莱州市", "geometry": square(119.5, 37.0, 0.5)})
    build(county, "spatial_division", now=NOW)
    rows = {row["division_code"]: row for row in read(county, Layout(county.lake_url).base("spatial_division"))}
    assert (rows["370683001"]["name"], rows["370683001"]["name_from"]) == ("文昌路街道办事处", "civil")
    assert (rows["370683001"]["level"], rows["370683001"]["parent_code"]) == ("township", "370683")
    assert (rows["370683"]["level"], rows["370683"]["parent_code"]) == ("county", "370600")
    assert rows["370683"]["geometry"] is not None
    assert (rows["370625"]["abolished"], rows["370625"]["successor"]) == (True, "370683")
    assert (rows["370683001001"]["level"], rows["370683001001"]["parent_code"]) == ("village", "370683001")
    assert rows["370683001001"]["longitude"] == pytest.approx(119.915)
    assert (rows["370000"]["level"], rows["370000"]["parent_code"]) == ("province", None)


def test_a_township_only_the_grids_know_has_the_name_they_give(county: Settings) -> None:
    build(county, "spatial_division", now=NOW)
    rows = {row["division_code"]: row for row in read(county, Layout(county.lake_url).base("spatial_division"))}
    assert (rows["370683001"]["name"], rows["370683001"]["providers"]) == ("文昌路街道", "land")


def test_buildings_know_their_place_and_their_addresses(county: Settings) -> None:
    build(county, "spatial_building", now=NOW)
    (row,) = read(county, Layout(county.lake_url).base("spatial_building"))
    assert (row["community_code"], row["addresses"], row["floors"]) == ("370683001001", 2, 6)
    assert (row["longitude"], row["latitude"]) == (pytest.approx(119.905), pytest.approx(37.105))


@pytest.mark.parametrize(("name", "rows"), [("spatial_address", 2), ("spatial_grid", 2), ("spatial_parcel", 1)])
def test_the_other_spatial_tables_hold_what_was_delivered(county: Settings, name: str, rows: int) -> None:
    assert build(county, name, now=NOW).rows == rows


def test_every_model_builds_the_items_it_promises(county: Settings) -> None:
    hold(county, "police_person", {"person_no": "1", "resident_id": WANG})
    hold(county, "market_enterprise", {"record_no": "1", "uscc": "91370683MA3C00003Q"})
    hold(county, "stats_indicator", {"indicator_code": "LZ001", "period": "202501", "value": 1.0, "unit": "亿元"})
    hold(
        county,
        "reform_penalty",
        {"penalty_no": "莱罚〔2025〕1号", "uscc": "91370683MA3C00003Q", "decided_on": day(2025)},
    )
    for base in BASES:
        built = build(county, base.name, now=NOW)
        assert tables.schema(built.uri, settings=county).names == [item.name for item in base.items], base.name


def test_people_who_draw_support_are_shown_by_the_population_base(county: Settings) -> None:
    hold(
        county,
        "police_person",
        {"person_no": "1", "resident_id": WANG, "name": "王伟", "address": "莱州市文昌路街道1号", "status": "1"},
    )
    hold(
        county,
        "civil_subsistence",
        {"serial_no": "1", "resident_id": WANG, "name": "王玮", "monthly_amount": 600.0, "approved_on": day(2024)},
        {"serial_no": "2", "resident_id": WANG, "name": "王玮", "monthly_amount": 650.0, "approved_on": day(2025)},
        {"serial_no": "3", "name": "没有号码", "monthly_amount": 500.0},
    )
    for name in ("population", "spatial_division", "topic_housing_support"):
        built = build(county, name, now=NOW)
    assert built.uri == Layout(county.lake_url).topic("topic_housing_support")
    (row,) = read(county, built.uri)
    assert (row["name"], row["monthly_amount"], row["alive"]) == ("王伟", 650.0, True)
    assert (row["township_code"], row["providers"]) == ("370683001", "civil,police")


@pytest.fixture
def addressed(settings: Settings) -> Settings:
    """Three standard addresses of one road, and rows of three departments that mean them."""
    head = "山东省莱州市文昌路街道金苑社区文化东路"
    place = {"community_code": "370683001401", "road": "文化东路"}
    block = {"building_id": "B1", "door_no": "1", "building_no": "1"}
    hold(
        settings,
        "police_address",
        {"address_code": f"{FLAT}1", "full_address": f"{head}1号金苑小区1号楼1单元101室", **place, **block},
        {"address_code": f"{FLAT}2", "full_address": f"{head}1号金苑小区1号楼1单元102室", **place, **block},
        {"address_code": f"{FLAT}3", "full_address": f"{head}2号", "building_id": "B2", "door_no": "2", **place},
    )  # fmt: skip
    hold(
        settings,
        "police_person",
        {"person_no": "1", "resident_id": WANG, "name": "王伟", "address": "莱州市金苑小区1-1-102", "status": "1"},
        {"person_no": "2", "name": "没有地址"},
    )
    hold(settings, "civil_subsistence", {"serial_no": "7", "resident_id": WANG, "address": "文昌路街道金苑小区一号楼"})
    hold(settings, "market_enterprise", {"record_no": "9", "name": "某公司", "address": "莱州市文昌路街道文化东路2号"})
    return settings


def test_rows_of_any_department_are_linked_to_the_standard_address_they_mean(addressed: Settings) -> None:
    for name in ("spatial_address", "spatial_address_text", "spatial_address_link"):
        built = build(addressed, name, now=NOW)
    links = {row["dataset"]: row for row in read(addressed, built.uri)}
    assert set(links) == {"police_person", "civil_subsistence", "market_enterprise"}
    person, poor, firm = (links[name] for name in ("police_person", "civil_subsistence", "market_enterprise"))
    assert (person["level"], person["address_code"], person["building_id"], person["source_key"]) == (
        "household", f"{FLAT}2", "B1", "1")  # fmt: skip
    assert (poor["level"], poor["address_code"], poor["building_id"]) == ("building", None, "B1")
    assert (firm["address_code"], firm["community_code"], firm["score"]) == (
        "37068300140100000003",
        "370683001401",
        1.0,
    )


def test_the_code_of_a_household_is_its_address_code_with_a_check_digit(addressed: Settings) -> None:
    for name in ("spatial_address", "spatial_address_text"):
        built = build(addressed, name, now=NOW)
    codes = {row["address"]: row["household_code"] for row in read(addressed, built.uri)}
    code = f"{FLAT}2"
    assert codes["莱州市金苑小区1-1-102"] == code + check_digits.mod_11_10(code)
    assert codes["文昌路街道金苑小区一号楼"] is None


def test_texts_are_not_matched_anew_while_nothing_is_delivered(addressed: Settings) -> None:
    build(addressed, "spatial_address", now=NOW)
    first = build(addressed, "spatial_address_text", now=NOW)
    again = build(addressed, "spatial_address_text", now=NOW)
    assert (first.new, again.new, again.delta_version) == (True, False, first.delta_version)


@pytest.mark.parametrize("forgotten", ["", "register", "prepared"])
def test_texts_built_on_what_the_last_build_left_are_those_built_afresh(
    addressed: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, forgotten: str
) -> None:
    whole: list[str] = []

    def kept(connection: duckdb.DuckDBPyConnection, model: BaseModel, how: Writing) -> None:
        whole.append(how.run_id)
        keep(connection, model, how)

    monkeypatch.setattr("lake.addresses.again.MOST", 1.1)
    monkeypatch.setattr("lake.bases.spatial.addressing.keep", kept)
    order = ("spatial_address", "spatial_address_text")
    for name in order:
        build(addressed, name, now=NOW)
    layout = Layout(addressed.lake_url)
    rows = [row | {"building_id": "B7"} for row in read(addressed, layout.standard("police_address"))]
    hold(addressed, "police_address", *rows, day=2)
    hold(addressed, "market_enterprise", {"record_no": "9", "address": "文昌路街道文化东路1号"}, day=2)
    if forgotten:  # written by another run, as an erasure does
        uri = layout.base(f"spatial_address_text_{forgotten}")
        tables.write(uri, tables.read(uri, settings=addressed).slice(1), run_id="other", settings=addressed)
    other = Settings(home=shutil.copytree(addressed.home, tmp_path / "other"))
    for name in order:
        built = build(addressed, name, now=NOW)
    assert len(whole) == (2 if forgotten else 1)
    for name in order:
        anew = build(other, name, now=NOW, afresh=True)
    found = tables.read(built.uri, settings=addressed)
    assert found["building_id"].to_pylist() == ["B7", "B7", "B7"]
    assert found.equals(tables.read(anew.uri, settings=other))


def test_a_person_is_led_to_building_and_grid(addressed: Settings) -> None:
    grids = [
        {"grid_code": f"37068300140100{number}", "name": "网格", "geometry": square(x, 37.1, 0.05)}
        for number, x in ((1, 119.8), (2, 119.9))
    ]
    hold(addressed, "land_grid", *grids)
    hold(addressed, "land_building", {"building_id": "B1", "geometry": square(119.91, 37.11)})
    order = ("population", "spatial_address", "spatial_address_text", "spatial_building", "spatial_grid")
    for name in (*order, "topic_resident_place"):
        built = build(addressed, name, now=NOW)
    (row,) = read(addressed, built.uri)
    assert (row["building_id"], row["grid_code"], row["community_code"]) == ("B1", "370683001401002", "370683001401")
    assert (row["address_code"], row["address_from"], row["level"]) == (f"{FLAT}2", "police", "household")
