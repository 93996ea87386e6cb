"""Pairs of records -> their weight in bits under a model; pairs weighed before are not compared again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb
import numpy as np
import pyarrow as pa

from lake.matching.clustering import Bools
from lake.matching.memory import WEIGHED, Memory
from lake.matching.prepare import RECORDS
from lake.matching.scoring import Compared, Floats, Ints
from lake.matching.trained import Model
from lake.matching.training import vetoed, weights

if TYPE_CHECKING:
    from lake.matching.engine import Engine


@dataclass(frozen=True, slots=True)
class Weighed:
    """Pairs of records and their weight, prior included. Pairs are distinct. known: remembered, not compared now."""

    left: Ints
    right: Ints
    bits: Floats
    known: Bools

    def with_more(self, other: Weighed) -> Weighed:
        """Both; they share no pair."""
        return Weighed(
            np.concatenate([self.left, other.left]),
            np.concatenate([self.right, other.right]),
            np.concatenate([self.bits, other.bits]),
            np.concatenate([self.known, other.known]),
        )

    def table(self) -> pa.Table:
        """record_l, record_r, bits, known."""
        return pa.table({"record_l": self.left, "record_r": self.right, "bits": self.bits, "known": self.known})


_STEP = 2.0**-20
"""Bits are multiples of this: sums of them are exact, so means tie or do not tie whatever order they are added in."""


def weighed_now(model: Model, compared: Compared) -> Weighed:
    """Pairs compared in this run, by `model`."""
    bits = vetoed(model.task, compared, weights(compared, model.learnt))
    bits = np.round(bits / _STEP) * _STEP
    return Weighed(compared.left, compared.right, bits, np.zeros(len(bits), bool))


def weigh(
    connection: duckdb.DuckDBPyConnection, model: Model, pairs: str, engine: Engine, memory: Memory | None = None
) -> Weighed:
    """The weight of each pair of relation `pairs` (record_l, record_r; distinct)."""
    if memory is None:
        return engine.weigh(connection, model, pairs)
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE matching_remembered AS SELECT pairs.record_l, pairs.record_r, said.bits"
        f" FROM (SELECT record_l, record_r FROM {pairs}) AS pairs"
        f" JOIN {RECORDS} AS l ON l.record = record_l JOIN {RECORDS} AS r ON r.record = record_r"
        f" LEFT JOIN {memory.pairs} AS said ON said.record_l = pairs.record_l AND said.record_r = pairs.record_r"
        " AND said.content_l = l.content AND said.content_r = r.content"
    )
    old = connection.execute("SELECT * FROM matching_remembered WHERE bits IS NOT NULL").fetchnumpy()
    new = "(SELECT record_l, record_r FROM matching_remembered WHERE bits IS NULL)"
    remembered = Weighed(old["record_l"], old["record_r"], old["bits"], np.ones(len(old["bits"]), bool))
    return remembered.with_more(engine.weigh(connection, model, new))


def remember(connection: duckdb.DuckDBPyConnection, weighed: Weighed) -> None:
    """Make `matching_kept` of the pairs, by the content their records have now: what the next run remembers."""
    connection.register("matching_weighing", weighed.table())
    connection.execute("CREATE OR REPLACE TEMP TABLE matching_weighed AS FROM matching_weighing")
    connection.unregister("matching_weighing")
    connection.execute(
        f"CREATE OR REPLACE TEMP VIEW {WEIGHED} AS"
        " SELECT record_l, record_r, l.content AS content_l, r.content AS content_r, bits, known FROM matching_weighed"
        f" JOIN {RECORDS} AS l ON l.record = record_l JOIN {RECORDS} AS r ON r.record = record_r"
    )
