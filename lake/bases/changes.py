"""Which entities of a base have to be fused anew: those whose rows are others than at the last build, no more.

    rows placed → one fingerprint per entity → against <base>_fused → touched ids → their rows alone are fused
    → put among the rows of all others, which are taken over from the last version as they are

A table taken over is read once and written once; the answer is the one that fusing everything gives. It is fused whole
where the rules of fusion changed, where a table is not of the run that left the fingerprints, and where much changed.
"""

import bisect
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from catalog.settings import Settings
from lake import tables
from lake.bases.model import BaseModel
from lake.delta.encoding import NUMBERED
from lake.delta.files import storable
from lake.engines.duckdb import quote

STRIDE = 32  # rows between those that are looked at first to find an id
MOST_TOUCHED = 0.3
"""Share of the entities from which on it is cheaper to fuse all of them than to tell them apart."""
FEW_TOUCHED = 50_000
"""Entities fused anew up to which their rows are held until the build is over, for the history to read them."""
RUN, RULES = "run", "rules"


@dataclass(frozen=True)
class TakenOver:
    """What stays: version of each table whose untouched rows are taken over. touched: ids fused anew or gone.

    fresh: the rows of each table that were fused anew, where they are few; put_among() leaves them here.
    """

    versions: Mapping[str, int]
    touched: pa.Array
    fresh: dict[str, pa.Table] = field(default_factory=dict)


def rules_of(model: BaseModel, settings: Settings) -> str:
    """What fusing an entity follows from besides its rows: the SQL, the order of sources, the county, the engine."""
    text = [duckdb.__version__, settings.hub_id, json.dumps({name: list(by) for name, by in model.sources.items()})]
    text += [model.sql(step) for step in dict.fromkeys((*model.steps, *model.tables))]
    return hashlib.sha256("\n".join(text).encode()).hexdigest()[:16]


def fingerprint(connection: duckdb.DuckDBPyConnection, model: BaseModel, placed: str) -> str:
    """Make a table of every entity (`id`, `rows`, `said`: what its rows in relation `placed` say) and name it."""
    assert model.entity is not None
    identifier = quote(model.entity[1])
    described = connection.execute(f"DESCRIBE SELECT * FROM {placed}").fetchall()
    columns = ", ".join(quote(name) for name, *_ in described)
    connection.execute(
        f"CREATE TEMP TABLE entity_print AS SELECT {identifier} AS id, count(*) AS rows,"
        f" CAST(bit_xor(hash({columns})) // 2 AS BIGINT) AS said"
        f" FROM {placed} WHERE {identifier} IS NOT NULL GROUP BY 1"
    )
    return "entity_print"


def find(
    connection: duckdb.DuckDBPyConnection,
    prints: str,
    uris: Mapping[str, str],
    fused: str,
    *,
    rules: str,
    settings: Settings,
) -> TakenOver | None:
    """What may be taken over of the tables at `uris`; None when everything is to be fused.

    fused: the place of <base>_fused. Every table must be of the run that left the fingerprints, under the same rules.
    """
    left = newest(fused, settings)
    if left is None or left[1].get(RULES) != rules:
        return None
    versions = {}
    for name, uri in uris.items():
        last = newest(uri, settings)
        if last is None or last[1].get(RUN) != left[1].get(RUN):
            return None
        versions[name] = last[0]
    connection.execute(
        "CREATE TEMP TABLE entity_touched AS SELECT coalesce(now.id, was.id) AS id"
        f" FROM {prints} AS now FULL JOIN {tables.scan(fused, left[0], settings=settings)} AS was ON was.id = now.id"
        " WHERE now.rows IS DISTINCT FROM was.rows OR now.said IS DISTINCT FROM was.said"
    )
    touched = connection.execute("SELECT id FROM entity_touched").to_arrow_table()["id"].combine_chunks()
    if len(touched) > MOST_TOUCHED * tables.rows(fused, left[0], settings=settings):
        return None
    return TakenOver(versions, touched)


