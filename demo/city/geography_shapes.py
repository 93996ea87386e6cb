"""Four-cornered shapes of the demo city: cut from one another by halving sides, written and read as WKB in bulk.

A quad is a float64 array (..., 4, 2) of longitude/latitude corners, counter-clockwise from the south-west. Cutting by
bilinear interpolation keeps every side straight, so the pieces tile the whole without a gap. No names, no codes here.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Quads = NDArray[np.float64]

METRES_PER_DEGREE = 111_320.0

# One WKB polygon with one ring of five points: byte order, type 3, rings, points, then the coordinates.
_WKB = np.dtype([("order", "u1"), ("type", "<u4"), ("rings", "<u4"), ("points", "<u4"), ("xy", "<f8", (5, 2))])


def corner(quads: Quads, u: NDArray[np.float64], v: NDArray[np.float64]) -> Quads:
    """Return the points (..., 2) at the share `u` of the way east and `v` of the way north inside each quad."""
    u, v = u[..., None], v[..., None]
    south = quads[..., 0, :] * (1 - u) + quads[..., 1, :] * u
    north = quads[..., 3, :] * (1 - u) + quads[..., 2, :] * u
    return np.asarray(south * (1 - v) + north * v)


def cut(quads: Quads, west: Quads, south: Quads, east: Quads, north: Quads) -> Quads:
    """Return the part of each quad between the given shares of its width and height, all of one shape (...)."""
    corners = ((west, south), (east, south), (east, north), (west, north))
    return np.stack([corner(quads, u, v) for u, v in corners], axis=-2)


def checker(quads: Quads, columns: int, rows: int) -> Quads:
    """Cut each of n quads into columns x rows pieces: (n, rows * columns, 4, 2), south-west piece first."""
    v, u = (axis.ravel() for axis in np.mgrid[0:rows, 0:columns].astype(np.float64))
    whole = np.repeat(quads[:, None], columns * rows, axis=1)
    shape = np.ones((len(quads), 1))
    return cut(whole, shape * u / columns, shape * v / rows, shape * (u + 1) / columns, shape * (v + 1) / rows)


def sides_in_metres(quads: Quads) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the length of each quad's southern and western side in metres, good to a percent at this size."""
    scale = np.array([METRES_PER_DEGREE * np.cos(np.radians(37.2)), METRES_PER_DEGREE])
    south = np.linalg.norm((quads[..., 1, :] - quads[..., 0, :]) * scale, axis=-1)
    west = np.linalg.norm((quads[..., 3, :] - quads[..., 0, :]) * scale, axis=-1)
    return south, west


def area_in_square_metres(quads: Quads) -> NDArray[np.float64]:
    """Return each quad's area in square metres by the shoelace formula on a local plane."""
    scale = np.array([METRES_PER_DEGREE * np.cos(np.radians(37.2)), METRES_PER_DEGREE])
    flat = (quads - quads[..., :1, :]) * scale
    follower = np.roll(flat, -1, axis=-2)
    return np.asarray(np.abs((flat[..., 0] * follower[..., 1] - follower[..., 0] * flat[..., 1]).sum(axis=-1)) / 2)


def bow_tie(quads: Quads) -> Quads:
    """Exchange the last two corners, so that the outline crosses itself: the invalid polygon of sloppy digitising."""
    return quads[..., [0, 1, 3, 2], :]


def centre(quads: Quads) -> NDArray[np.float64]:
    """Return the mean of the four corners, (..., 2)."""
    return np.asarray(quads.mean(axis=-2))


def polygons(quads: Quads) -> pa.Array:
    """Write n quads as WKB polygons with a closed ring of five points."""
    return wkb_of(quads[:, [0, 1, 2, 3, 0], :])


def wkb_of(rings: NDArray[np.float64]) -> pa.Array:
    """Write closed rings (n, 5, 2) as little-endian WKB polygons in one binary array."""
    records = np.empty(len(rings), dtype=_WKB)
    records["order"], records["type"], records["rings"], records["points"] = 1, 3, 1, 5
    records["xy"] = rings
    offsets = np.arange(len(rings) + 1, dtype=np.int64) * _WKB.itemsize
    buffers = [None, pa.py_buffer(offsets.astype(np.int32)), pa.py_buffer(records.tobytes())]
    return pa.Array.from_buffers(pa.binary(), len(rings), buffers)


def rings_of(geometries: pa.Array) -> NDArray[np.float64]:
    """Read WKB polygons with one ring of five points as (n, 5, 2).

    Raises ValueError when a geometry is missing or of another shape.
    """
    whole = geometries.combine_chunks() if isinstance(geometries, pa.ChunkedArray) else geometries
    sizes = pc.binary_length(whole).unique().to_pylist()
    if sizes not in ([], [_WKB.itemsize]):
        raise ValueError("shapes of the demo city are polygons with one ring of five points")
    start = np.frombuffer(whole.buffers()[1], dtype=np.int32)[whole.offset] if len(whole) else 0
    data = whole.buffers()[2].to_pybytes() if len(whole) else b""
    records = np.frombuffer(data, dtype=_WKB, count=len(whole), offset=int(start))
    return np.array(records["xy"])
