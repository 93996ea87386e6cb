"""Geometries and points: valid, and inside the county of the hub (Laizhou)."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from catalog.contracts import Item
from catalog.settings import Settings
from lake.engines.duckdb import connect
from quality.run import judge
from tests.integration.quality.conftest import StageRows, contract_of, zone

SHAPES = (
    Item("person_no", "编号", "Number", "parcel_code", "string", key=True),
    Item("geometry", "图形", "Geometry", "geometry", "geometry"),
)
POINTS = (
    Item("person_no", "编号", "Number", "address_code", "string", key=True),
    Item("longitude", "经度", "Longitude", "longitude", "decimal"),
    Item("latitude", "纬度", "Latitude", "latitude", "decimal"),
)


def wkb(settings: Settings, texts: dict[str, str]) -> list[dict[str, Any]]:
    """Rows with those geometries, given as well-known text."""
    with connect(settings, extensions=("spatial",)) as connection:
        return [
            {
                "person_no": name,
                "geometry": connection.execute("SELECT ST_AsWKB(ST_GeomFromText($1))", [text]).fetchall()[0][0],
            }
            for name, text in texts.items()
        ]


def test_an_invalid_geometry_and_one_outside_the_county_are_held_back(
    registry: Settings, stage: StageRows, now: datetime
) -> None:
    rows = wkb(
        registry,
        {
            "right": "POLYGON((119.9 37.1, 119.95 37.1, 119.95 37.15, 119.9 37.1))",
            "bow_tie": "POLYGON((119.9 37.1, 119.95 37.15, 119.95 37.1, 119.9 37.15, 119.9 37.1))",
            "swapped": "POLYGON((37.1 119.9, 37.1 119.95, 37.15 119.95, 37.1 119.9))",
            "next_door": "POINT(120.9 37.1)",
        },
    )
    rows += [{"person_no": "none", "geometry": None}, {"person_no": "bytes", "geometry": None, "_bad": ["geometry"]}]
    verdict = judge(registry, contract_of(rules=(), items=SHAPES), stage(rows, items=SHAPES), now=now)
    counts = {each.rule_id: (each.a, each.b) for each in verdict.results if each.scope == "field"}
    assert counts["geometry.valid"] == (3, 4)
    assert counts["geometry.inside_county"] == (2, 4)
    assert counts["geometry.unreadable"] == (4, 5)
    held = {row["person_no"]: row["_rules"] for row in zone(registry, "quarantine")}
    assert held == {
        "bow_tie": ["geometry.valid"],
        "swapped": ["geometry.inside_county"],
        "next_door": ["geometry.inside_county"],
    }
    assert all(row["geometry"] for row in zone(registry, "quarantine"))


TILES = {
    "a": "POLYGON((119.90 37.10, 119.91 37.10, 119.91 37.11, 119.90 37.11, 119.90 37.10))",
    "b": "POLYGON((119.91 37.10, 119.92 37.10, 119.92 37.11, 119.91 37.11, 119.91 37.10))",
    "c": "POLYGON((119.90 37.11, 119.91 37.11, 119.91 37.12, 119.90 37.12, 119.90 37.11))",
    "d": "POLYGON((119.91 37.11, 119.92 37.11, 119.92 37.12, 119.91 37.12, 119.91 37.11))",
}
"""Four tiles of some 890 m by 1,110 m that meet in the middle."""


@pytest.mark.parametrize(
    ("changed", "overlapping", "beside"),
    [
        ({}, set(), set()),
        ({"b": TILES["b"].replace("119.91 37", "119.909999 37")}, set(), set()),  # a strip of 9 cm: 99 m²
        ({"b": TILES["b"].replace("119.91 37", "119.9095 37")}, {"a", "b"}, set()),
        (
            {"d": "POLYGON((119.915 37.115, 119.92 37.115, 119.92 37.12, 119.915 37.12, 119.915 37.115))",
             "e": "POLYGON((119.92 37.11, 119.93 37.11, 119.93 37.12, 119.92 37.12, 119.92 37.11))",
             "f": "POLYGON((119.91 37.12, 119.92 37.12, 119.92 37.13, 119.91 37.13, 119.91 37.12))"},
            set(),
            {"a", "b", "c", "d", "e", "f"},
        ),
        (
            {"d": "POLYGON((119.91 37.11, 119.92 37.12, 119.92 37.11, 119.91 37.12, 119.91 37.11))"},
            set(),
            {"b", "d"},
        ),
    ],
    ids=["they tile", "within tolerance", "one reaches into another", "a hole inside", "a bow tie leaves a gap"],
)  # fmt: skip
def test_areas_that_tile_the_land_neither_overlap_nor_leave_a_gap_between_them(
    registry: Settings, stage: StageRows, now: datetime, changed: dict[str, str], overlapping: set[str],
    beside: set[str],
) -> None:  # fmt: skip
    tiles = replace(contract_of(rules=(), items=SHAPES), options={"tiling": 100})
    rows = wkb(registry, TILES | changed)
    verdict = judge(registry, tiles, stage([*rows, {"person_no": "none"}], items=SHAPES), now=now)
    found: dict[str, set[str]] = {"geometry.overlaps": set(), "geometry.beside_gap": set()}
    for row in zone(registry, "findings"):
        if row["rule"] in found:
            found[row["rule"]].add(row["key"])
    assert found == {"geometry.overlaps": overlapping, "geometry.beside_gap": beside}
    seen = {each.rule_id: (each.b, each.severity, each.scope) for each in verdict.results}
    assert seen["geometry.overlaps"] == (len(rows), "warn", "field")


def test_areas_of_a_layer_that_says_nothing_of_tiling_may_overlap(
    registry: Settings, stage: StageRows, now: datetime
) -> None:
    rows = wkb(registry, {"a": TILES["a"], "twin": TILES["a"]})
    verdict = judge(registry, contract_of(rules=(), items=SHAPES), stage(rows, items=SHAPES), now=now)
    assert not {"geometry.overlaps", "geometry.beside_gap"} & {each.rule_id for each in verdict.results}


@pytest.mark.parametrize(
    ("place", "inside"),
    [((119.94, 37.18), True), ((37.18, 119.94), False), ((120.31, 37.18), False), ((119.94, 36.94), False)],
)
def test_a_point_outside_the_county_is_held_back(
    registry: Settings, stage: StageRows, now: datetime, place: tuple[float, float], inside: bool
) -> None:
    rows = [
        {"person_no": "p1", "longitude": place[0], "latitude": place[1]},
        {"person_no": "p2", "longitude": 119.94, "latitude": 37.18},
        {"person_no": "p3", "longitude": None, "latitude": 37.18},
    ]
    verdict = judge(registry, contract_of(rules=(), items=POINTS), stage(rows, items=POINTS), now=now)
    (result,) = [each for each in verdict.results if each.rule_id == "longitude.inside_county"]
    assert (result.a, result.b) == (1 + inside, 2)
    assert verdict.quarantined == (0 if inside else 1)
