"""Spoiling a department's share of the truth, and keeping account of every single defect.

A `Share` is one delivery in the making. `spoil` draws rows, changes one item and remembers it; an item of a row is
changed at most once, so what `Plants` holds is what really stands in the delivery. What the changes look like is in
demo/city/defects.py (pure functions list -> list).

    share = Share("market_enterprise", columns, keys=("record_no",), rng=rng, dirt=dirt, plants=plants)
    share.spoil("uscc", "uscc_check", 0.005, defects.uscc_wrong_check)      # change(values, rng) -> values
    share.spoil("address", "address_partial", 0.30, partial_texts)          # or: take the value from another column
    share.spoil("name", "former_name", 0.06, former, where=renamed)         # only rows of a boolean mask
    share.mark("row", "cancelled_live", rows)                               # a defect already in the rows themselves
    table = share.finish({"record_no": "nbxh", "uscc": "uniscid", ...})     # renamed to the source's own columns
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Change = Callable[[list[Any], np.random.Generator], list[Any]]
Mask = npt.NDArray[np.bool_]
Rows = npt.NDArray[np.int64]

_ROUNDS = 10  # draws again this often when a change left values as they were (a name without homophone, say)

PLANTED = pa.schema([("dataset", pa.string()), ("key", pa.string()), ("item", pa.string()), ("kind", pa.string())])


class Plants:
    """The account of planted defects: dataset, key as delivered, item, kind."""

    def __init__(self) -> None:
        self._tables: list[pa.Table] = []

    def add(self, dataset: str, keys: pa.Array | Sequence[str], item: str, kind: str) -> None:
        """Record one defect per key (key item values as delivered, joined by '|')."""
        n = len(keys)
        if n:
            columns = [pa.repeat(dataset, n), pa.array(keys, pa.string()), pa.repeat(item, n), pa.repeat(kind, n)]
            self._tables.append(pa.table(columns, schema=PLANTED))

    def table(self) -> pa.Table:
        """All defects recorded so far, in the order they were planted."""
        return pa.concat_tables([PLANTED.empty_table(), *self._tables])


class Share:
    """One department's delivery in the making: columns by item name, spoilt item by item."""

    def __init__(
        self,
        dataset: str,
        columns: Mapping[str, Any],
        *,
        keys: Sequence[str],
        rng: np.random.Generator,
        dirt: float,
        plants: Plants,
    ) -> None:
        self.dataset = dataset
        self.columns: dict[str, pa.Array] = {name: _flat(values) for name, values in columns.items()}
        self.keys = tuple(keys)
        self.rows = len(self.columns[self.keys[0]])
        self._rng, self._dirt, self._plants = rng, dirt, plants
        self._occupied: dict[str, Mask] = {}
        self._pending: list[tuple[Rows, str, str]] = []

    def occupied(self, item: str) -> Mask:
        """Mask of the rows whose `item` already carries a defect (a live view)."""
        return self._occupied.setdefault(item, np.zeros(self.rows, dtype=bool))

    def protect(self, item: str, rows: Rows | Mask) -> None:
        """Keep `item` of these rows as it is: another defect can only be found through it."""
        self.occupied(item)[rows] = True

    def spoil(
        self,
        item: str,
        kind: str,
        rate: float,
        change: Change | pa.Array | pa.ChunkedArray | None,
        *,
        where: Mask | None = None,
        unless: Sequence[str] = (),
        of_all: bool = False,
    ) -> Rows:
        """Plant `kind` into `item` at `rate` x dirt of the rows that can have it; returns the rows spoilt.

        A row can have it when it has a value, carries no other defect in `item` nor in the items of `unless`, and lies
        in `where`. `change` is a pure function over values, a column of the same length to take values from, or None
        for "value lost". `of_all`: the rate is of all rows, drawn from those that can. At least one row is spoilt if
        rate and dirt are above zero and any row can be.
        """
        free = self._free(item, where, unless)
        wanted = _wanted(rate * self._dirt, self.rows if of_all else len(free), len(free))
        spoilt: list[Rows] = []
        for _ in range(_ROUNDS):
            if wanted <= 0 or not len(free):
                break
            chosen = np.sort(self._rng.choice(free, size=min(wanted, len(free)), replace=False))
            changed = self._replace(item, chosen, change)
            spoilt.append(changed)
            wanted -= len(changed)
            free = np.setdiff1d(free, chosen, assume_unique=True)
        rows = np.sort(np.concatenate(spoilt)) if spoilt else np.empty(0, np.int64)
        self.mark(item, kind, rows)
        return rows

    def mark(self, item: str, kind: str, rows: Rows) -> None:
        """Record a defect that lies in the rows themselves (row-level kinds use item 'row')."""
        if len(rows):
            self.occupied(item)[rows] = True
            self._pending.append((np.asarray(rows, np.int64), item, kind))

    def draw(self, rate: float, where: Mask, *, of_all: bool = False) -> Rows:
        """Rows of `where`, `rate` x dirt of them (or of all rows), for defects that `spoil` cannot draw by itself."""
        free = np.flatnonzero(where).astype(np.int64)
        wanted = _wanted(rate * self._dirt, self.rows if of_all else len(free), len(free))
        return np.sort(self._rng.choice(free, size=wanted, replace=False))

    def plant(self, item: str, kind: str, rows: Rows, change: Change | pa.Array | None) -> Rows:
        """Change `item` in exactly these rows and record it; returns those whose value did change."""
        changed = self._replace(item, rows[~self.occupied(item)[rows]], change)
        self.mark(item, kind, changed)
        return changed

    def finish(self, source_names: Mapping[str, str], *, shuffled: bool = False) -> pa.Table:
        """Record the defects under the keys as delivered and return the table with the source's column names.

        shuffled: in an order that says nothing; rows that come in the truth's order would tell who is who.
        """
        keys = self.delivered_keys()
        for rows, item, kind in self._pending:
            self._plants.add(self.dataset, keys.take(pa.array(rows)), item, kind)
        self._pending.clear()
        table = pa.table({source: self.columns[item] for item, source in source_names.items()})
        return table.take(pa.array(self._rng.permutation(self.rows))) if shuffled else table

    def delivered_keys(self) -> pa.Array:
        """One key per row: key item values as they stand now, joined by '|'."""
        parts = [pc.fill_null(self.columns[key].cast(pa.string()), "") for key in self.keys]
        return parts[0] if len(parts) == 1 else pc.binary_join_element_wise(*parts, "|")

    def _free(self, item: str, where: Mask | None, unless: Sequence[str]) -> Rows:
        mask = ~self.occupied(item)
        for other in unless:
            mask &= ~self.occupied(other)
        if where is not None:
            mask &= where
        mask &= self.columns[item].is_valid().to_numpy(zero_copy_only=False)
        return np.flatnonzero(mask).astype(np.int64)

    def _replace(self, item: str, rows: Rows, change: Change | pa.Array | pa.ChunkedArray | None) -> Rows:
        column = self.columns[item]
        before = column.take(pa.array(rows)).to_pylist()
        if change is None:
            after: list[Any] = [None] * len(rows)
        elif callable(change):
            after = change(before, self._rng)
        else:
            after = _flat(change).take(pa.array(rows)).to_pylist()
        differs = np.fromiter((a != b for a, b in zip(after, before, strict=True)), bool, len(rows))
        mask = np.zeros(self.rows, dtype=bool)
        mask[rows[differs]] = True
        values = pa.array([a for a, d in zip(after, differs, strict=True) if d], column.type)
        self.columns[item] = pc.replace_with_mask(column, pa.array(mask), values)
        changed: Rows = rows[differs]
        return changed


def _flat(values: Any) -> pa.Array:
    """A column as one contiguous Arrow array."""
    if isinstance(values, pa.ChunkedArray):
        return values.combine_chunks() if values.num_chunks != 1 else values.chunk(0)
    return values if isinstance(values, pa.Array) else pa.array(values)


def _wanted(share: float, of: int, free: int) -> int:
    """How many rows to spoil: rounded, at least one when anything is asked for, never more than there are."""
    return 0 if share <= 0 or free == 0 else min(free, max(1, round(share * of)))
