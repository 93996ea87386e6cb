"""Geometries and points: valid, and inside the county of the hub (Laizhou)."""

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
