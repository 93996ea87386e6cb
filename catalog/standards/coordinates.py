"""GCJ-02 and BD-09 against CGCS2000 (EPSG:4490), by the public formulae. Pure numpy; arrays of degrees in, arrays out.

CGCS2000 and WGS-84 are one here (they differ by centimetres of definition). The inverses are iterated until they agree
with the formula to micrometres; the formula itself is metres away from the licensed plug-in.
"""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Degrees: TypeAlias = NDArray[np.float64]
Pair: TypeAlias = tuple[Degrees, Degrees]

_A = 6378245.0  # semi-major axis of the Krasovsky ellipsoid, metres
_EE = 0.00669342162296594323  # its first eccentricity, squared
_BD_TURN = np.pi * 3000.0 / 180.0
_ENOUGH = 1e-7  # degrees still off before the last correction, which leaves a few thousandths of them: micrometres
_MOST_ROUNDS = 10
_CHUNK = 16384  # points at a time: the work stays inside the processor's cache


def gcj02_from_cgcs2000(lng: Degrees, lat: Degrees) -> Pair:
    """Points as maps of 高德 and 腾讯 show them; points outside China's bounding box come back as they are."""
    east, north = _shift(lng, lat)
    return lng + east, lat + north


def bd09_from_gcj02(lng: Degrees, lat: Degrees) -> Pair:
    """Points as maps of 百度 show them, from GCJ-02."""
    # The formula turns a point by some millionths: without its angle, by the sine and cosine of so small a turn.
    stretch = 1.0 + 0.00002 * np.sin(lat * _BD_TURN) / np.sqrt(lng * lng + lat * lat)
    sine = 0.000003 * np.cos(lng * _BD_TURN)
    cosine = 1.0 - sine * sine / 2.0
    return stretch * (lng * cosine - lat * sine) + 0.0065, stretch * (lat * cosine + lng * sine) + 0.006


def cgcs2000_from_gcj02(lng: Degrees, lat: Degrees) -> Pair:
    """The exact inverse of gcj02_from_cgcs2000."""
    return _in_chunks(_gcj02_undone, lng, lat)


def cgcs2000_from_bd09(lng: Degrees, lat: Degrees) -> Pair:
    """The exact inverse of bd09_from_gcj02 after gcj02_from_cgcs2000."""
    return _in_chunks(_bd09_undone, lng, lat)


TO_CGCS2000: dict[str, Callable[[Degrees, Degrees], Pair]] = {
    "GCJ-02": cgcs2000_from_gcj02,
    "BD-09": cgcs2000_from_bd09,
}


def _gcj02_undone(lng: Degrees, lat: Degrees) -> Pair:
    return _inverse(gcj02_from_cgcs2000, lng, lat, start=(lng, lat))


def _bd09_undone(lng: Degrees, lat: Degrees) -> Pair:
    """One after the other: the second formula is cheap and needs a round more, which the first then does not."""
    return _gcj02_undone(*_inverse(bd09_from_gcj02, lng, lat, start=(lng - 0.0065, lat - 0.006)))


def _inverse(forward: Callable[[Degrees, Degrees], Pair], lng: Degrees, lat: Degrees, *, start: Pair) -> Pair:
    """Fixed-point iteration: move by what the forward formula is still off, until nothing moves any more.

    Each point stops by itself, whatever its neighbours in the array still need: the same point comes out the same to
    the last bit wherever it stands, so a ring stays closed and neighbours keep their common border.
    """
    x, y = start
    moving = np.ones(lng.shape, dtype=np.bool_)
    for _ in range(_MOST_ROUNDS):
        there_x, there_y = forward(x, y)
        off_x, off_y = lng - there_x, lat - there_y
        x, y = np.where(moving, x + off_x, x), np.where(moving, y + off_y, y)
        moving &= np.maximum(np.abs(off_x), np.abs(off_y)) >= _ENOUGH
        if not moving.any():
            break
    return x, y


def _in_chunks(convert: Callable[[Degrees, Degrees], Pair], lng: Degrees, lat: Degrees) -> Pair:
    if lng.size <= _CHUNK:
        return convert(lng, lat)
    east, north = np.empty_like(lng), np.empty_like(lat)
    for at in range(0, lng.size, _CHUNK):
        piece = slice(at, at + _CHUNK)
        east[piece], north[piece] = convert(lng[piece], lat[piece])
    return east, north


def _shift(lng: Degrees, lat: Degrees) -> Pair:
    """How far GCJ-02 moves a point, in degrees east and north; nothing outside the box the formula is made for."""
    x, y = lng - 105.0, lat - 35.0
    root = np.sqrt(np.abs(x))
    turn = np.sin(2.0 * np.pi * x)
    waves = (4.0 - 4.0 * turn * turn) * turn * (40.0 / 3.0)  # 20 sin 6πx + 20 sin 2πx, two thirds of it
    metres_north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + waves
    metres_north += (20.0 * np.sin(np.pi * y) + 40.0 * np.sin(np.pi / 3.0 * y)) * 2.0 / 3.0
    metres_north += (160.0 * np.sin(np.pi / 12.0 * y) + 320.0 * np.sin(np.pi / 30.0 * y)) * 2.0 / 3.0
    metres_east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + waves
    metres_east += (20.0 * np.sin(np.pi * x) + 40.0 * np.sin(np.pi / 3.0 * x)) * 2.0 / 3.0
    metres_east += (150.0 * np.sin(np.pi / 12.0 * x) + 300.0 * np.sin(np.pi / 30.0 * x)) * 2.0 / 3.0
    sine = np.sin(np.radians(lat))
    flat = 1.0 - _EE * sine * sine
    meridian = _A * (1.0 - _EE) / (flat * np.sqrt(flat))
    parallel = _A / np.sqrt(flat) * np.sqrt(1.0 - sine * sine)  # the cosine: nobody asks beyond a pole
    inside = (lng >= 72.004) & (lng <= 137.8347) & (lat >= 0.8293) & (lat <= 55.8271)
    north = np.where(inside, np.degrees(metres_north / meridian), 0.0)
    east = np.where(inside, np.degrees(metres_east / parallel), 0.0)
    return east, north
