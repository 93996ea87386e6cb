"""What the land department holds: parcels, buildings and grids as polygons in CGCS2000 degrees.

A few lie outside the county, a few cross themselves. Which map system and file each goes into is the writer's business.
"""

from typing import Final

import numpy as np
import pyarrow as pa

from demo.city import defects
from demo.city.context import CityContext
from demo.city.dirt import Plants, Share
from demo.city.geography_shapes import bow_tie, polygons, rings_of

AWAY: Final = 0.9  # degrees east: further than the county is wide, so no bounding box of the county can hold it


def deliveries(rng: np.random.Generator, context: CityContext, dirt: float, plants: Plants) -> dict[str, pa.Table]:
    """Return land_parcel, land_building and land_grid; column `geometry` is WKB."""
    return {
        "land_parcel": land_parcel(rng, context, dirt, plants),
        "land_building": land_building(rng, context, dirt, plants),
        "land_grid": land_grid(rng, context, dirt, plants),
    }


def land_parcel(rng: np.random.Generator, context: CityContext, dirt: float, plants: Plants) -> pa.Table:
    """Parcels with land use (GB/T 21010-2017), square metres, and who holds the right."""
    rows = context.geography.parcels
    columns = {
        "parcel_code": rows["parcel_code"],
        "use_code": rows["use_code"],
        "area_m2": rows["area_m2"],
        "right_holder": _holders(context, rows),
        "geometry": rows["geometry"],
    }
    share = Share("land_parcel", columns, keys=("parcel_code",), rng=rng, dirt=dirt, plants=plants)
    _spoil_shapes(share)
    return share.finish(
        {
            **{"parcel_code": "ZDDM", "use_code": "DLBM", "area_m2": "MJ", "right_holder": "QLR"},
            "geometry": "geometry",
        }
    )


def land_building(rng: np.random.Generator, context: CityContext, dirt: float, plants: Plants) -> pa.Table:
    """Buildings with storeys and address."""
    rows = context.geography.buildings
    columns = {
        **{item: rows[item] for item in ("building_id", "name", "floors")},
        "address": rows["text"],
        "geometry": rows["geometry"],
    }
    share = Share("land_building", columns, keys=("building_id",), rng=rng, dirt=dirt, plants=plants)
    _spoil_shapes(share)
    share.spoil("address", "fullwidth", 0.05, defects.fullwidth)
    return share.finish({"building_id": "JZWBH", "name": "MC", "floors": "CS", "address": "DZ", "geometry": "geometry"})


def land_grid(rng: np.random.Generator, context: CityContext, dirt: float, plants: Plants) -> pa.Table:
    """Grids of the communities."""
    rows = context.geography.grids
    columns = {item: rows[item] for item in ("grid_code", "name", "township", "geometry")}
    share = Share("land_grid", columns, keys=("grid_code",), rng=rng, dirt=dirt, plants=plants)
    _spoil_shapes(share)
    share.spoil("name", "fullwidth", 0.05, defects.fullwidth)
    return share.finish({"grid_code": "WGBM", "name": "MC", "township": "SSZJ", "geometry": "geometry"})


def _spoil_shapes(share: Share) -> None:
    """Plant polygons far east of the county and polygons whose outline crosses itself."""
    quads = rings_of(share.columns["geometry"])[:, :4]
    share.spoil("geometry", "outside_county", 0.005, polygons(quads + np.array([AWAY, 0.0])))
    share.spoil("geometry", "invalid_geometry", 0.01, polygons(bow_tie(quads)))


def _holders(context: CityContext, rows: pa.Table) -> list[str]:
    """The legal person seated on the parcel's first address where it is industrial land, else its collective."""
    seated = context.organisations.table.select(["address_id", "name"])
    name_at = dict(zip(seated["address_id"].to_pylist(), seated["name"].to_pylist(), strict=True))
    land = zip(*(rows[column].to_pylist() for column in ("use_code", "address_id", "holder")), strict=True)
    return [str(name_at.get(address, holder)) if use == "0601" else holder for use, address, holder in land]
