"""Rules on where things lie: geometries valid, places inside the county, areas that tile the land. Pure: makes SQL.

Everything judged is in CGCS2000 degrees (EPSG:4490), longitude first; standardisation has converted it. A contract says
that its areas tile the land (grids of one layer neither overlap nor leave land to nobody) with the option
`tiling: <square metres that do not matter>`.
"""

from collections.abc import Iterator

from catalog.contracts import Contract, Item
from catalog.read_options import number
from quality.rules.county import Extent
from quality.rules.rule import GBT_36344, Fact, Rule, item_rule, quoted

_METRES_PER_DEGREE = 111_320
_CENTIMETRE = 1e-7
"""In degrees."""


def place_rules(contract: Contract, extent: Extent | None) -> Iterator[Rule]:
    """Every rule on points and geometries of `contract`; without an extent only what needs no county."""
    yield from _point(contract, extent)
    for item in contract.items:
        if item.kind == "geometry":
            yield from _geometry(contract, item, extent)
            if contract.options.get("tiling") is not None:
                yield from _tiling(contract, item, number(contract.options, "tiling", 0))


def _geometry(contract: Contract, item: Item, extent: Extent | None) -> Iterator[Rule]:
    shape = Fact(f"_shape_{item.name}", f"ST_GeomFromWKB({quoted(item.name)})")
    present = f"{quoted(item.name)} IS NOT NULL"
    yield item_rule(
        contract,
        item,
        "valid",
        f"NOT ST_IsValid({shape.name})",
        severity="block",
        dimension="0301",
        clause="GB/T 33187 (OGC 06-103r4)",
        zh="几何图形无效",
        en="is not a valid geometry",
        applies=present,
        facts=(shape,),
    )
    if extent:
        yield item_rule(
            contract,
            item,
            "inside_county",
            f"ST_XMin({shape.name}) < {extent.west} OR ST_XMax({shape.name}) > {extent.east} OR "
            f"ST_YMin({shape.name}) < {extent.south} OR ST_YMax({shape.name}) > {extent.north}",
            severity="block",
            dimension="0301",
            clause="GB/T 2260-2007",
            zh="位置在县域之外",
            en="lies outside the county",
            applies=present,
            facts=(shape,),
        )


def _tiling(contract: Contract, item: Item, tolerance: float) -> Iterator[Rule]:
    """Every area that overlaps another, and every area beside a hole that the layer leaves inside itself.

    What the layer leaves out at its rim cannot be seen from the layer alone.
    """
    # A shape that is not valid is another rule's fault; mended, it still says which land it means.
    shapes = f"(SELECT _row, ST_MakeValid(ST_GeomFromWKB({quoted(item.name)})) AS shape FROM {{rows}})"
    # Two steps: with a second condition the engine would compare every shape with every other.
    met = (
        "SELECT a._row AS here, b._row AS there, a.shape AS one, b.shape AS other "
        f"FROM {shapes} AS a JOIN {shapes} AS b ON ST_Intersects(a.shape, b.shape)"
    )
    common = "ST_Intersection(met.one, met.other)"
    overlaps = f"SELECT met.here FROM ({met}) AS met WHERE met.here <> met.there AND {_area(common)} > {tolerance}"
    # Grown by a centimetre, shapes that touch in a corner alone close the ring round a hole.
    grown = f"ST_Union_Agg(ST_Buffer(s.shape, {_CENTIMETRE}, 1))"
    whole = f"SELECT unnest(ST_Dump({grown})).geom AS part FROM {shapes} AS s"
    filled = "ST_Difference(ST_MakePolygon(ST_ExteriorRing(w.part)), w.part)"
    inside = f"SELECT unnest(ST_Dump({filled})).geom AS hole FROM ({whole}) AS w WHERE {_IS_AREA.format('w.part')}"
    reach = f"ST_Buffer(hole, {2 * _CENTIMETRE}, 1) AS reach"
    holes = f"SELECT {reach} FROM ({inside}) AS found WHERE {_IS_AREA.format('hole')} AND {_area('hole')} > {tolerance}"
    beside = f"SELECT s._row FROM {shapes} AS s JOIN ({holes}) AS h ON ST_Intersects(s.shape, h.reach)"
    for what, rows, zh, en in (
        ("overlaps", overlaps, "与同一图层的其他图形重叠", "overlaps another of its layer"),
        ("beside_gap", beside, "旁边有未被任何图形覆盖的空隙", "lies beside a gap no other covers"),
    ):
        yield item_rule(
            contract,
            item,
            what,
            f"_row IN ({rows})",
            severity="warn",
            dimension="0402",
            clause=f"{GBT_36344} 0402",
            zh=zh,
            en=en,
            applies=f"{quoted(item.name)} IS NOT NULL",
        )


_IS_AREA = "ST_GeometryType({}) IN ('POLYGON', 'MULTIPOLYGON')"


def _area(shape: str) -> str:
    """Square metres of a shape in degrees, on a sphere cut flat at its southern edge: good to a percent in a county."""
    return f"(ST_Area({shape}) * {_METRES_PER_DEGREE**2} * cos(radians(ST_YMin({shape}))))"


def _point(contract: Contract, extent: Extent | None) -> Iterator[Rule]:
    east = next((item for item in contract.items if item.element == "longitude"), None)
    north = next((item for item in contract.items if item.element == "latitude"), None)
    if extent is None or east is None or north is None:
        return
    x, y = quoted(east.name), quoted(north.name)
    yield item_rule(
        contract,
        east,
        "inside_county",
        f"{x} NOT BETWEEN {extent.west} AND {extent.east} OR {y} NOT BETWEEN {extent.south} AND {extent.north}",
        severity="block",
        dimension="0301",
        clause="GB/T 2260-2007",
        zh="位置在县域之外",
        en="lies outside the county",
        applies=f"{x} IS NOT NULL AND {y} IS NOT NULL",
        items=(east.name, north.name),
    )
