"""The doubtful pairs of a base, as the last build left them for people, and the two records of a pair.

What people decide is kept in the registry (catalog/actions/review_decisions.py); the next build obeys it.
"""

import json
from typing import Any

from catalog.errors import NotFound
from catalog.settings import Settings
from lake import tables
from lake.bases import inputs
from lake.bases.model import BaseModel
from lake.bases.state import State
from lake.engines.duckdb import connect, quote


def queue(settings: Settings, model: BaseModel) -> list[dict[str, Any]]:
    """The pairs to review, the most doubtful first: pair, datasets, keys, record and entity ids, probability, evidence.

    evidence: list of column, level and bits, from the prior to the verdict. together: whether the base joins them now.
    Empty for a base that was not built yet. Raises NotFound for one whose rows are not matched.
    """
    if model.identity is None:
        raise NotFound(
            f"{model.name} 不做记录匹配，没有待核对的记录对。",
            f"Rows of {model.name} are not matched: there is nothing to review.",
            code="review_unknown",
            base=model.name,
        )
    uri = State(settings, model).uri("review")
    if tables.version(uri, settings=settings) is None:
        return []
    rows: list[dict[str, Any]] = tables.read(uri, settings=settings).to_pylist()
    return [row | {"evidence": json.loads(row["evidence"])} for row in rows]


def one(settings: Settings, model: BaseModel, pair: str) -> dict[str, Any]:
    """One pair of the queue; raises NotFound."""
    found = next((row for row in queue(settings, model) if row["pair"] == pair), None)
    if found is None:
        raise NotFound(
            f"待核对队列中没有 {pair}。请用 shuniu base review list {model.name} 查看。",
            f"There is no pair {pair} to review. See: shuniu base review list {model.name}.",
            code="review_unknown",
            base=model.name,
        )
    return found


def records(settings: Settings, model: BaseModel, record_ids: tuple[str, ...]) -> dict[str, dict[str, Any]]:
    """Record id -> what the matcher was shown of it, in plain; records no longer delivered are missing."""
    assert model.identity is not None
    pinned = inputs.newest(settings, model)
    steps = model.steps[: model.steps.index(model.identity.records) + 1]
    with connect(settings) as connection:
        pinned.open(connection)
        for step in steps:
            connection.execute(f"CREATE TEMP VIEW {quote(step)} AS {model.sql(step)}")
        query = f"SELECT * FROM {quote(model.identity.records)} WHERE list_contains(?, key)"
        rows = connection.execute(query, [list(record_ids)]).to_arrow_table().to_pylist()
    hidden = ("source", "source_key", "key", "known_id")
    return {row["key"]: {name: value for name, value in row.items() if name not in hidden} for row in rows}
