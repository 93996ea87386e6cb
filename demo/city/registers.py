"""What the registers hold: the standard addresses of the police, the land registers, permits and penalties.

The address register is made here; land registers in `registers_land`, the credit registers in `registers_credit`.
"""

from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from demo.city import coordinates, defects, registers_credit, registers_land
from demo.city.context import CityContext
from demo.city.dirt import Plants, Share

OUTSIDE_SHARE: Final = 0.005
_ALIAS_SHARE: Final = 0.3
_SWAPPED_SHARE: Final = 0.02
_AWAY: Final = registers_land.AWAY


def deliveries(rng: np.random.Generator, context: CityContext, dirt: float, plants: Plants) -> dict[str, pa.Table]:
    """Return police_address, land_parcel, land_building, land_grid, reform_permit, reform_penalty and reform_repair.

    Land geometries are WKB in CGCS2000 degrees: whoever writes the files shifts them (`coordinates.shift_wkb`).
    """
    return {
        "police_address": police_address(rng, context, dirt, plants),
        **registers_land.deliveries(rng, context, dirt, plants),
        **registers_credit.deliveries(rng, context, dirt, plants),
    }


def police_address(rng: np.random.Generator, context: CityContext, dirt: float, plants: Plants) -> pa.Table:
    """Every standard address with its BD-09 point (six decimals); three in ten also under a name people use."""
    rows = context.geography.addresses
    n = rows.num_rows
    true_lng, true_lat = rows["lng"].to_numpy(), rows["lat"].to_numpy()
    lng, lat = (np.round(axis, 6) for axis in coordinates.bd09(true_lng, true_lat))
    columns = {
        "address_code": rows["address_code"],
        "full_address": rows["full_text"],
        "alias": pc.if_else(pa.array(rng.random(n) < _ALIAS_SHARE), rows["alias_text"].combine_chunks(), None),
        **{item: rows[item] for item in ("community_code", "road", "door_no", "building_no", "building_id")},
        "longitude": lng,
        "latitude": lat,
    }
    share = Share("police_address", columns, keys=("address_code",), rng=rng, dirt=dirt, plants=plants)
    swapped = _block(rng, n, _SWAPPED_SHARE * dirt)
    share.mark("longitude", "swapped_axes", swapped)
    outside = share.draw(OUTSIDE_SHARE, ~share.occupied("longitude"))
    share.mark("longitude", "outside_county", outside)
    lng[outside], lat[outside] = coordinates.bd09(true_lng[outside] + _AWAY, true_lat[outside])
    lng[swapped], lat[swapped] = lat[swapped], lng[swapped]
    share.columns["longitude"], share.columns["latitude"] = pa.array(np.round(lng, 6)), pa.array(np.round(lat, 6))
    share.spoil("community_code", "division_abolished", 0.03, defects.abolished_division)
    share.spoil("full_address", "fullwidth", 0.05, defects.fullwidth)
    return share.finish(
        {
            **{"address_code": "DZBM", "full_address": "DZQC", "alias": "BM", "community_code": "SQBM"},
            **{"road": "JLX", "door_no": "MPH", "building_no": "LZH", "building_id": "JZWBH"},
            **{"longitude": "JD", "latitude": "WD"},
        }
    )


def _block(rng: np.random.Generator, n: int, share: float) -> NDArray[np.int64]:
    """Rows of one contiguous batch of the file, none without dirt, at least one with it."""
    length = min(n, max(1, round(n * share))) if share > 0 else 0
    start = int(rng.integers(0, n - length + 1))
    return np.arange(start, start + length)
