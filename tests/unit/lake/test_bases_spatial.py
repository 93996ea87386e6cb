"""Spatial bases and the housing topic: places, divisions from several registers, and people who draw support."""

import struct
from datetime import UTC, datetime

import pytest

from catalog.settings import Settings
from lake import tables
from lake.bases import BASES, build
from lake.layout import Layout
from tests.factories.standard_tables import day, hold, read

NOW = datetime(2026, 11, 20, 1, tzinfo=UTC)
WANG = "370683199003074514"


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
