"""A trained model: task, m, u and prior, frequencies of values, threshold; kept in a folder, applied on every run.

model.json is readable and holds Splink's settings too; frequencies are Parquet beside it. Training is training.py.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from catalog.errors import NotFound
from lake.matching.model import Task, task_from
from lake.matching.scoring import settings
from lake.matching.training import Learnt


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


def save(model: Model, folder: Path) -> None:
    """Write the model to `folder`; what an earlier training left there is replaced, model.json last."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in model.shares.items():
        pq.write_table(table, folder / f"share_{name}.parquet")
    document = {
        "task": model.task.to_dict(),
        "chances": model.learnt.chances(),
        "prior": model.learnt.prior,
        "threshold": model.threshold,
        "expected_f1": model.expected_f1,
        "shares": sorted(model.shares),
        "splink": model.settings(),
    }
    waiting = folder / "model.json.new"
    waiting.write_text(json.dumps(document, ensure_ascii=False, indent=1), encoding="utf-8")
    waiting.replace(folder / "model.json")


def load(folder: Path) -> Model:
    """The model of `folder`. Raises NotFound when none was saved there."""
    path = folder / "model.json"
    if not path.is_file():
        raise NotFound(
            "没有训练好的匹配模型。请先训练。",
            "There is no trained matching model. Train one first.",
            code="model_missing",
        )
    document = json.loads(path.read_text(encoding="utf-8"))
    m = {name: np.array(chances["m"]) for name, chances in document["chances"].items()}
    u = {name: np.array(chances["u"]) for name, chances in document["chances"].items()}
    shares = {name: pq.read_table(folder / f"share_{name}.parquet") for name in document["shares"]}
    learnt = Learnt(m, u, document["prior"])
    return Model(task_from(document["task"]), learnt, shares, document["threshold"], document["expected_f1"])
