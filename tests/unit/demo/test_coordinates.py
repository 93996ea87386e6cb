"""Shifted positions against published vectors (GCJ-02 and BD-09 formula results, EPSG:4528 by PROJ)."""

import numpy as np
import pyarrow as pa
import pytest
from pyproj import Transformer

from demo.city import coordinates
from demo.city.geography_shapes import polygons, rings_of

# lng, lat, GCJ-02, BD-09, easting, northing: five city centres in Shandong and Anhui.
VECTORS = [
    (119.9423, 37.1771, 119.947515, 37.177622, 119.954100, 37.183284, 40494875.962, 4116166.968),
    (118.7910, 36.8558, 118.796681, 36.856195, 118.803086, 36.862550, 40392179.745, 4081190.563),
    (120.0335, 36.2647, 120.038835, 36.264938, 120.045402, 36.270782, 40503010.357, 4014914.688),
    (120.5178, 36.8890, 120.522667, 36.889430, 120.529245, 36.895211, 40546157.332, 4084317.771),
    (119.4206, 30.8934, 119.425931, 30.891341, 119.432420, 30.897419, 40444602.921, 3419299.554),
]


def columns():
    """The vectors as eight arrays."""
    return np.array(VECTORS).T


def test_gcj02_meets_the_vectors_to_the_sixth_decimal():
    lng, lat, x, y, *_ = columns()
    assert np.allclose(coordinates.gcj02(lng, lat), (x, y), rtol=0, atol=6e-7)


def test_bd09_meets_the_vectors_to_the_sixth_decimal():
    lng, lat, _, _, x, y, _, _ = columns()
    assert np.allclose(coordinates.bd09(lng, lat), (x, y), rtol=0, atol=6e-7)


def test_gauss_kruger_meets_the_vectors_to_a_millimetre():
    lng, lat, *_, easting, northing = columns()
    assert np.allclose(coordinates.gauss_kruger_40(lng, lat), (easting, northing), rtol=0, atol=1e-3)


def test_gauss_kruger_agrees_with_proj_over_the_whole_zone():
    lng, lat = (axis.ravel() for axis in np.meshgrid(np.linspace(118.5, 121.5, 13), np.linspace(30.0, 40.0, 11)))
    expected = Transformer.from_crs("EPSG:4490", "EPSG:4528", always_xy=True).transform(lng, lat)
    assert np.allclose(coordinates.gauss_kruger_40(lng, lat), expected, rtol=0, atol=1e-3)


def test_points_abroad_are_left_where_they_are_in_gcj02():
    lng, lat = np.array([139.69, 120.0]), np.array([35.69, 0.5])
    assert np.array_equal(coordinates.gcj02(lng, lat), (lng, lat))


def test_polygons_move_corner_by_corner_and_stay_closed():
    square = np.array([[(119.94, 37.18), (119.95, 37.18), (119.95, 37.19), (119.94, 37.19)]])
    moved = rings_of(coordinates.shift_wkb(polygons(square), "EPSG:4528"))
    easting, northing = coordinates.gauss_kruger_40(square[0, :, 0], square[0, :, 1])
    assert np.allclose(moved[0, :4], np.stack([easting, northing], axis=-1))
    assert np.array_equal(moved[0, 0], moved[0, 4])


def test_a_part_of_a_larger_array_moves_alone():
    squares = np.array([[(x, 37.0), (x + 1, 37.0), (x + 1, 38.0), (x, 38.0)] for x in (118.0, 119.0, 120.0)])
    assert np.array_equal(rings_of(polygons(squares).slice(1, 1))[:, :4], squares[1:2])


def test_geometries_of_another_shape_are_refused():
    with pytest.raises(ValueError, match="five points"):
        coordinates.shift_wkb(pa.array([b"\x01"], pa.binary()), "GCJ-02")
