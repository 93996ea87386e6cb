"""Why an entity of a base is what it is: its source rows and what ties them, and of every field whose word won.

Read off what the build left beside the base; nothing is computed anew. Values are in plain: who may see them is for the
doors to say.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import duckdb

from catalog.errors import NotFound, Unavailable
from catalog.settings import Settings
from lake import tables
from lake.bases.model import BaseModel
from lake.bases.state import State
from lake.engines.duckdb import connect, quote

Row = dict[str, Any]


@dataclass(frozen=True)
class Entity:
    """An entity with what it is made of, as rows of dicts.

    records: dataset, key, batch, row, record_id, by_key, probability, tied_to, bits. claims: field, value, agency,
    dataset, batch, row, observed_at, rule, won. moves: old, to, reason, at, of ids that became or left this one.
    built_at: when it was last built; what people said later holds from the next build on.
    """

    entity: str
    records: list[Row]
    claims: list[Row]
    moves: list[Row]
    built_at: datetime | None = None


def base_of(models: tuple[BaseModel, ...], entity: str) -> BaseModel:
    """The base an id belongs to, told by its first letter; raises NotFound."""
    found = [model for model in models if model.identity and entity.startswith(model.identity.prefix)]
    if not found:
        raise unknown_entity(entity)
    return found[0]


def explain(settings: Settings, model: BaseModel, entity: str) -> Entity:
    """Everything about `entity`. Raises NotFound, with the id it became where it merged or ended; see check_built."""
    if model.identity is None:
        raise unknown_entity(entity)
    state = State(settings, model)
    with connect(settings) as connection:
        records = _rows(connection, state, "links", f"{quote(model.key[0])} = ?", entity)
        moves = _rows(connection, state, "redirects", '"old" = ? OR "to" = ?', entity, entity)
        if not records:
            check_built(settings, model)
            raise unknown_entity(entity, next((move["to"] for move in reversed(moves) if move["old"] == entity), None))
        claims = _rows(connection, state, "provenance", f"{quote(model.key[0])} = ?", entity)
        ties = _ties(connection, state, records)
    for record in records:
        partner, bits = ties.get(record["record_id"], (None, None))
        record |= {"tied_to": partner, "bits": bits}
    records.sort(key=lambda row: (not row["by_key"], row["dataset"], row["key"] or "", row["batch"], row["row"]))
    claims.sort(key=lambda row: (row["field"], not row["won"], row["dataset"], row["batch"], row["row"]))
    moves.sort(key=lambda move: (move["at"], move["old"]))
    return Entity(entity, records, claims, moves, _built_at(state))


def source_keys(settings: Settings, model: BaseModel, entity: str) -> frozenset[tuple[str, str]]:
    """(dataset, key) of the source rows `entity` is made of now; none for one that is no longer there."""
    with connect(settings, functions=False) as connection:
        records = _rows(connection, State(settings, model), "links", f"{quote(model.key[0])} = ?", entity)
    return frozenset((record["dataset"], record["key"] or "") for record in records)


def stated(
    settings: Settings, model: BaseModel, entities: Collection[str], fields: Collection[str]
) -> dict[str, list[Row]]:
    """Entity -> the claims (as in Entity) about it in `fields`, for each of `entities` there are any of."""
    entity, found = model.key[0], dict[str, list[Row]]()
    where = f"list_contains(?, {quote(entity)}) AND list_contains(?, field)"
    with connect(settings, functions=False) as connection:
        for row in _rows(connection, State(settings, model), "provenance", where, list(entities), list(fields)):
            found.setdefault(row[entity], []).append(row)
    return found


def check_built(settings: Settings, model: BaseModel) -> None:
    """Raise Unavailable for a base no build has made yet: nothing is in it, and no id or number of it is wrong."""
    if tables.version(State(settings, model).uri("links"), settings=settings) is None:
        raise Unavailable(
            f"{model.title_zh}还没有构建过，现在查不到任何实体。各部门的交付评判之后会自动构建，也可以运行"
            " shuniu base build 立即构建。",
            f"The {model.title_en} has not been built yet, so nobody is in it. It is built once the departments'"
            " deliveries are judged; to build it now run: shuniu base build.",
            code="base_not_built",
            base=model.name,
        )


def _built_at(state: State) -> datetime | None:
    told = (commit.get("built_at") for commit in tables.history(state.uri("links"), settings=state.settings))
    return next((datetime.fromisoformat(at) for at in told if at), None)


def _rows(
    connection: duckdb.DuckDBPyConnection, state: State, part: str, where: str, *given: str | list[str]
) -> list[Row]:
    uri = state.uri(part)
    if tables.version(uri, settings=state.settings) is None:
        return []
    query = f"SELECT * FROM {tables.scan(uri, settings=state.settings)} WHERE {where}"
    rows: list[Row] = connection.execute(query, list(given)).to_arrow_table().to_pylist()
    return rows


def _ties(connection: duckdb.DuckDBPyConnection, state: State, records: list[Row]) -> dict[str, tuple[str, float]]:
    """Record id -> the record of the same entity it was compared to with the most weight, and that weight in bits.

    A memory keeps for a while what a row said before: its weights then count as those of the row.
    """
    weighed, prepared = state.uri("weighed"), state.uri("prepared")
    if len(records) < 2 or None in (tables.version(uri, settings=state.settings) for uri in (weighed, prepared)):
        return {}
    known = connection.execute(
        f"SELECT record, key FROM {tables.scan(prepared, settings=state.settings)}"
        " SEMI JOIN (SELECT unnest(?) AS source, unnest(?) AS key) USING (source, key)",
        [[record["dataset"] for record in records], [record["record_id"] for record in records]],
    ).fetchall()
    numbers = dict(known)
    pairs = connection.execute(
        f"SELECT record_l, record_r, bits FROM {tables.scan(weighed, settings=state.settings)}"
        " WHERE list_contains(?, record_l) AND list_contains(?, record_r)",
        [list(numbers), list(numbers)],
    ).fetchall()
    strongest: dict[str, tuple[str, float]] = {}
    for left, right, bits in sorted(pairs, key=lambda pair: -pair[2]):
        one, other = numbers[left], numbers[right]
        if one != other:
            strongest.setdefault(one, (other, bits))
            strongest.setdefault(other, (one, bits))
    return strongest


def unknown_entity(entity: str, to: str | None = None) -> NotFound:
    """The error for an id no base knows, or that became `to`."""
    known = entity if entity.isalnum() and len(entity) <= 40 else "…"
    if to:
        return NotFound(
            f"{known} 已不再使用，现为 {to}。",
            f"{known} is no longer used; it is {to} now.",
            code="entity_redirected",
            entity=known,
            to=to,
        )
    return NotFound(
        f"基础库中没有 {known}。请核对标识（人口以 P 开头、法人以 L 开头）。",
        f"There is no {known} in a base. Check the id (people begin with P, legal persons with L).",
        code="entity_unknown",
        entity=known,
    )
