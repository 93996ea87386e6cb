"""The places of the demo city: divisions, grids, parcels, buildings and every standard address, all as Arrow tables.

True positions are CGCS2000 degrees; the departments' shifted copies are made in `coordinates`. How the land is cut and
named is in the geography_* modules, what the departments deliver of it in `registers`.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from demo.city import geography_places as places_of
from demo.city import geography_plan as plan
from demo.city import geography_texts as texts
from demo.city.geography_places import Indices, Places
from demo.city.geography_settlements import ESTATE, Buildings, Settlements, raise_buildings, settle
from demo.city.geography_shapes import area_in_square_metres, centre, polygons

RESIDENTS_PER_ADDRESS = 2.4

_USES = ("estate", "village", "premises")
_RIGHTS = ("GB", "JC", "JB")  # estates stand on state land, yards and works on collective land
_LAND_USES = ("0701", "0702", "0601")


@dataclass(frozen=True, slots=True)
class Geography:
    """The true places. Row number = id in every table; geometries are WKB polygons in CGCS2000 degrees.

    addresses: address_id, address_code (20), full_text, alias_text, partial_text, building_text, township,
    community_code (12), road, door_no, estate, building_no, unit_no, room_no ('' where there is none), building_id,
    building_row, lng, lat, use ('estate', 'village', 'premises').
    buildings: building_id (28), name, floors, text, community_code, parcel_code, use, lng, lat, geometry.
    parcels: parcel_code (19), use_code, area_m2, holder, address_id (its first address), geometry.
    """

    addresses: pa.Table
    buildings: pa.Table
    grids: pa.Table
    townships: pa.Table
    parcels: pa.Table
    communities: pa.Table


def build(rng: np.random.Generator, residents: int) -> Geography:
    """Build the places of a city of so many residents: one address to every 2.4 of them."""
    places = places_of.divide(rng, residents)
    settlements = settle(rng, places, round(residents / RESIDENTS_PER_ADDRESS))
    buildings = raise_buildings(places, settlements)
    names = texts.name_settlements(rng, places, settlements)
    doors = texts.doors(settlements, names)
    written = texts.written(places, settlements, doors)
    first = np.unique(doors.building, return_index=True)[1]
    holder = _first_buildings(settlements, buildings)
    codes = _parcel_codes(places, settlements, buildings, holder)
    houses = _building_table(settlements, buildings, names, written, first, codes)
    return Geography(
        addresses=_address_table(settlements, doors, written, houses),
        buildings=houses,
        grids=places_of.grid_table(places),
        townships=places_of.township_table(places),
        parcels=_parcel_table(places, settlements, buildings, names, holder, first, codes),
        communities=places_of.community_table(places),
    )


def _address_table(
    settlements: Settlements, doors: texts.Doors, written: dict[str, pa.Array], houses: pa.Table
) -> pa.Table:
    ids, building = np.arange(len(doors.building)), pa.array(doors.building)
    serial = pa.array(ids + 100_000_000).cast(pa.string())
    return pa.table(
        {
            "address_id": ids,
            "address_code": texts.join(written["community_code"], pa.compute.utf8_slice_codeunits(serial, 1)),
            **{name: written[name] for name in ("full_text", "alias_text", "partial_text", "building_text")},
            "township": written["township"],
            "community_code": written["community_code"],
            "road": doors.road,
            "door_no": doors.door,
            "estate": doors.estate,
            "building_no": doors.block,
            "unit_no": doors.unit,
            "room_no": doors.room,
            "building_id": houses["building_id"].combine_chunks().take(building),
            "building_row": building,
            "lng": houses["lng"].combine_chunks().take(building),
            "lat": houses["lat"].combine_chunks().take(building),
            "use": pa.array(_USES).take(pa.array(settlements.use[doors.settlement])),
        }
    )


def _first_buildings(settlements: Settlements, buildings: Buildings) -> Indices:
    """Building rows that open a parcel: the first block of an estate, every yard and workshop."""
    estate = settlements.use[buildings.settlement] == ESTATE
    return np.flatnonzero(~estate | (buildings.number == 0))


def _parcel_codes(places: Places, settlements: Settlements, buildings: Buildings, holder: Indices) -> pa.Array:
    """One code per parcel, GB/T 37346-2019: county 6, cadastral area 3 (township) and sub-area 3, right 2, number 5."""
    settlement = buildings.settlement[holder]
    community = places.community_of_grid[settlements.grid[settlement]]
    township = places.township_of_community[community]
    per_township = len(places.township_of_community) // len(places.township_quads)
    area = 1_000_000 * (township + 1) + 1000 * (community % per_township + 1) + 1_000_000_000
    area_text = pa.compute.utf8_slice_codeunits(pa.array(area).cast(pa.string()), 1, 7)
    rights = pa.array(_RIGHTS).take(pa.array(settlements.use[settlement]))
    number = texts.rank_within(community)
    serial = pa.compute.utf8_slice_codeunits(pa.array(number + 100_001).cast(pa.string()), 1)
    return texts.join(plan.COUNTY_CODE, area_text, rights, serial)


def _parcel_of_building(buildings: Buildings, holder: Indices) -> Indices:
    opens: NDArray[np.int64] = np.zeros(len(buildings.settlement), dtype=np.int64)
    opens[holder] = 1
    return np.asarray(np.cumsum(opens) - 1)


def _building_table(
    settlements: Settlements,
    buildings: Buildings,
    names: texts.Names,
    written: dict[str, pa.Array],
    first: Indices,
    codes: pa.Array,
) -> pa.Table:
    """Buildings with their 28-character unit code: parcel 19, F, building number 4, whole building 0000."""
    use = settlements.use[buildings.settlement]
    holder = _first_buildings(settlements, buildings)
    parcel = codes.take(pa.array(_parcel_of_building(buildings, holder)))
    number = np.where(use == ESTATE, buildings.number, 0) + 10_001
    number_text = pa.compute.utf8_slice_codeunits(pa.array(number).cast(pa.string()), 1)
    middle = centre(buildings.footprint)
    return pa.table(
        {
            "building_id": texts.join(parcel, "F", number_text, "0000"),
            "name": texts.building_names(settlements, buildings, names),
            "floors": settlements.floors[buildings.settlement],
            "text": written["building_text"].take(pa.array(first)),
            "community_code": written["community_code"].take(pa.array(first)),
            "parcel_code": parcel,
            "use": pa.array(_USES).take(pa.array(use)),
            "lng": middle[:, 0],
            "lat": middle[:, 1],
            "geometry": polygons(buildings.footprint),
        }
    )


def _parcel_table(
    places: Places,
    settlements: Settlements,
    buildings: Buildings,
    names: texts.Names,
    holder: Indices,
    first: Indices,
    codes: pa.Array,
) -> pa.Table:
    settlement = buildings.settlement[holder]
    use = settlements.use[settlement]
    community = pa.array(places.community_of_grid[settlements.grid[settlement]])
    collective = texts.join(places.community_names.take(community), "集体经济组织")
    developer = texts.join("莱州市", names.estate.take(pa.array(settlement)), "业主委员会")
    plots = buildings.plot[holder]
    return pa.table(
        {
            "parcel_code": codes,
            "use_code": pa.array(_LAND_USES).take(pa.array(use)),
            "area_m2": np.round(area_in_square_metres(plots), 2),
            "holder": pa.compute.if_else(pa.array(use == ESTATE), developer, collective),
            "address_id": first[holder],
            "geometry": polygons(plots),
        }
    )
