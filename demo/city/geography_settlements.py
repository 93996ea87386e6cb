"""Where people live and work inside the grids: estates of blocks, villages of yards, rows of premises.

A settlement takes one of nine slots of its grid; its buildings stand on a lattice in the middle of the slot, so that no
two footprints touch and none leaves the grid. Numbers and shapes only; texts are in geography_texts.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from demo.city.geography_places import Indices, Places
from demo.city.geography_shapes import Quads, cut, sides_in_metres

ESTATE, VILLAGE, PREMISES = 0, 1, 2

_URBAN_SHARE = 0.55
_HOMES_PER_ESTATE = 150
_PREMISES_SHARE = 0.04
_VILLAGE_SLOT, _PREMISES_SLOT = 4, 8
_ESTATE_SLOTS = 4

# By use: pitch of the lattice in metres (east, north), then the part of its cell a footprint covers (w, s, e, n).
_PITCH = np.array([(70.0, 50.0), (30.0, 25.0), (80.0, 60.0)])
_FOOTPRINT = np.array([(0.18, 0.36, 0.82, 0.64), (0.2, 0.4, 0.8, 0.85), (0.15, 0.2, 0.85, 0.8)])
_PLOT = np.array([(0.0, 0.0, 1.0, 1.0), (0.05, 0.05, 0.95, 0.95), (0.05, 0.05, 0.95, 0.95)])


@dataclass(frozen=True, slots=True)
class Settlements:
    """Estates, villages and premises as parallel arrays: grid row, slot, use, addresses, floors, stairways."""

    grid: Indices
    slot: Indices
    use: Indices
    count: Indices
    floors: Indices
    units: Indices

    @property
    def capacity(self) -> Indices:
        """Addresses one building holds: two doors a floor and stairway in an estate, one in a yard or workshop."""
        return np.where(self.use == ESTATE, self.floors * self.units * 2, 1)

    @property
    def buildings(self) -> Indices:
        """Buildings each settlement needs."""
        return np.asarray(-(-self.count // self.capacity))


@dataclass(frozen=True, slots=True)
class Buildings:
    """Buildings as parallel arrays: settlement row, number within the settlement, footprint and plot outline."""

    settlement: Indices
    number: Indices
    footprint: Quads
    plot: Quads


def settle(rng: np.random.Generator, places: Places, addresses: int) -> Settlements:
    """Spread a number of addresses over the grids: 4 % premises, of the rest 55 % in town."""
    premises = round(addresses * _PREMISES_SHARE)
    urban = round((addresses - premises) * _URBAN_SHARE)
    built_up = places.built_up_grid
    weight = rng.lognormal(0.0, 0.6, len(built_up))
    estates = _estates(rng, _spread(rng, urban, weight * built_up))
    villages = _plain(rng, _spread(rng, addresses - premises - urban, weight * ~built_up), VILLAGE, _VILLAGE_SLOT, 3)
    works = _plain(rng, _spread(rng, premises, np.where(built_up, 3.0, 1.0)), PREMISES, _PREMISES_SLOT, 5)
    return Settlements(*(np.concatenate(columns) for columns in zip(estates, villages, works, strict=True)))


def raise_buildings(places: Places, settlements: Settlements) -> Buildings:
    """Place every settlement's buildings; rows follow the settlements."""
    each = settlements.buildings
    settlement = np.repeat(np.arange(len(each)), each)
    number = np.arange(len(settlement)) - np.repeat(np.cumsum(each) - each, each)
    lattice = np.ceil(np.sqrt(each)).astype(np.int64)
    field = _fields(places, settlements, lattice)
    side = lattice[settlement].astype(np.float64)
    column, row = number % lattice[settlement], number // lattice[settlement]
    cell = cut(field[settlement], column / side, row / side, (column + 1) / side, (row + 1) / side)
    use = settlements.use[settlement]
    plot = np.where((use == ESTATE)[:, None, None], field[settlement], _part(cell, _PLOT[use]))
    return Buildings(settlement, number, _part(cell, _FOOTPRINT[use]), plot)


def _spread(rng: np.random.Generator, total: int, weight: NDArray[np.float64]) -> Indices:
    return rng.multinomial(total, weight / weight.sum())


def _estates(rng: np.random.Generator, per_grid: Indices) -> tuple[Indices, ...]:
    """Cut a grid's homes into estates of some 150; all blocks of an estate are of one form."""
    number = np.clip(-(-per_grid // _HOMES_PER_ESTATE), 0, _ESTATE_SLOTS)
    grid = np.repeat(np.arange(len(per_grid)), number)
    slot = np.arange(len(grid)) - np.repeat(np.cumsum(number) - number, number)
    count = per_grid[grid] // number[grid] + (slot < per_grid[grid] % number[grid])
    form = rng.choice(5, size=len(grid), p=(0.2, 0.4, 0.2, 0.1, 0.1))
    floors, units = np.array([5, 6, 6, 11, 18])[form], np.array([3, 3, 4, 2, 2])[form]
    return grid, slot, np.full(len(grid), ESTATE), count, floors, units


def _plain(rng: np.random.Generator, per_grid: Indices, use: int, slot: int, top: int) -> tuple[Indices, ...]:
    """One settlement of single-address buildings in each grid that has any."""
    grid = np.flatnonzero(per_grid)
    floors = rng.integers(1, top, len(grid))
    return grid, np.full(len(grid), slot), np.full(len(grid), use), per_grid[grid], floors, np.ones_like(grid)


def _fields(places: Places, settlements: Settlements, lattice: Indices) -> Quads:
    """The ground each settlement covers: the middle of its slot, as large as its lattice asks and the slot allows."""
    column, row = settlements.slot % 3 / 3, settlements.slot // 3 / 3
    slot = cut(places.grid_quads[settlements.grid], column, row, column + 1 / 3, row + 1 / 3)
    east, north = sides_in_metres(slot)
    pitch = _PITCH[settlements.use]
    wide = np.minimum(0.45, lattice * pitch[:, 0] / east / 2)
    high = np.minimum(0.45, lattice * pitch[:, 1] / north / 2)
    return cut(slot, 0.5 - wide, 0.5 - high, 0.5 + wide, 0.5 + high)


def _part(cell: Quads, share: NDArray[np.float64]) -> Quads:
    return cut(cell, share[:, 0], share[:, 1], share[:, 2], share[:, 3])
