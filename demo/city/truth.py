"""The ground truth of the city: who and what is true, which delivered row is about whom, which defects were planted.

Four Parquet files in a folder outside the hub's reach; keys are as delivered, joined by '|'.

    person.parquet        one row per true person        (demo/city/persons.py)
    legal_person.parquet  one row per true legal person  (demo/city/organisations.py)
    links.parquet         dataset, key, entity, uid      one row per delivered row about a person or legal person
    planted.parquet       dataset, key, item, kind       one row per planted defect (demo/city/dirt.py)
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

LINKS = pa.schema([("dataset", pa.string()), ("key", pa.string()), ("entity", pa.string()), ("uid", pa.int64())])
ENTITIES = ("person", "legal_person")


class Links:
    """Which true person or legal person each delivered row is about."""

    def __init__(self) -> None:
        self._tables: list[pa.Table] = []

    def add(self, dataset: str, keys: pa.Array | Sequence[str], entity: str, uids: Any) -> None:
        """Record the true uid of each row of a delivery; `keys` and `uids` run in the order of its rows."""
        if entity not in ENTITIES:
            raise ValueError(f"unknown entity {entity}: use one of {', '.join(ENTITIES)}")
        n = len(keys)
        columns = [pa.repeat(dataset, n), pa.array(keys, pa.string()), pa.repeat(entity, n), pa.array(uids, pa.int64())]
        self._tables.append(pa.table(columns, schema=LINKS))

    def table(self) -> pa.Table:
        """All links recorded so far."""
        return pa.concat_tables([LINKS.empty_table(), *self._tables])


def write_truth(folder: Path, tables: dict[str, pa.Table]) -> None:
    """Write each table as `<folder>/<name>.parquet`, replacing what an earlier run left there."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        pq.write_table(table, folder / f"{name}.parquet", compression="zstd")
