"""Places to CGCS2000 (EPSG:4490): geometries as WKB, and points given as two numbers.

The frame is the one the contract declares: GCJ-02 and BD-09 are turned back by the exact inverse, EPSG codes by PROJ,
a local frame is refused. Exchanged axes are put right and noted; an invalid geometry stays for the quality run.
"""

import re
from collections.abc import Sequence

import duckdb
import numpy as np
import pyarrow as pa
from duckdb.func import FunctionNullHandling, PythonUDFType

from catalog.contracts import Contract, Item
from catalog.errors import ContractBroken
from catalog.standards.coordinates import TO_CGCS2000
from catalog.standards.elements import Element
from lake.engines.duckdb import literal, quote
from lake.standardise.rendering import Columns, Facts, Rendering
from lake.wkb import move, readable

TARGET = "EPSG:4490"
_SAME = frozenset({"CGCS2000", "EPSG:4490", "EPSG:4326", "WGS84", "WGS-84"})
_SHIFTED = frozenset(TO_CGCS2000)
_POINT = quote("point_moved")


def check_frame(contract: Contract) -> None:
    """Refuse a frame nobody can turn back; raises ContractBroken with what to declare instead."""
    crs = contract.crs
    if crs is None or crs in _SAME or crs in _SHIFTED or re.fullmatch(r"EPSG:[0-9]{4,5}", crs):
        return
    raise ContractBroken(
        f"数据集 {contract.dataset} 声明的坐标系无法换算到 CGCS2000。请声明 EPSG 代码、GCJ-02 或 BD-09。",
        f"The frame declared for {contract.dataset} cannot be turned to CGCS2000."
        " Declare an EPSG code, GCJ-02 or BD-09.",
        code="frame_unknown",
        dataset=contract.dataset,
    )


def needs_spatial(items: Sequence[Item], crs: str | None) -> bool:
    """Whether the spatial extension is needed: for any geometry, and for points in a projected frame."""
    kinds = {item.element for item in items if item.element in ("longitude", "latitude", "geometry")}
    return "geometry" in kinds or bool(kinds and crs is not None and crs not in _SAME | _SHIFTED)


def place(item: Item, element: Element, at: Columns, facts: Facts) -> Rendering:
    """The rendering of an item of the family `geometry`."""
    if element.code == "geometry":
        return _geometry(at, facts.crs or TARGET)
    clean = f"TRY_CAST(hub_number(plain({at.r})) AS DOUBLE)"
    return Rendering(clean, at.c, given=f"{at.r} IS NOT NULL")


def pair(longitude: str, latitude: str, facts: Facts) -> tuple[Rendering, Rendering]:
    """The renderings of a longitude and a latitude item that together are a point."""
    x, y = Columns.of(longitude), Columns.of(latitude)
    crs = facts.crs or TARGET
    swapped = _swapped(x.c, y.c, x.c, y.c, crs)
    straight = f"CASE WHEN {swapped} THEN {y.c} ELSE {x.c} END", f"CASE WHEN {swapped} THEN {x.c} ELSE {y.c} END"
    joint = ((_POINT, _moved_point(*straight, crs)),)
    notes = (("swapped_axes", swapped),)
    first = Rendering(_number(x), f"{_POINT}.x", notes, given=f"{x.r} IS NOT NULL", joint=joint)
    return first, Rendering(_number(y), f"{_POINT}.y", notes, given=f"{y.r} IS NOT NULL")


def register(connection: duckdb.DuckDBPyConnection, crs: str | None) -> None:
    """Give `connection` wkb_readable(WKB), and for a frame to turn back wkb_moved(WKB) and point_moved(lng, lat)."""
    arrow, null = PythonUDFType.ARROW, FunctionNullHandling.SPECIAL
    connection.create_function("wkb_readable", _readable, ["BLOB"], "BLOB", type=arrow, null_handling=null)
    if crs not in _SHIFTED:
        return
    turn_back = TO_CGCS2000[str(crs)]

    def wkb_moved(shapes: pa.ChunkedArray) -> pa.Array:
        return pa.array(move(shapes.to_pylist(), turn_back), pa.binary())

    def point_moved(lng: pa.ChunkedArray, lat: pa.ChunkedArray) -> pa.Array:
        x, y = turn_back(_array(lng), _array(lat))
        return pa.StructArray.from_arrays([pa.array(x), pa.array(y)], names=["x", "y"])

    point = connection.struct_type({"x": "DOUBLE", "y": "DOUBLE"})
    connection.create_function("wkb_moved", wkb_moved, ["BLOB"], "BLOB", type=arrow, null_handling=null)
    connection.create_function("point_moved", point_moved, ["DOUBLE", "DOUBLE"], point, type=arrow)


def _readable(shapes: pa.ChunkedArray) -> pa.Array:
    return pa.array(readable(shapes.to_pylist()), pa.binary())


def _array(column: pa.ChunkedArray) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.asarray(column.to_numpy(), dtype=np.float64)


def _number(at: Columns) -> str:
    return f"hub_number(plain({at.r}))"


def _geometry(at: Columns, crs: str) -> Rendering:
    box = (f"ST_XMin({at.c})", f"ST_YMin({at.c})", f"ST_XMax({at.c})", f"ST_YMax({at.c})")
    swapped = _swapped(*box, crs)
    flipped = f"CASE WHEN {swapped} THEN ST_FlipCoordinates({at.c}) ELSE {at.c} END"
    moved = _moved_shape(flipped, crs)
    return Rendering(
        f"ST_GeomFromWKB(wkb_readable({at.r}))", moved, (("swapped_axes", swapped),), given=f"{at.r} IS NOT NULL"
    )


def _moved_shape(shape: str, crs: str) -> str:
    if crs in _SAME:
        return f"ST_AsWKB({shape})"
    if crs in _SHIFTED:
        return f"wkb_moved(ST_AsWKB({shape}))"
    moved = f"ST_Transform({shape}, {literal(crs)}, {literal(TARGET)}, always_xy := true)"
    # PROJ answers infinity for a place its zone does not hold.
    return f"CASE WHEN isfinite(ST_XMax({moved})) THEN ST_AsWKB({moved}) END"


def _moved_point(lng: str, lat: str, crs: str) -> str:
    if crs in _SHIFTED:
        moved = f"point_moved({lng}, {lat})"
    elif crs in _SAME:
        moved = f"{{'x': {lng}, 'y': {lat}}}"
    else:
        point = f"ST_Transform(ST_Point({lng}, {lat}), {literal(crs)}, {literal(TARGET)}, always_xy := true)"
        return f"{{'x': ST_X({point}), 'y': ST_Y({point})}}"
    # A number no place on earth has is no coordinate.
    return f"CASE WHEN abs({lng}) <= 180 AND abs({lat}) <= 90 THEN {moved} END"


def _swapped(x_min: str, y_min: str, x_max: str, y_max: str, crs: str) -> str:
    """Condition: east stands where north belongs, and the other way round, within China."""
    if not _is_projected(crs):
        return f"coalesce({x_min} >= 3 AND {x_max} <= 54 AND {y_min} >= 73 AND {y_max} <= 136, false)"
    # Northings of China: 1.9 to 6 million metres; eastings: below 1 million, or above 13 with the zone before.
    return f"coalesce({x_min} BETWEEN 1.9e6 AND 6e6 AND ({y_max} < 1e6 OR {y_min} > 1.3e7), false)"


def _is_projected(crs: str) -> bool:
    return crs not in _SAME | _SHIFTED and not crs.startswith(("EPSG:44", "EPSG:43"))
