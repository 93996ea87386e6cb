"""What a build with identities leaves for the next one, as tables beside the base.

<base>_links                      which entity each source row belongs to: the ids of the last build
<base>_redirects                  ids that merged, split or ended, with the reason and when; never rewritten
<base>_review                     doubtful pairs with their evidence, for people
<base>_sources                    per source: rows, those with a name, those with a sound number (guards.py)
<base>_model                      the matching model, written when it is trained
<base>_weighed                    the pairs compared, with their weight
<base>_fused                      one fingerprint per entity of the rows it was fused from (changes.py)
<base>_history                    what its fields held since when, as it became known (remembering.py)
<base>_prepared                   cleaned records: with the weights, what a run under that model need not do again
Each is written once per run, before the base itself but for the history; redirects, history and the two memories
(weighed, prepared) are added to.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from catalog.settings import Settings
from lake import tables
from lake.bases.guards import Filled
from lake.bases.model import BaseModel
from lake.layout import Layout

if TYPE_CHECKING:
    from lake.matching.memory import Memory
    from lake.matching.model import Task
    from lake.matching.resolve import Resolution
    from lake.matching.trained import Model

GROWN = 2
"""A model is learnt anew when there are so many times the records it was learnt from, or a new source."""
MOST_KEPT = 1.1
"""Times the rows of now that a memory may hold: what a department no longer says must not stay for long."""
BATCH = 50_000
_TAUGHT = "source"
_LINKED = ["source", "key", "entity_key"]
REDIRECTS = pa.schema(
    [("old", pa.string()), ("to", pa.string()), ("reason", pa.string()), ("at", pa.timestamp("us", "UTC"))]
)
REVIEW = pa.schema(
    [
        *((name, pa.string()) for name in ("pair", "dataset_l", "key_l", "record_l", "entity_l")),
        *((name, pa.string()) for name in ("dataset_r", "key_r", "record_r", "entity_r")),
        ("probability", pa.float64()),
        ("together", pa.bool_()),
        ("evidence", pa.string()),
    ]
)


@dataclass(frozen=True)
class State:
    """The tables of one base with identities."""

    settings: Settings
    model: BaseModel

    def uri(self, part: str) -> str:
        """Where the table `<base>_<part>` lies."""
        return Layout(self.settings.lake_url).base(f"{self.model.name}_{part}")

    def previous(self) -> pa.Table | None:
        """source, key, entity_key of every record of the last build; None before the first one."""
        entity = self.model.key[0]
        rows = self._rows("links", ("dataset", "record_id", entity))
        return None if rows is None else rows.filter(pc.is_valid(rows[entity])).rename_columns(_LINKED)

    def sources(self) -> dict[str, Filled]:
        """What the sources told in the last build."""
        rows = self._rows("sources", ("dataset", "rows", "named", "numbered"))
        return {row.pop("dataset"): Filled(**row) for row in rows.to_pylist()} if rows is not None else {}

    def trained(self, task: "Task", now: Mapping[str, Filled]) -> "Model | None":
        """The model of earlier builds, unless the task is another or so much came that it has to be learnt anew."""
        from lake.matching.trained import from_table

        rows = self._rows("model", ("column", "value", "share"))
        if rows is None:
            return None
        seen = rows.filter(pc.equal(rows["column"], _TAUGHT))
        taught = dict(zip(seen["value"].to_pylist(), seen["share"].to_pylist(), strict=True))
        count = sum(filled.rows for filled in now.values())
        model = from_table(rows)
        outgrown = count > GROWN * sum(taught.values()) or not set(now) <= set(taught)
        return None if outgrown or model.task != task.renamed() else model

    def memory(self, model: "Model") -> "Memory | None":
        """What the last run under exactly this model left."""
        from lake.matching.memory import Memory, signature

        found = {}
        for part in ("prepared", "weighed"):
            uri = self.uri(part)
            version = tables.version(uri, settings=self.settings)
            if version is None or _fact(uri, self.settings, "model") != signature(model):
                return None
            found[part] = tables.scan(uri, version, settings=self.settings)
        return Memory(found["prepared"], found["weighed"])

    def keep(
        self,
        connection: duckdb.DuckDBPyConnection,
        found: "Resolution",
        *,
        remember: bool,
        remembered: bool,
        sources: Mapping[str, Filled],
        run_id: str,
        facts: Mapping[str, str],
        now: datetime,
    ) -> None:
        """Write everything but the links. `connection` is the one `found` was resolved in.

        remember: whether the model is for next runs as well; remembered: whether this run was given a memory.
        """
        from lake.matching.memory import FRESH_PREPARED, FRESH_WEIGHED, PREPARED, SIZES, WEIGHED, signature
        from lake.matching.trained import as_table

        def write(part: str, rows: tables.Rows, *, append: bool = False, **known: str) -> None:
            mode: Literal["append", "overwrite"] = "append" if append else "overwrite"
            told = dict(facts) | known
            tables.write(self.uri(part), rows, mode=mode, run_id=run_id, facts=told, settings=self.settings)

        def add(part: str, whole: str, fresh: str, columns: str) -> None:
            more = remembered and self._worth_adding(connection, part, *SIZES[whole])
            rows = connection.execute(f"SELECT {columns} FROM {fresh if more else whole}").to_arrow_reader(BATCH)
            write(part, rows, append=more, model=signature(found.model))

        add("weighed", WEIGHED, FRESH_WEIGHED, "* EXCLUDE (known)")
        add("prepared", PREPARED, FRESH_PREPARED, "*")
        if remember and found.trained:
            write("model", pa.concat_tables([as_table(found.model), _taught(sources)]))
        write("sources", _as_rows(sources))
        moved = [{"old": one.old, "to": one.to, "reason": one.reason, "at": now} for one in found.redirects]
        write("redirects", pa.Table.from_pylist(moved, schema=REDIRECTS), append=True)
        write("review", _review(connection, found))

    def _worth_adding(self, connection: duckdb.DuckDBPyConnection, part: str, whole: str, fresh: str) -> bool:
        """Whether to add to a table that is a memory, rather than to write it anew without what is no longer true."""
        counted = f"SELECT (SELECT count(*) FROM {whole}), (SELECT count(*) FROM {fresh})"
        ((now, new),) = connection.execute(counted).fetchall()
        return bool(tables.rows(self.uri(part), settings=self.settings) + new <= MOST_KEPT * now)

    def _rows(self, part: str, columns: tuple[str, ...]) -> pa.Table | None:
        """These columns of the newest version; None where there is no such table, or one from before it had them."""
        uri = self.uri(part)
        version = tables.version(uri, settings=self.settings)
        if version is None or not set(columns) <= set(tables.schema(uri, version, settings=self.settings).names):
            return None
        return tables.read(uri, columns, version, settings=self.settings)


def _fact(uri: str, settings: Settings, name: str) -> str | None:
    return next((str(commit[name]) for commit in tables.history(uri, 1, settings=settings) if name in commit), None)


def _taught(sources: Mapping[str, Filled]) -> pa.Table:
    from lake.matching.trained import KEPT

    rows = [{"column": _TAUGHT, "value": name, "share": float(filled.rows)} for name, filled in sources.items()]
    return pa.Table.from_pylist(rows, schema=KEPT)


def _as_rows(sources: Mapping[str, Filled]) -> pa.Table:
    names = sorted(sources)
    counts = {
        what: pa.array([getattr(sources[name], what) for name in names], pa.int64())
        for what in ("rows", "named", "numbered")
    }
    return pa.table({"dataset": pa.array(names, pa.string()), **counts})


_ASKED = """
SELECT source_l AS dataset_l, hl.source_key AS key_l, asked.key_l AS record_l, el.entity_key AS entity_l,
       source_r AS dataset_r, hr.source_key AS key_r, asked.key_r AS record_r, er.entity_key AS entity_r,
       asked.probability, together, evidence
  FROM review_asked AS asked
  JOIN review_entity AS el ON el.source = source_l AND el.key = asked.key_l
  JOIN review_entity AS er ON er.source = source_r AND er.key = asked.key_r
  JOIN base_record AS hl ON hl.source = source_l AND hl.key = asked.key_l
  JOIN base_record AS hr ON hr.source = source_r AND hr.key = asked.key_r
 ORDER BY place
"""


def _review(connection: duckdb.DuckDBPyConnection, found: "Resolution") -> pa.Table:
    """The pairs to review with the keys of their rows and the entities they are in, the most doubtful first."""
    places = pa.array(range(found.review.num_rows), pa.int64())
    connection.register("review_asked", found.review.append_column("place", places))
    connection.register("review_entity", found.clusters)
    rows = connection.execute(_ASKED).to_arrow_table().to_pylist()
    connection.unregister("review_asked")
    connection.unregister("review_entity")
    for row in rows:
        row |= {"pair": pair_of(row["record_l"], row["record_r"]), "evidence": json.dumps(row["evidence"])}
    return pa.Table.from_pylist(rows, schema=REVIEW)


def pair_of(record_l: str, record_r: str) -> str:
    """The name of a pair of records, whichever comes first."""
    return "V" + hashlib.sha256("|".join(sorted((record_l, record_r))).encode()).hexdigest()[:11]
