"""Where a true position lies on the maps the departments use: GCJ-02, BD-09, Gauss-Krueger zone 40.

Only the forward direction lives here, because the city knows the truth in CGCS2000 (EPSG:4490) and the departments
hold it shifted. The way back is the hub's own work (`lake`), written apart from this so that neither copies the
other's mistake.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from demo.city.geography_shapes import rings_of, wkb_of

Numbers = NDArray[np.float64]

# Krasovsky figures the public GCJ-02 formula is written with.
_GCJ_AXIS = 6378245.0
_GCJ_ECCENTRICITY = 0.00669342162296594323
_BD_ANGLE = np.pi * 3000.0 / 180.0

# CGCS2000 ellipsoid, and zone 40 of the 3-degree Gauss-Krueger projection (EPSG:4528).
_AXIS = 6378137.0
_FLATTENING = 1 / 298.257222101
_CENTRAL_MERIDIAN = 120.0
_FALSE_EASTING = 40_500_000.0


def gcj02(lng: Numbers, lat: Numbers) -> tuple[Numbers, Numbers]:
    """Shift CGCS2000 degrees to GCJ-02 degrees by the public formula.

    Points outside China's rectangle (72.004-137.8347 E, 0.8293-55.8271 N) are left as they are.
    """
    x, y = lng - 105.0, lat - 35.0
    root = np.sqrt(np.abs(x))
    ripple = (20 * np.sin(6 * x * np.pi) + 20 * np.sin(2 * x * np.pi)) * 2 / 3
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + ripple
    north += (20 * np.sin(y * np.pi) + 40 * np.sin(y / 3 * np.pi)) * 2 / 3
    north += (160 * np.sin(y / 12 * np.pi) + 320 * np.sin(y * np.pi / 30)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + ripple
    east += (20 * np.sin(x * np.pi) + 40 * np.sin(x / 3 * np.pi)) * 2 / 3
    east += (150 * np.sin(x / 12 * np.pi) + 300 * np.sin(x / 30 * np.pi)) * 2 / 3
    latitude = np.radians(lat)
    magic = 1 - _GCJ_ECCENTRICITY * np.sin(latitude) ** 2
    north = np.degrees(north / (_GCJ_AXIS * (1 - _GCJ_ECCENTRICITY) / magic**1.5))
    east = np.degrees(east / (_GCJ_AXIS / np.sqrt(magic) * np.cos(latitude)))
    china = (lng >= 72.004) & (lng <= 137.8347) & (lat >= 0.8293) & (lat <= 55.8271)
    return np.where(china, lng + east, lng), np.where(china, lat + north, lat)


def bd09(lng: Numbers, lat: Numbers) -> tuple[Numbers, Numbers]:
    """Shift CGCS2000 degrees to BD-09 degrees (the public formula on top of GCJ-02)."""
    x, y = gcj02(lng, lat)
    radius = np.hypot(x, y) + 0.00002 * np.sin(y * _BD_ANGLE)
    angle = np.arctan2(y, x) + 0.000003 * np.cos(x * _BD_ANGLE)
    return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006


def gauss_kruger_40(lng: Numbers, lat: Numbers) -> tuple[Numbers, Numbers]:
    """Project CGCS2000 degrees to EPSG:4528 metres: easting with the zone prefix 40, northing.

    Krueger's series in the third flattening to the fourth order, better than a millimetre within the zone.
    """
    n = _FLATTENING / (2 - _FLATTENING)
    radius = _AXIS / (1 + n) * (1 + n**2 / 4 + n**4 / 64)
    alpha = (
        n / 2 - 2 * n**2 / 3 + 5 * n**3 / 16 + 41 * n**4 / 180,
        13 * n**2 / 48 - 3 * n**3 / 5 + 557 * n**4 / 1440,
        61 * n**3 / 240 - 103 * n**4 / 140,
        49561 * n**4 / 161280,
    )
    phi, away = np.radians(lat), np.radians(lng - _CENTRAL_MERIDIAN)
    shrink = 2 * np.sqrt(n) / (1 + n)
    t = np.sinh(np.arctanh(np.sin(phi)) - shrink * np.arctanh(shrink * np.sin(phi)))
    xi = np.arctan2(t, np.cos(away))
    eta = np.arctanh(np.sin(away) / np.sqrt(1 + t * t))
    easting, northing = eta.copy(), xi.copy()
    for order, factor in enumerate(alpha, start=1):
        easting += factor * np.cos(2 * order * xi) * np.sinh(2 * order * eta)
        northing += factor * np.sin(2 * order * xi) * np.cosh(2 * order * eta)
    return _FALSE_EASTING + radius * easting, radius * northing


SHIFTS: Mapping[str, Callable[[Numbers, Numbers], tuple[Numbers, Numbers]]] = MappingProxyType(
    {"GCJ-02": gcj02, "BD-09": bd09, "EPSG:4528": gauss_kruger_40}
)


def shift_wkb(geometries: pa.Array, to: str) -> pa.Array:
    """Move four-cornered WKB polygons from CGCS2000 degrees to the system `to` ('GCJ-02', 'BD-09', 'EPSG:4528').

    Raises KeyError for a system unknown here and ValueError when a geometry is not such a polygon.
    """
    rings = rings_of(geometries)
    x, y = SHIFTS[to](rings[..., 0], rings[..., 1])
    return wkb_of(np.stack([x, y], axis=-1))
