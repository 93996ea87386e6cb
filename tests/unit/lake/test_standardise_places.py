"""Places of every frame come to CGCS2000; axes are put right, broken shapes kept apart, local frames refused."""

import math
import struct

import pyarrow as pa
import pytest

from catalog.errors import ContractBroken
from catalog.settings import Settings
from catalog.standards.coordinates import TO_CGCS2000
from lake.wkb import move, readable
from tests.factories.staging import contract, staged

LAIZHOU = (119.9423, 37.1771)
FRAMES = [
    ("GCJ-02", (119.947515, 37.177622)),
    ("BD-09", (119.954100, 37.183284)),
    ("EPSG:4528", (40494875.962, 4116166.968)),
    ("EPSG:4549", (494875.962, 4116166.968)),
    ("EPSG:4490", LAIZHOU),
    (None, LAIZHOU),
]
Ring = list[tuple[float, float]]


def polygon(*rings: Ring) -> bytes:
    """WKB of a polygon, little-endian."""
    body = b"".join(
        struct.pack("<I", len(ring)) + b"".join(struct.pack("<2d", *point) for point in ring) for ring in rings
    )
    return struct.pack("<BII", 1, 3, len(rings)) + body


def triangle(at: tuple[float, float], size: float) -> Ring:
    x, y = at
    return [(x, y), (x + size, y), (x, y + size), (x, y)]


def first_point(shape: bytes) -> tuple[float, float]:
    x, y = struct.unpack_from("<2d", shape, 13)
    return x, y


def near(point: tuple[float, float]) -> bool:
    return math.dist(point, LAIZHOU) < 1e-6


@pytest.mark.parametrize(("crs", "point"), FRAMES)
def test_a_point_comes_to_cgcs2000_even_with_its_axes_exchanged(
    settings: Settings, crs: str | None, point: tuple[float, float]
) -> None:
    lng, lat = map(str, point)
    rows = staged(
        settings, contract("longitude", "latitude", crs=crs), {"longitude": [lng, lat], "latitude": [lat, lng]}
    )
    assert all(near((row["longitude"], row["latitude"])) for row in rows)
    assert [row["_notes"] for row in rows] == [[], ["longitude:swapped_axes", "latitude:swapped_axes"]]
    assert [row["_bad"] for row in rows] == [[], []]


@pytest.mark.parametrize(("crs", "point"), FRAMES)
def test_a_shape_comes_to_cgcs2000_even_with_its_axes_exchanged(
    settings: Settings, crs: str | None, point: tuple[float, float]
) -> None:
    ring = triangle(point, 50.0 if point[0] > 1000 else 0.001)
    shapes = [polygon(ring), polygon([(y, x) for x, y in ring])]
    rows = staged(settings, contract("geometry", crs=crs), {"geometry": pa.array(shapes, pa.binary())})
    assert all(near(first_point(row["geometry"])) for row in rows)
    assert [row["_notes"] for row in rows] == [[], ["geometry:swapped_axes"]]


def test_bytes_that_are_no_shape_are_unreadable_and_spoil_no_other_row(settings: Settings) -> None:
    good = polygon(triangle(LAIZHOU, 0.001))
    shapes = pa.array([good, b"xx", None, good[:-3], good + b"\x00"], pa.binary())
    rows = staged(settings, contract("geometry", crs="GCJ-02"), {"geometry": shapes})
    assert [row["geometry"] is not None for row in rows] == [True, False, False, False, False]
    assert [row["_bad"] for row in rows] == [[], ["geometry"], [], ["geometry"], ["geometry"]]


def test_an_invalid_shape_stays_for_the_quality_run(settings: Settings) -> None:
    bow_tie = polygon([(119.0, 37.0), (119.1, 37.1), (119.1, 37.0), (119.0, 37.1), (119.0, 37.0)])
    (row,) = staged(settings, contract("geometry"), {"geometry": pa.array([bow_tie], pa.binary())})
    assert (row["geometry"], row["_bad"]) == (bow_tie, [])


def test_a_number_no_place_has_is_unreadable(settings: Settings) -> None:
    columns = {"longitude": ["abc", "119°56′", "500"], "latitude": ["37", "37°10′", "37"]}
    rows = staged(settings, contract("longitude", "latitude", crs="BD-09"), columns)
    assert [row["longitude"] for row in rows] == [None, None, None]
    assert all("longitude" in row["_bad"] for row in rows)


def test_a_local_frame_is_refused_with_a_sentence(settings: Settings) -> None:
    with pytest.raises(ContractBroken, match="CGCS2000"):
        staged(settings, contract("geometry", crs="QINGDAO-LOCAL"), {"geometry": pa.array([None], pa.binary())})


def test_every_kind_of_shape_is_moved_and_heights_stay() -> None:
    point_z = struct.pack("<BI3d", 1, 1001, 119.947515, 37.177622, 12.0)
    line = struct.pack(">BII4d", 0, 2, 2, 119.9, 37.1, 120.0, 37.2)
    empty = struct.pack("<BII", 1, 3, 0)
    multi = struct.pack("<BII", 1, 6, 3) + polygon(triangle(LAIZHOU, 0.1)) + empty + polygon(triangle(LAIZHOU, 0.2))
    with_srid = struct.pack("<BII2d", 1, 0x20000001, 4490, 119.947515, 37.177622)
    shapes: list[bytes | None] = [point_z, line, multi, with_srid, None]
    moved = move(shapes, TO_CGCS2000["GCJ-02"])
    assert [len(shape or b"") for shape in moved] == [len(shape or b"") for shape in shapes]
    assert struct.unpack_from("<3d", moved[0] or b"", 5)[2] == 12.0
    assert near(struct.unpack_from("<2d", moved[0] or b"", 5))
    assert near(struct.unpack_from("<2d", moved[3] or b"", 9))
    assert readable(shapes) == shapes
