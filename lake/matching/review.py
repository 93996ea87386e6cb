"""What a person has to look at: doubtful pairs, each with its probability and the evidence for and against, as data.

Only the strongest pair between two clusters, and only the pair a doubtful cluster hangs on, go to review. Pairs people
decided on follow, with what the values alone would say: whoever asks again sees what there was to see.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import numpy as np
import pyarrow as pa

from lake.matching.clustering import FORCED
from lake.matching.prepare import RECORDS
from lake.matching.scoring import compared_columns, levels_of, score
from lake.matching.training import probability

if TYPE_CHECKING:
    from lake.matching.edges import Edges
    from lake.matching.scoring import Ints
    from lake.matching.trained import Model

LOWEST, HIGHEST = 0.05, 0.95
MOST = 5_000
EVIDENCE = pa.list_(pa.struct([("column", pa.string()), ("level", pa.string()), ("bits", pa.float64())]))
REVIEW = pa.schema(
    [
        *(pa.field(name, pa.string()) for name in ("source_l", "key_l", "source_r", "key_r")),
        ("probability", pa.float64()),
        ("together", pa.bool_()),
        ("evidence", EVIDENCE),
    ]
)
"""evidence: a waterfall from the prior to the verdict; bits say how much likelier a match makes what is seen (log2)."""


def doubtful(found: Ints, edges: Edges) -> Ints:
    """Places in `edges` of the pairs to review, the most doubtful first, at most MOST; then those decided on."""
    chance = probability(edges.bits)
    together = found[edges.left] == found[edges.right]
    strongest = np.zeros(len(found))
    np.maximum.at(strongest, edges.left[together], chance[together])
    np.maximum.at(strongest, edges.right[together], chance[together])
    weakest_link = np.minimum(strongest[edges.left], strongest[edges.right]) <= chance
    between = _first_between(found, edges, np.flatnonzero(~together & (chance >= LOWEST)))
    asked = np.flatnonzero((chance >= LOWEST) & (chance <= HIGHEST) & (between | (together & weakest_link)))
    doubted = asked[np.argsort(np.abs(chance[asked] - 0.5), kind="stable")][:MOST]
    return np.concatenate([doubted, np.flatnonzero(np.abs(edges.bits) >= FORCED)])


def _first_between(found: Ints, edges: Edges, which: Ints) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Whether a pair is the strongest between its two clusters, of those at places `which`."""
    low = np.minimum(found[edges.left[which]], found[edges.right[which]])
    high = np.maximum(found[edges.left[which]], found[edges.right[which]])
    order = np.lexsort((-edges.bits[which], high, low))
    first = np.ones(len(order), dtype=bool)
    first[1:] = (low[order][1:] != low[order][:-1]) | (high[order][1:] != high[order][:-1])
    answer = np.zeros(len(edges.bits), dtype=bool)
    answer[which[order[first]]] = True
    return answer


def review_table(connection: duckdb.DuckDBPyConnection, model: Model, found: Ints, edges: Edges) -> pa.Table:
    """The pairs to review (schema REVIEW), the most doubtful first."""
    asked = doubtful(found, edges)
    if not len(asked):
        return REVIEW.empty_table()
    left, right = edges.record_l[asked], edges.record_r[asked]
    connection.register("matching_doubt", pa.table({"record_l": left, "record_r": right}))
    score(connection, model.task, "matching_doubt", model.settings())
    connection.unregister("matching_doubt")
    rows = connection.execute(
        "SELECT scored.*, l.source AS source_l, l.key AS key_l, r.source AS source_r, r.key AS key_r"
        f" FROM matching_scored AS scored JOIN {RECORDS} AS l ON l.record = record_l"
        f" JOIN {RECORDS} AS r ON r.record = record_r"
    ).to_arrow_table()
    seen = {(row["record_l"], row["record_r"]): row for row in rows.to_pylist()}
    together = found[edges.left] == found[edges.right]
    told = []
    for place, pair in zip(asked, zip(left.tolist(), right.tolist(), strict=True), strict=True):
        row = seen[pair]
        steps, chance = _weighed(evidence(model, row), float(edges.bits[place]))
        names = {name: row[name] for name in ("source_l", "key_l", "source_r", "key_r")}
        told.append({**names, "probability": chance, "together": bool(together[place]), "evidence": steps})
    return pa.Table.from_pylist(told, schema=REVIEW)


def evidence(model: Model, row: dict[str, object]) -> list[dict[str, object]]:
    """The waterfall of one scored pair: prior first, then each column's level and bits in the task's order."""
    prior = float(np.log2(model.learnt.prior / (1 - model.learnt.prior)))
    steps: list[dict[str, object]] = [{"column": "", "level": "prior", "bits": prior}]
    for column in compared_columns(model.task):
        labels = ["nothing in common", *[label for label, _ in reversed(levels_of(model.task, column))]]
        level = int(str(row[f"gamma_{column.name}"]))
        bits = sum(float(str(row.get(f"{part}{column.name}") or 0.0)) for part in ("mw_", "mw_tf_adj_"))
        steps.append(
            {"column": column.title or column.name, "level": labels[level] if level >= 0 else "missing", "bits": bits}
        )
    return steps


def _weighed(steps: list[dict[str, object]], bits: float) -> tuple[list[dict[str, object]], float]:
    """The steps and the probability they lead to, with a last step for what rules and not values say: a veto, two sound
    numbers that differ. What people said is no evidence: of their pairs the values alone are told.
    """
    told = sum(float(str(step["bits"])) for step in steps)
    if abs(bits) >= FORCED:
        return steps, _chance(told)
    rest = bits - told
    if abs(rest) > 0.01:
        steps = [*steps, {"column": "", "level": "rule", "bits": rest}]
    return steps, _chance(bits)


def _chance(bits: float) -> float:
    return float(probability(np.array([bits]))[0])
