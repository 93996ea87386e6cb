"""Rules on where things lie: geometries valid, places inside the county. Pure: makes SQL text, runs none.

Everything judged is in CGCS2000 degrees (EPSG:4490), longitude first; standardisation has converted it.
"""

from collections.abc import Iterator

from catalog.contracts import Contract, Item
from quality.rules.county import Extent
from quality.rules.rule import Fact, Rule, item_rule, quoted


def place_rules(contract: Contract, extent: Extent | None) -> Iterator[Rule]:
    """Every rule on points and geometries of `contract`; without an extent only what needs no county."""
    yield from _point(contract, extent)
    for item in contract.items:
        if item.kind == "geometry":
            yield from _geometry(contract, item, extent)


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