def touched_rows(connection: duckdb.DuckDBPyConnection, model: BaseModel, placed: str) -> str:
    """The rows of `placed` that belong to touched entities, as a table; its name."""
    assert model.entity is not None
    identifier = quote(model.entity[1])
    connection.execute(
        f"CREATE TEMP TABLE entity_touched_rows AS SELECT * FROM {placed}"
        f" WHERE {identifier} IN (SELECT id FROM entity_touched)"
    )
    return "entity_touched_rows"


def put_among(
    uri: str, name: str, fresh: pa.RecordBatchReader, kept: TakenOver, settings: Settings
) -> pa.RecordBatchReader:
    """The rows of table `name` as it stood, without the touched entities, and `fresh` among them in the order of ids.

    Both are sorted by their first column, the id.
    """
    held = tables.stored(uri, kept.versions[name], storable(fresh.schema), settings=settings)
    new = _as_held(fresh.read_all(), held.schema)
    if len(kept.touched) <= FEW_TOUCHED:
        kept.fresh[name] = new
    return pa.RecordBatchReader.from_batches(held.schema, _put_among(held, new, kept.touched))


def _as_held(fresh: pa.Table, schema: pa.Schema) -> pa.Table:
    """`fresh` with the types of `schema`, of which some are dictionaries."""
    columns = [
        column.cast(pa.string()).dictionary_encode() if field.type == NUMBERED else column.cast(field.type)
        for column, field in zip(fresh.columns, schema, strict=True)
    ]
    return pa.Table.from_arrays(columns, schema=schema)


def _put_among(held: pa.RecordBatchReader, new: pa.Table, touched: pa.Array) -> Iterator[pa.RecordBatch]:
    gone, ids = touched.sort(), new.column(0).to_pylist()
    gone_ids, at = gone.to_pylist(), 0
    for batch in held:
        column = batch.column(0).cast(pa.string())
        first, last = column[0].as_py(), column[-1].as_py()
        # By its own ids alone: a clock set back while they were written can put files in another order than their rows.
        here = gone[bisect.bisect_left(gone_ids, first) : bisect.bisect_right(gone_ids, last)]
        end = bisect.bisect_right(ids, last, lo=at)
        yield from _interleaved(batch, column, here, new.slice(at, end - at), ids[at:end])
        at = end
    yield from new.slice(at).to_batches()


def _interleaved(
    held: pa.RecordBatch, column: pa.Array, gone: pa.Array, new: pa.Table, ids: list[str]
) -> Iterator[pa.RecordBatch]:
    """The rows of `held` whose id, in `column`, is not gone and those of `new`, by id; `ids` are those of `new`."""
    if not len(gone) and not ids:
        yield held
        return
    stays = np.flatnonzero(pc.invert(pc.is_in(column, value_set=gone)).to_numpy(zero_copy_only=False))
    places = _places(column, ids)
    before = np.searchsorted(stays, np.array([places[one] for one in ids], np.int64))
    order = np.insert(stays, before, len(column) + np.arange(len(ids)))
    # Every row is copied once: out of both together, into its place.
    yield from (
        pa.concat_tables([pa.Table.from_batches([held]), new]).combine_chunks().take(pa.array(order)).to_batches()
    )


def _places(column: pa.Array, ids: list[str]) -> dict[str, int]:
    """Where the rows of each of `ids` begin or would begin in `column`, which is sorted."""
    marks = column[::STRIDE].to_pylist()  # to look up in a list costs a tenth of looking up in an array
    begins = {one: max(0, bisect.bisect_left(marks, one) - 1) * STRIDE for one in set(ids)}
    return {
        one: begin + bisect.bisect_left(column.slice(begin, STRIDE + 1).to_pylist(), one)
        for one, begin in begins.items()
    }


def newest(uri: str, settings: Settings) -> tuple[int, Mapping[str, object]] | None:
    """Version and facts of the newest commit, or None without a table."""
    version = tables.version(uri, settings=settings)
    return None if version is None else (version, tables.history(uri, 1, settings=settings)[0])
