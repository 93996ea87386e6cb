"""What people write for a place: roads, estates, door numbers, and the full, alias and partial address texts.

Levels and order follow the standard address (GB/T 23705-2009): province, prefecture-level city left out as people do,
county, township, community, road, door, estate, block, stairway, room. All columns are built in bulk with Arrow.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from demo.city import geography_plan as plan
from demo.city.geography_places import Indices, Places, township_names
from demo.city.geography_settlements import ESTATE, PREMISES, VILLAGE, Buildings, Settlements

_ROADS_PER_TOWNSHIP = 7
_TERMS = ("", "二期", "三期", "四期", "五期", "六期")


@dataclass(frozen=True, slots=True)
class Names:
    """Words of each settlement: its road, its estate ('' outside estates), and the number of its first door."""

    road: pa.Array
    estate: pa.Array
    first_door: Indices
    door_step: Indices


@dataclass(frozen=True, slots=True)
class Doors:
    """One row per address: settlement and building (row numbers), then its words, '' where there is none."""

    settlement: Indices
    building: Indices
    road: pa.Array
    door: pa.Array
    estate: pa.Array
    block: pa.Array
    unit: pa.Array
    room: pa.Array


def name_settlements(rng: np.random.Generator, places: Places, settlements: Settlements) -> Names:
    """Give estates odd numbers and premises even ones along the township's roads, villages numbers of their own."""
    use, community = settlements.use, places.community_of_grid[settlements.grid]
    township = places.township_of_community[community]
    words = [stem + tail for stem in plan.ROAD_STEMS for tail in plan.ROAD_TAILS]
    roads = rng.permutation(len(words))
    lanes = len(words) + settlements.grid % len(plan.LANES)
    first = np.empty(len(use), dtype=np.int64)
    road = np.empty(len(use), dtype=np.int64)
    for kind in (ESTATE, PREMISES):
        mine = np.flatnonzero(use == kind)
        rank = rank_within(township[mine])
        road[mine] = roads[township[mine] * _ROADS_PER_TOWNSHIP + rank % _ROADS_PER_TOWNSHIP]
        first[mine] = 1 + rank // _ROADS_PER_TOWNSHIP * 2
        if kind == PREMISES:
            first[mine] = 2 + 2 * _before(road[mine], settlements.count[mine])
    villages = np.flatnonzero(use == VILLAGE)
    road[villages] = lanes[villages]
    first[villages] = 1 + _before(community[villages], settlements.count[villages])
    step = np.array([0, 1, 2])[use]
    return Names(pa.array([*words, *plan.LANES]).take(pa.array(road)), _estates(rng, use), first, step)


def doors(settlements: Settlements, names: Names) -> Doors:
    """Number every address of every settlement; rows follow the settlements."""
    count, each = settlements.count, settlements.buildings
    settlement = np.repeat(np.arange(len(count)), count)
    number = np.arange(len(settlement)) - np.repeat(np.cumsum(count) - count, count)
    capacity, floors = settlements.capacity[settlement], settlements.floors[settlement]
    block, within = number // capacity, number % capacity
    in_estate = settlements.use[settlement] == ESTATE
    room = (within % (floors * 2) // 2 + 1) * 100 + within % 2 + 1
    door = names.first_door[settlement] + names.door_step[settlement] * number
    at = pa.array(settlement)
    return Doors(
        settlement=settlement,
        building=(np.cumsum(each) - each)[settlement] + block,
        road=names.road.take(at),
        door=pa.array(door).cast(pa.string()),
        estate=names.estate.take(at),
        block=_text_where(in_estate, block + 1),
        unit=_text_where(in_estate, within // (floors * 2) + 1),
        room=_text_where(in_estate, room),
    )


def written(places: Places, settlements: Settlements, rows: Doors) -> dict[str, pa.Array]:
    """Return full_text, alias_text, partial_text, building_text, township and community_code of every address."""
    grid = settlements.grid[rows.settlement]
    community = pa.array(places.community_of_grid[grid])
    township = township_names().take(pa.array(places.township_of_grid[grid]))
    name = places.community_names.take(community)
    use = settlements.use[rows.settlement]
    in_estate, in_village = pa.array(use == ESTATE), pa.array(use == VILLAGE)
    county = plan.PROVINCE_NAME + plan.COUNTY_NAME
    at_door = join(county, township, name, rows.road, rows.door, "号")
    at_block = pc.if_else(in_estate, join(at_door, rows.estate, rows.block, "号楼"), at_door)
    alias = pc.if_else(
        in_estate,
        join(plan.COUNTY_NAME, rows.estate, rows.block, "-", rows.unit, "-", rows.room),
        join(plan.COUNTY_NAME, pc.if_else(in_village, name, rows.road), rows.door, "号"),
    )
    return {
        "full_text": pc.if_else(in_estate, join(at_block, rows.unit, "单元", rows.room, "室"), at_block),
        "alias_text": alias,
        "partial_text": join(plan.COUNTY_NAME, township, pc.if_else(in_village, name, _near(in_estate, rows))),
        "building_text": at_block,
        "township": township,
        "community_code": places.community_codes.take(community),
    }


def building_names(settlements: Settlements, buildings: Buildings, names: Names) -> pa.Array:
    """Return what a building is called: 金苑小区3号楼, 民房, 厂房."""
    use = settlements.use[buildings.settlement]
    block = join(
        names.estate.take(pa.array(buildings.settlement)), pa.array(buildings.number + 1).cast(pa.string()), "号楼"
    )
    return pc.if_else(pa.array(use == ESTATE), block, pa.array(["", "民房", "厂房"]).take(pa.array(use)))


def join(*parts: pa.Array | str) -> pa.Array:
    """Concatenate columns and constant texts row by row."""
    return pc.binary_join_element_wise(*(pa.scalar(part) if isinstance(part, str) else part for part in parts), "")


def _near(in_estate: pa.Array, rows: Doors) -> pa.Array:
    """The middle of a partial address in town: the block without its stairway, or the road without its door."""
    return pc.if_else(in_estate, join(rows.estate, rows.block, "号楼"), rows.road)


def _estates(rng: np.random.Generator, use: Indices) -> pa.Array:
    """One name per estate; when the words run out the next ones are built as second and further terms."""
    words = [a + b + tail for a in plan.GRACEFUL for b in plan.NATURE for tail in plan.ESTATE_TAILS]
    order = rng.permutation(len(words))
    names, used = [], 0
    for kind in use:
        names.append(words[order[used % len(words)]] + _TERMS[used // len(words)] if kind == ESTATE else "")
        used += kind == ESTATE
    return pa.array(names)


def rank_within(group: Indices) -> Indices:
    """For each row how many earlier rows are of the same group."""
    return _before(group, np.ones(len(group), dtype=np.int64))


def _before(group: Indices, amount: Indices) -> Indices:
    """For each row the sum of `amount` over earlier rows of the same group."""
    order = np.argsort(group, kind="stable")
    sorted_group, running = group[order], np.cumsum(amount[order]) - amount[order]
    starts = np.flatnonzero(np.r_[True, sorted_group[1:] != sorted_group[:-1]]) if len(group) else order
    result = np.empty(len(group), dtype=np.int64)
    lengths = np.diff(np.r_[starts, len(group)])
    result[order] = running - np.repeat(running[starts], lengths)
    return result


def _text_where(mask: NDArray[np.bool_], values: Indices) -> pa.Array:
    return pc.if_else(pa.array(mask), pa.array(values).cast(pa.string()), "")
