"""Who stands on a department's roll: its members, some of them twice, and some who are dead or have moved away."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from demo.city.context import CityContext
from demo.city.dirt import Share

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Roll:
    """One entry per row: whose row it is. `doubles` repeat the rows `originals`; `held` are of the dead or moved."""

    uids: Ints
    doubles: Ints
    originals: Ints
    held: Ints

    def column(self, context: CityContext, name: str) -> pa.Array:
        """A column of the true persons, row by row."""
        return take(context.persons[name], self.uids)

    def mark(self, share: Share, id_item: str) -> None:
        """Record the rows that should not be there, and keep their numbers: they are how such rows are found."""
        share.mark("row", "duplicate_inside", self.doubles)
        share.mark("row", "dead_still_held", self.held)
        for rows in (self.doubles, self.originals, self.held):
            share.protect(id_item, rows)


def enrol(
    rng: np.random.Generator, members: Ints, *, double: float, held: float = 0.0, gone: Ints | None = None
) -> Roll:
    """A roll in random order: all members, a share `double` of them twice, and from `gone` as many as `held` says."""
    extra = gone if gone is not None else np.empty(0, np.int64)
    still = rng.choice(extra, size=_count(held, len(members), len(extra)), replace=False)
    twice = rng.choice(len(members), size=_count(double, len(members), len(members)), replace=False)
    everybody = np.concatenate([members, still, members[twice]])
    order = rng.permutation(len(everybody))
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    held_rows = np.sort(place[len(members) : len(members) + len(still)])
    return Roll(everybody[order], place[len(members) + len(still) :], place[twice], held_rows)


def take(column: pa.ChunkedArray | pa.Array, rows: Ints | pa.Array) -> pa.Array:
    """Rows of a column as one array; null rows give null."""
    taken = column.take(rows if isinstance(rows, pa.Array) else pa.array(rows))
    return taken.combine_chunks() if isinstance(taken, pa.ChunkedArray) else taken


def _count(share: float, of: int, available: int) -> int:
    return 0 if share <= 0 or of == 0 else min(available, max(1, round(share * of)))
