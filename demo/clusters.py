"""Pairs of delivered rows against the truth: put together by a base, met by its matcher at all, belonging together."""

import duckdb

from catalog.settings import Settings
from lake import tables
from lake.layout import Layout

_MET = (
    "CREATE OR REPLACE TEMP TABLE met AS SELECT DISTINCT l.record_id AS one, r.record_id AS other FROM {weighed} AS w"
    " JOIN numbered AS l ON l.record = w.record_l JOIN numbered AS r ON r.record = w.record_r"
)
_COUNTS = """
SELECT (SELECT coalesce(sum(n * (n - 1) // 2), 0) FROM (SELECT count(*) AS n FROM joined WHERE built IS NOT NULL
         GROUP BY truth, built)),
       (SELECT coalesce(sum(n * (n - 1) // 2), 0) FROM (SELECT count(*) AS n FROM joined WHERE built IS NOT NULL
         GROUP BY built)),
       (SELECT coalesce(sum(n * (n - 1) // 2), 0) FROM (SELECT count(*) AS n FROM joined WHERE there GROUP BY truth)),
       (SELECT count(*) FROM joined WHERE built IS NOT NULL), (SELECT count(*) FROM joined),
       (SELECT count(DISTINCT built) FROM joined), (SELECT count(DISTINCT truth) FROM joined)
"""
_FOUND = """
SELECT count(*) FROM joined AS l JOIN joined AS r ON l.truth = r.truth AND l.record_id < r.record_id
 WHERE l.built = r.built OR EXISTS (FROM met WHERE one = l.record_id AND other = r.record_id)
    OR EXISTS (FROM met WHERE one = r.record_id AND other = l.record_id)
"""


def score(con: duckdb.DuckDBPyConnection, settings: Settings, base: str, entity: str, uid: str) -> dict[str, float]:
    """Precision, recall and F1 of the pairs of `base`, and blocking recall: of the true pairs, those put together or

    at least compared. `con` has the tables links (the truth) and delivered; a row counts in the newest batch it is in.
    Rows that never reached the base (quarantined, merged by key) make no pairs: `rows` and `linked_rows` tell how many.
    """
    layout = Layout(settings.lake_url)
    links = tables.scan(layout.base(f"{base}_links"), settings=settings)
    con.execute(
        "CREATE OR REPLACE TEMP TABLE joined AS SELECT DISTINCT d.dataset, d.key, d.batch, d.row, t.uid AS truth,"
        f" b.record_id, b.dataset IS NOT NULL AS there, b.{uid} AS built FROM links AS t JOIN (SELECT * FROM delivered"
        "  QUALIFY batch = max(batch) OVER (PARTITION BY dataset, key)) AS d USING (dataset, key)"
        f" LEFT JOIN {links} AS b ON b.dataset = d.dataset AND b.batch = d.batch AND b.row = d.row"
        " WHERE t.entity = ?",
        [entity],
    )
    right, built, true, linked, rows, entities, truths = _row(con, _COUNTS)
    precision, recall = right / max(built, 1), right / max(true, 1)
    return {
        "precision": round(precision, 5),
        "recall": round(recall, 5),
        "f1": round(2 * precision * recall / max(precision + recall, 1e-9), 5),
        "blocking_recall": round(_found(con, layout, base, settings) / max(true, 1), 5),
        "rows": rows,
        "linked_rows": linked,
        "entities": entities,
        "true_entities": truths,
    }


def _found(con: duckdb.DuckDBPyConnection, layout: Layout, base: str, settings: Settings) -> int:
    """How many true pairs were put together or compared."""
    prepared, weighed = (layout.base(f"{base}_{part}") for part in ("prepared", "weighed"))
    there = tables.version(weighed, settings=settings) is not None
    records = tables.scan(prepared, settings=settings) if there else _NO_RECORDS
    con.execute(
        "CREATE OR REPLACE TEMP TABLE numbered AS SELECT DISTINCT record_id, record FROM joined"
        f" JOIN {records} AS prepared ON prepared.source = joined.dataset AND prepared.key = joined.record_id"
    )
    con.execute(_MET.format(weighed=tables.scan(weighed, settings=settings) if there else _NO_PAIRS))
    return _row(con, _FOUND)[0]


_NO_RECORDS = "(SELECT NULL AS source, NULL AS key, NULL::BIGINT AS record WHERE false)"
_NO_PAIRS = "(SELECT NULL::BIGINT AS record_l, NULL::BIGINT AS record_r WHERE false)"


def _row(con: duckdb.DuckDBPyConnection, sql: str) -> tuple[int, ...]:
    return tuple(int(value) for value in con.execute(sql).fetchone() or ())
