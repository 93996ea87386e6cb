"""A trained model: task, m, u and prior, frequencies of values, threshold. A table to keep it, a file to start with.

Training is training.py. The start of models/<task>.start.json was learnt on cities of the demo: it weighs the records
of a hub that has too few to learn from; frequencies of values and the prior always are the hub's own.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lake.matching.model import MODELS, Task, task_from
from lake.matching.scoring import settings
from lake.matching.training import Learnt

_DOCUMENT = ""


@dataclass(frozen=True, slots=True)
class Model:
    """Everything a run needs to score and cluster. expected_f1 is what the training data led to expect."""

    task: Task
    learnt: Learnt
    shares: dict[str, pa.Table]
    threshold: float
    expected_f1: float

    def settings(self) -> dict[str, Any]:
        """Splink's settings with what was learnt."""
        return settings(self.task, prior=self.learnt.prior, chances=self.learnt.chances())


@dataclass(frozen=True, slots=True)
class Start:
    """What to weigh by before there is enough to learn from: m and u, matches per record searched for, threshold."""

    learnt: Learnt
    rate: float
    threshold: float

    def model(self, task: Task, shares: dict[str, pa.Table], *, loose: int, possible: float) -> Model:
        """The model for so many records searched for and so many pairs there could be among them."""
        prior = float(np.clip(self.rate * loose / possible, 0.01 / possible, 0.5))
        return Model(task, Learnt(self.learnt.m, self.learnt.u, prior), shares, self.threshold, 0.0)


def as_table(model: Model) -> pa.Table:
    """The model as rows: column, value, share. The row without column holds the rest as JSON."""
    document = {
        "task": model.task.to_dict(),
        "chances": model.learnt.chances(),
        "prior": model.learnt.prior,
        "threshold": model.threshold,
        "expected_f1": model.expected_f1,
        "shares": sorted(model.shares),
    }
    head = {"column": [_DOCUMENT], "value": [json.dumps(document, ensure_ascii=False)], "share": [None]}
    parts = [pa.table(head, schema=KEPT)]
    for name, shares in sorted(model.shares.items()):
        parts.append(pa.table({"column": [name] * shares.num_rows, **_columns(shares)}, schema=KEPT))
    return pa.concat_tables(parts)


KEPT = pa.schema([("column", pa.string()), ("value", pa.string()), ("share", pa.float64())])
"""How a model is kept."""


def from_table(rows: pa.Table) -> Model:
    """The model of the rows as_table gave."""
    (text,) = rows.filter(pc.equal(rows["column"], _DOCUMENT))["value"].to_pylist()
    document = json.loads(text)
    shares = {
        name: rows.filter(pc.equal(rows["column"], name)).select(["value", "share"]) for name in document["shares"]
    }
    learnt = _learnt(document)
    return Model(task_from(document["task"]), learnt, shares, document["threshold"], document["expected_f1"])


def load_start(task: str) -> Start | None:
    """The start of the task called `task`, if it has one."""
    path = MODELS / f"{task}.start.json"
    if not path.is_file():
        return None
    document = json.loads(path.read_text(encoding="utf-8"))
    return Start(_learnt(document | {"prior": 0.0}), document["rate"], document["threshold"])


def save_start(model: Model, path: Path, *, loose: int, possible: float) -> None:
    """Write what a trained model knows as the start of its task (see benchmarks/learn_start.py)."""
    document = {
        "rate": model.learnt.prior * possible / loose,
        "threshold": model.threshold,
        "chances": {
            name: {side: [float(f"{value:.4g}") for value in values] for side, values in sides.items()}
            for name, sides in model.learnt.chances().items()
        },
    }
    path.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _columns(shares: pa.Table) -> dict[str, pa.ChunkedArray]:
    return {"value": shares["value"], "share": shares["share"]}


def _learnt(document: dict[str, Any]) -> Learnt:
    m = {name: np.array(chances["m"]) for name, chances in document["chances"].items()}
    u = {name: np.array(chances["u"]) for name, chances in document["chances"].items()}
    return Learnt(m, u, document["prior"])
