"""The places: inside the county, tiling it, each with an identity of its own, the same for the same seed."""

import numpy as np
import pyarrow.compute as pc
import pytest

from demo.city import geography, geography_plan
from demo.city.context import generator
from demo.city.geography_shapes import area_in_square_metres, rings_of
from lake.engines.duckdb import connect

RESIDENTS = 4000


@pytest.fixture(scope="module")
def places():
    return geography.build(generator(7, "geography"), RESIDENTS)


def quads(table):
    """Corners of the table's polygons, without the closing point."""
    return rings_of(table["geometry"])[:, :4]


def test_there_is_an_address_for_every_two_or_three_residents(places):
    assert places.addresses.num_rows == round(RESIDENTS / 2.4)


@pytest.mark.parametrize("column", ["address_id", "address_code", "full_text"])
def test_no_two_addresses_share_an_identity(places, column):
    assert pc.count_distinct(places.addresses[column]).as_py() == places.addresses.num_rows


@pytest.mark.parametrize(
    ("table", "column", "length"),
    [
        ("buildings", "building_id", 28),
        ("parcels", "parcel_code", 19),
        ("grids", "grid_code", 15),
        ("communities", "community_code", 12),
        ("townships", "township_code", 9),
    ],
)
def test_codes_are_distinct_and_of_their_standard_length(places, table, column, length):
    codes = getattr(places, table)[column].to_pylist()
    assert len(set(codes)) == len(codes)
    assert {len(code) for code in codes} == {length}
    assert all(code.startswith("370683") for code in codes)


@pytest.mark.parametrize("table", ["buildings", "parcels"])
def test_every_polygon_lies_inside_the_county(places, table):
    corners = quads(getattr(places, table)).reshape(-1, 2)
    assert geography_plan.inside_county(corners[:, 0], corners[:, 1]).all()


@pytest.mark.parametrize("table", ["buildings", "parcels", "grids", "communities", "townships"])
def test_every_polygon_is_convex_and_runs_counter_clockwise(places, table):
    sides = np.roll(quads(getattr(places, table)), -1, axis=1) - quads(getattr(places, table))
    turn = np.roll(sides, -1, axis=1)
    assert (sides[..., 0] * turn[..., 1] - sides[..., 1] * turn[..., 0] > 0).all()


@pytest.mark.parametrize("finer", ["grids", "communities"])
def test_pieces_cover_the_townships_without_gap_or_overlap(places, finer):
    whole = area_in_square_metres(quads(places.townships)).sum()
    assert area_in_square_metres(quads(getattr(places, finer))).sum() == pytest.approx(whole, rel=1e-6)


def test_no_two_footprints_share_ground(places):
    with connect(extensions=("spatial",)) as engine:
        engine.register("buildings", places.buildings.select(["geometry"]))
        together, apart = engine.execute(
            "SELECT ST_Area(ST_Union_Agg(shape)), sum(ST_Area(shape)) "
            "FROM (SELECT ST_GeomFromWKB(geometry) AS shape FROM buildings)"
        ).fetchone()
    assert together == pytest.approx(apart, rel=1e-9)


def test_an_address_stands_in_its_building_and_its_text_says_where(places):
    row = places.addresses.slice(0, 1).to_pylist()[0]
    building = places.buildings.slice(row["building_row"], 1).to_pylist()[0]
    assert building["building_id"] == row["building_id"]
    assert (building["lng"], building["lat"]) == (row["lng"], row["lat"])
    for part in ("township", "road", "estate"):
        assert row[part] in row["full_text"]
    assert row["full_text"].startswith("山东省莱州市")
    assert row["full_text"].endswith(f"{row['room_no']}室")
    assert row["partial_text"] != row["full_text"] != row["alias_text"]


def test_the_same_seed_builds_the_same_places_and_another_seed_others(places):
    again = geography.build(generator(7, "geography"), RESIDENTS)
    other = geography.build(generator(8, "geography"), RESIDENTS)
    assert again.addresses.equals(places.addresses)
    assert again.parcels.equals(places.parcels)
    assert not other.addresses.equals(places.addresses)


@pytest.mark.parametrize("residents", [40, 500])
def test_the_smallest_city_has_places_too(residents):
    assert geography.build(generator(1, "geography"), residents).addresses.num_rows == round(residents / 2.4)
