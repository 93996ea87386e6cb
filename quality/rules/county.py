"""Where the county of a hub lies: its bounding box, read from county_extent.csv. Nothing here looks at rows.

The boxes carry a small margin, so they catch swapped axes, wrong reference systems and other counties, not metres.
"""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_TABLE = Path(__file__).with_name("county_extent.csv")


@dataclass(frozen=True)
class Extent:
    """A bounding box in degrees, CGCS2000 (EPSG:4490)."""

    west: float
    south: float
    east: float
    north: float


def county_extent(hub_id: str) -> Extent | None:
    """The box of the county with division code `hub_id` (GB/T 2260), or None when the table does not know it."""
    return _extents().get(hub_id)


@cache
def _extents() -> dict[str, Extent]:
    with _TABLE.open(encoding="utf-8", newline="") as lines:
        return {
            row["hub_id"]: Extent(float(row["west"]), float(row["south"]), float(row["east"]), float(row["north"]))
            for row in csv.DictReader(lines)
        }
