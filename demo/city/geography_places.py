"""Townships cut into communities, communities into grids: their codes, names and outlines.

Division codes are the 12-digit statistical ones (6 county + 3 township + 3 community, GB/T 10114), grid codes add three
digits (GB/T 34300-2017). Community numbers start at 401 (like a residents' committee) and 501 (like a village): real
committees of the county are numbered below, so that no invented place takes the code of a real one.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from demo.city import geography_plan as plan
from demo.city.geography_shapes import Quads, checker, polygons

Indices = NDArray[np.int64]

GRIDS_PER_COMMUNITY = 4
_RESIDENTS_PER_COMMUNITY = 1000


@dataclass(frozen=True, slots=True)
class Places:
    """The county's divisions as parallel arrays; `*_of_*` are row numbers of the level above."""

    township_quads: Quads
    community_codes: pa.Array
    community_names: pa.Array
    community_quads: Quads
    township_of_community: Indices
    grid_codes: pa.Array
    grid_quads: Quads
    community_of_grid: Indices
    built_up_grid: NDArray[np.bool_]

    @property
    def township_of_grid(self) -> Indices:
        """Row number of each grid's township."""
        return np.asarray(self.township_of_community[self.community_of_grid])


def divide(rng: np.random.Generator, residents: int) -> Places:
    """Cut the county for a number of residents: 2 x 2 communities a township in a small city, 8 x 8 in a full one."""
    townships = plan.township_quads()
    share = residents / len(townships) / _RESIDENTS_PER_COMMUNITY
    side = int(np.clip(round(share**0.5), 2, 8))
    communities = checker(townships, side, side).reshape(-1, 4, 2)
    township_of = np.repeat(np.arange(len(townships)), side * side)
    codes, names = _community_labels(rng, side * side)
    grids = checker(communities, 2, 2).reshape(-1, 4, 2)
    community_of = np.repeat(np.arange(len(communities)), GRIDS_PER_COMMUNITY)
    grid_codes = [f"{code}{number:03d}" for code in codes for number in range(1, GRIDS_PER_COMMUNITY + 1)]
    built_up = np.array([town[2] for town in plan.TOWNSHIPS])
    return Places(
        township_quads=townships,
        community_codes=pa.array(codes),
        community_names=pa.array(names),
        community_quads=communities,
        township_of_community=township_of,
        grid_codes=pa.array(grid_codes),
        grid_quads=grids,
        community_of_grid=community_of,
        built_up_grid=built_up[township_of[community_of]],
    )


def township_codes() -> list[str]:
    """Return the nine-digit codes of the townships."""
    return [plan.COUNTY_CODE + code for code, _, _ in plan.TOWNSHIPS]


def township_names() -> pa.Array:
    """Return the names of the townships, in the order of their codes in the plan."""
    return pa.array([name for _, name, _ in plan.TOWNSHIPS])


def township_table(places: Places) -> pa.Table:
    """Return township_code (9), name, geometry (WKB, CGCS2000): fifteen rows that tile the county."""
    return pa.table(
        {
            "township_code": township_codes(),
            "name": township_names(),
            "geometry": polygons(places.township_quads),
        }
    )


def community_table(places: Places) -> pa.Table:
    """Return community_code (12), name, township, geometry (WKB, CGCS2000)."""
    return pa.table(
        {
            "community_code": places.community_codes,
            "name": places.community_names,
            "township": township_names().take(pa.array(places.township_of_community)),
            "geometry": polygons(places.community_quads),
        }
    )


def grid_table(places: Places) -> pa.Table:
    """Return grid_code (15), name, township, community_code, geometry (WKB, CGCS2000)."""
    community = pa.array(places.community_of_grid)
    names = places.community_names.take(community).to_pylist()
    return pa.table(
        {
            "grid_code": places.grid_codes,
            "name": [f"{name}第{row % GRIDS_PER_COMMUNITY + 1}网格" for row, name in enumerate(names)],
            "township": township_names().take(pa.array(places.township_of_grid)),
            "community_code": places.community_codes.take(community),
            "geometry": polygons(places.grid_quads),
        }
    )


def _community_labels(rng: np.random.Generator, each: int) -> tuple[list[str], list[str]]:
    """Codes and names of `each` communities per township; no name twice in the county."""
    urban = iter(_shuffled(rng, [a + b + "社区" for a in plan.GRACEFUL for b in plan.NATURE]))
    rural = iter(
        _shuffled(
            rng, [a + b + c for a in plan.VILLAGE_HEADS for b in plan.VILLAGE_SURNAMES for c in plan.VILLAGE_TAILS]
        )
    )
    codes, names = [], []
    for code, (_, _, built_up) in zip(township_codes(), plan.TOWNSHIPS, strict=True):
        first, pool = (401, urban) if built_up else (501, rural)
        codes += [f"{code}{first + number:03d}" for number in range(each)]
        names += [next(pool) for _ in range(each)]
    return codes, names


def _shuffled(rng: np.random.Generator, words: list[str]) -> list[str]:
    return [words[i] for i in rng.permutation(len(words))]
