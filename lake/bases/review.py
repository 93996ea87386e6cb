"""The doubtful pairs of a base, as the last build left them for people, and the two records of a pair.

What people decide is kept in the registry (catalog/actions/review_decisions.py); the next build obeys it.
"""

import json
from collections.abc import Sequence
from typing import Any

from catalog.errors import NotFound
from catalog.settings import Settings
from lake import tables
from lake.bases import inputs
from lake.bases.model import BaseModel
from lake.bases.state import State, pair_of
from lake.engines.duckdb import connect, quote

Row = dict[str, Any]


def queue(settings: Settings, model: BaseModel, *, evidence: bool = True) -> list[Row]:
    """The pairs to review, the most doubtful first: pair, datasets, keys, record and entity ids, probability, evidence.

    evidence: list of column, level and bits, from the prior to the verdict; left out if so asked. together: whether the
    base joins them now. Pairs decided on follow. Empty for a base that was not built yet. Raises NotFound for one
    whose rows are not matched.
    """
    if model.identity is None:
        raise NotFound(
            f"{model.name} 不做记录匹配，没有待核对的记录对。",
            f"Rows of {model.name} are not matched: there is nothing to review.",
            code="review_unknown",
            base=model.name,
        )
    uri = State(settings, model).uri("review")
    version = tables.version(uri, settings=settings)
    if version is None:
        return []
    names = [name for name in tables.schema(uri, version, settings=settings).names if evidence or name != "evidence"]
    rows: list[Row] = tables.read(uri, names, version, settings=settings).to_pylist()
    return [row | {"evidence": json.loads(row["evidence"])} for row in rows] if evidence else rows


def one(settings: Settings, model: BaseModel, pair: str, decided: Sequence[str] = ()) -> Row:
    """One pair: of the queue; or one decided on, whose records are `decided`; or any two records, as 'R…-R…'.

    What is not in the queue has no evidence and the probability None. Raises NotFound, also when a record is delivered
    no longer.
    """
    records = tuple(decided) or tuple(pair.split("-"))
    two = len(records) == len(set(records)) == 2
    names = {pair, pair_of(*records)} if two else {pair}
    found = next((row for row in queue(settings, model) if row["pair"] in names), None)
    if found is not None:
        return found
    linked = {row["record_id"]: row for row in _linked(settings, model, records)} if two else {}
    if len(linked) != 2:
        raise NotFound(
            f"待核对队列中没有这一对记录。请用 shuniu base review list {model.name} 查看。",
            f"There is no such pair to review. See: shuniu base review list {model.name}.",
            code="review_unknown",
            base=model.name,
        )
    left, right = (linked[record] for record in records)
    sides = {
        f"{name}_{side}": row[of]
        for side, row in (("l", left), ("r", right))
        for name, of in (("dataset", "dataset"), ("key", "key"), ("record", "record_id"), ("entity", "entity"))
    }
    together = left["entity"] == right["entity"]
    return sides | {"pair": pair_of(*records), "probability": None, "together": together, "evidence": []}


def places(settings: Settings, model: BaseModel, pair: Row) -> dict[str, tuple[str, int]]:
    """Record id -> batch and row of the delivery each of a pair was in at the last build; one not linked is missing."""
    linked = _linked(settings, model, (pair["record_l"], pair["record_r"]))
    return {row["record_id"]: (row["batch"], row["row"]) for row in linked}


def _linked(settings: Settings, model: BaseModel, records: Sequence[str]) -> list[Row]:
    """dataset, key, batch, row, record_id and entity of these records."""
    uri = State(settings, model).uri("links")
    if tables.version(uri, settings=settings) is None:
        return []
    query = (
        f'SELECT dataset, key, batch, "row", record_id, {quote(model.key[0])} AS entity'
        f" FROM {tables.scan(uri, settings=settings)}"
        " WHERE list_contains(?, record_id)"
    )
    with connect(settings) as connection:
        rows: list[Row] = connection.execute(query, [list(records)]).to_arrow_table().to_pylist()
    return rows


def records(settings: Settings, model: BaseModel, pair: Row) -> dict[str, Row]:
    """Record id -> what the matcher was shown of it, in plain, for both of a pair; one delivered no more is missing."""
    assert model.identity is not None
    pinned = inputs.newest(settings, model)
    steps = model.steps[: model.steps.index(model.identity.records) + 1]
    ids, keys = [pair["record_l"], pair["record_r"]], [pair["key_l"], pair["key_r"]]
    with connect(settings) as connection:
        pinned.open(connection)
        for step in steps:
            connection.execute(f"CREATE TEMP VIEW {quote(step)} AS {model.sql(step)}")
        # The key narrows what is read before ids are made of it; NULL keys have to be looked for by id alone.
        narrow = "" if None in keys else "source_key IN (?, ?) AND "
        query = f"SELECT * FROM {quote(model.identity.records)} WHERE {narrow}list_contains(?, key)"
        rows = connection.execute(query, [*(keys if narrow else []), ids]).to_arrow_table().to_pylist()
    hidden = ("source", "source_key", "key", "known_id")
    return {row["key"]: {name: value for name, value in row.items() if name not in hidden} for row in rows}
