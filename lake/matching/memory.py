"""What a run may remember of the one before: prepared records and weighed pairs, found again by their content.

A folder per model. Both files say nothing that a full run would not find out anew, so losing them costs time only,
and a run with memory gives the same answer as one without.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import duckdb

from lake.engines.duckdb import literal
from lake.matching.trained import Model


@dataclass(frozen=True, slots=True)
class Memory:
    """Where the prepared records and weighed pairs of one model are kept."""

    folder: Path

    @property
    def records(self) -> str | None:
        """The prepared records as SQL usable in FROM, if there are any."""
        return self._relation("records")

    @property
    def pairs(self) -> str | None:
        """record_l, record_r, content_l, content_r, bits as SQL usable in FROM, if there are any."""
        return self._relation("pairs")

    def keep(self, connection: duckdb.DuckDBPyConnection, name: str, query: str) -> None:
        """Replace `name` ('records' or 'pairs') by the rows of `query`; a reader never sees half of it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        part = self.folder / f"{name}.part"
        connection.execute(f"COPY ({query}) TO {literal(str(part))} (FORMAT parquet, COMPRESSION zstd)")
        part.replace(self.folder / f"{name}.parquet")

    def _relation(self, name: str) -> str | None:
        path = self.folder / f"{name}.parquet"
        return f"read_parquet({literal(str(path))})" if path.is_file() else None


def memory_of(model: Model, folder: Path) -> Memory:
    """The memory of exactly this model under `folder`: another one weighs pairs otherwise and must not read it."""
    document = json.dumps([model.task.to_dict(), model.learnt.chances(), model.learnt.prior], sort_keys=True)
    shares = "".join(f"{name}{table.num_rows}" for name, table in sorted(model.shares.items()))
    return Memory(folder / hashlib.sha256((document + shares).encode()).hexdigest()[:16])
