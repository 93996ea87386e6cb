"""Well-known binary (OGC 06-103r4, ISO and EWKB flavours): find the coordinates in it and move them."""

import struct
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Coordinates = NDArray[np.float64]
Run = tuple[int, int, int, str]  # offset of the first number, points, numbers per point, byte order
_EWKB_Z, _EWKB_M, _EWKB_SRID = 0x80000000, 0x40000000, 0x20000000
_POINT, _LINE, _POLYGON = 1, 2, 3


def move(
    shapes: Sequence[bytes | None], turn: Callable[[Coordinates, Coordinates], tuple[Coordinates, Coordinates]]
) -> list[bytes | None]:
    """The same shapes with every x, y turned by `turn`, which gets all points at once; None for what is unreadable.

    Heights and measures stay as they are, empty points too.
    """
    found: list[tuple[int, bytearray, list[Run]]] = []
    for place, shape in enumerate(shapes):
        if shape is not None and (runs := _runs_or_none(shape)) is not None:
            found.append((place, bytearray(shape), runs))
    views = [_view(buffer, run) for _, buffer, runs in found for run in runs]
    if views:
        _turn(views, turn)
    moved: list[bytes | None] = [None] * len(shapes)
    for place, buffer, _ in found:
        moved[place] = bytes(buffer)
    return moved


def _turn(
    views: list[Coordinates], turn: Callable[[Coordinates, Coordinates], tuple[Coordinates, Coordinates]]
) -> None:
    x = np.concatenate([view[:, 0] for view in views]).astype(np.float64)
    y = np.concatenate([view[:, 1] for view in views]).astype(np.float64)
    real = np.isfinite(x) & np.isfinite(y)
    x[real], y[real] = turn(x[real], y[real])
    at = 0
    for view in views:
        view[:, 0], view[:, 1] = x[at : at + len(view)], y[at : at + len(view)]
        at += len(view)


def _view(buffer: bytearray, run: Run) -> Coordinates:
    offset, points, numbers, order = run
    flat = np.frombuffer(buffer, dtype=f"{order}f8", count=points * numbers, offset=offset)
    return flat.reshape(points, numbers)


def readable(shapes: Sequence[bytes | None]) -> list[bytes | None]:
    """The same shapes, None for each that is not one whole geometry (engines break off over such bytes)."""
    return [shape if shape is not None and _runs_or_none(shape) is not None else None for shape in shapes]


def _runs_or_none(shape: bytes) -> list[Run] | None:
    runs: list[Run] = []
    try:
        end = _walk(shape, 0, runs)
    except (struct.error, IndexError, ValueError, RecursionError):
        return None
    return runs if end == len(shape) else None


def _walk(shape: bytes, at: int, runs: list[Run]) -> int:
    """Note the runs of coordinates of the geometry that begins at `at`; where it ends. Raises when unreadable."""
    order, kind, numbers, at = _head(shape, at)
    if kind == _POINT:
        return _run(at, 1, numbers, order, runs)
    parts, at = _count(shape, at, order), at + 4
    if kind == _LINE:
        return _run(at, parts, numbers, order, runs)
    for _ in range(parts):
        if kind == _POLYGON:
            at = _run(at + 4, _count(shape, at, order), numbers, order, runs)
        else:
            at = _walk(shape, at, runs)
    return at


def _run(at: int, points: int, numbers: int, order: str, runs: list[Run]) -> int:
    if points:
        runs.append((at, points, numbers, order))
    return at + points * numbers * 8


def _head(shape: bytes, at: int) -> tuple[str, int, int, int]:
    """Byte order, kind (1 to 7), numbers per point, and where the body begins."""
    order = "<" if shape[at] == 1 else ">"
    (code,) = struct.unpack_from(f"{order}I", shape, at + 1)
    flat = code & 0x0FFFFFFF
    kind, dimension = flat % 1000, flat // 1000
    extra = (1 if dimension in (1, 2) else 2 if dimension == 3 else 0) + bool(code & _EWKB_Z) + bool(code & _EWKB_M)
    if not 1 <= kind <= 7:
        raise ValueError("not a kind of geometry")
    return order, kind, 2 + extra, at + 5 + (4 if code & _EWKB_SRID else 0)


def _count(shape: bytes, at: int, order: str) -> int:
    (count,) = struct.unpack_from(f"{order}I", shape, at)
    return int(count)
