"""Public-service facilities: standard address where the text leads to one, else the grid that holds the point."""

import struct
from datetime import UTC, datetime

from catalog.settings import Settings
from lake.bases import build
from tests.factories.standard_tables import hold, read

NOW = datetime(2026, 11, 20, 1, tzinfo=UTC)
CODE = "37068300140100000003"


def square(x: float, y: float, size: float) -> bytes:
    ring = [(x, y), (x + size, y), (x + size, y + size), (x, y + size), (x, y)]
    return struct.pack("<BIII", 1, 3, 1, 5) + b"".join(struct.pack("<2d", *point) for point in ring)


def test_a_facility_has_its_standard_address_its_township_and_its_hours(settings: Settings) -> None:
    hold(
        settings,
        "police_address",
        {"address_code": CODE, "full_address": "山东省莱州市文昌路街道金苑社区文化东路2号", "road": "文化东路",
         "door_no": "2", "building_id": "B2", "community_code": "370683001401"},
    )  # fmt: skip
    hold(
        settings, "land_grid",
        {"grid_code": "370683002001001", "name": "网格", "township": "城港路街道",
         "geometry": square(119.9, 37.1, 0.1)},
    )  # fmt: skip
    hold(
        settings,
        "education_school",
        {"school_no": "S1", "school_name": "文化东路小学", "facility_kind": "01",
         "address": "莱州市文昌路街道文化东路2号", "opening_hours": "07:30-17:30"},
    )  # fmt: skip
    hold(
        settings,
        "civil_facility",
        {"facility_no": "S1", "facility_name": "城港敬老院", "facility_kind": "05", "address": "港口旁",
         "longitude": 119.95, "latitude": 37.15},
        {"facility_no": "S2", "facility_name": "某处", "facility_kind": "99"},
    )  # fmt: skip
    for name in ("spatial_address", "spatial_address_text", "spatial_grid", "public_service"):
        built = build(settings, name, now=NOW)
    rows = {row["facility_id"]: row for row in read(settings, built.uri)}
    school, home, nowhere = (rows[name] for name in ("education_school:S1", "civil_facility:S1", "civil_facility:S2"))
    assert (school["address_code"], school["township_code"], school["opening_hours"]) == (
        CODE, "370683001", "07:30-17:30")  # fmt: skip
    assert (home["address_code"], home["township_code"], home["kind"]) == (None, "370683002", "05")
    assert (nowhere["township_code"], nowhere["provided_by"]) == (None, "civil")
