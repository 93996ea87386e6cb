"""Hold what the hub found and built against the planted truth. The hub never sees this; nobody tunes on it by hand."""

from pathlib import Path
from typing import Any

import duckdb

from catalog.contracts import Contract, load_contracts
from catalog.settings import Settings
from demo import clusters, detectors
from demo.detectors import DETECTORS, Detector
from lake import tables
from lake.layout import Layout


def score_quality(settings: Settings) -> list[dict[str, Any]]:
    """Per kind of dirt: planted, found, false (rows noticed for this kind that hold no planted defect of it).

    `found` and `false` are None where no rule on one row can decide the kind. Raises LookupError for a kind that
    demo/detectors.py does not list.
    """
    contracts = _of_the_city(settings)
    with _connection() as con:
        con.execute(f"CREATE VIEW planted AS SELECT * FROM read_parquet('{_truth(settings)}/planted.parquet')")
        _load_rows(con, settings, contracts)
        kinds = [row[0] for row in con.execute("SELECT DISTINCT kind FROM planted ORDER BY kind").fetchall()]
        return [_score_kind(con, kind) for kind in kinds]


def score_bases(settings: Settings) -> dict[str, dict[str, float]]:
    """Per base: what demo.clusters counts of the pairs of delivered rows; linked rows; entities."""
    contracts = _of_the_city(settings)
    layout = Layout(settings.lake_url)
    scores = {}
    with _connection() as con:
        con.execute(f"CREATE VIEW links AS SELECT * FROM read_parquet('{_truth(settings)}/links.parquet')")
        _load_rows(con, settings, contracts)
        for base, entity, uid in (("population", "person", "person_id"), ("legal_person", "legal_person", "legal_id")):
            uri = layout.base(f"{base}_links")
            if tables.version(uri) is not None:
                scores[base] = clusters.score(con, settings, base, entity, uid)
    return scores


def generated(settings: Settings) -> set[str]:
    """Datasets the generator delivered: of real files beside them there is no truth to score by."""
    return {path.stem for path in (settings.home / "demo" / "deliveries").glob("*.parquet")}


def _of_the_city(settings: Settings) -> dict[str, Contract]:
    ours = generated(settings)
    return {name: found for name, found in load_contracts(settings.contracts_dir).items() if name in ours}


def _truth(settings: Settings) -> Path:
    return settings.home / "demo" / "truth"


def _connection() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(config={"memory_limit": "1GB", "threads": 2})


def _load_rows(con: duckdb.DuckDBPyConnection, settings: Settings, contracts: dict[str, Contract]) -> None:
    """Tables delivered (dataset, key, batch, row), noticed_rules, noticed_notes (dataset, batch, row, item, what)."""
    layout = Layout(settings.lake_url)
    delivered, rules, notes = [_NO_KEYS], [_NOTHING], [_NOTHING]
    for dataset, contract in contracts.items():
        raw = layout.raw(dataset)
        if tables.version(raw) is None:
            continue
        key = " || '|' || ".join(
            f"coalesce(CAST({_quote(contract.item(name).source_name)} AS VARCHAR), '')" for name in contract.keys
        )
        delivered.append(f"SELECT '{dataset}', {key}, _batch, _row, {_number(contract)} FROM {tables.scan(raw)}")
        if tables.version(layout.findings(dataset)) is not None:
            scan = tables.scan(layout.findings(dataset))
            rules.append(f"SELECT dataset, batch, row, item, rule FROM {scan}")
        for zone in (layout.standard(dataset), layout.quarantine(dataset)):
            if tables.version(zone) is not None:
                notes.append(_notes_of(con, dataset, tables.scan(zone)))
    for name, parts in (("delivered", delivered), ("noticed_rules", rules), ("noticed_notes", notes)):
        con.execute(f"CREATE TABLE {name} AS " + " UNION ALL ".join(part for part in parts if part))


def _number(contract: Contract) -> str:
    """The id number a delivered row holds, as SQL."""
    item = next((item for item in contract.items if item.name in ("resident_id", "child_id")), None)
    return f"CAST({_quote(item.source_name)} AS VARCHAR)" if item else "NULL"


_NO_KEYS = (
    "SELECT NULL::VARCHAR AS dataset, NULL::VARCHAR AS key, NULL::VARCHAR AS batch, NULL::BIGINT AS row,"
    " NULL::VARCHAR AS number WHERE false"
)
_NOTHING = (
    "SELECT NULL::VARCHAR AS dataset, NULL::VARCHAR AS batch, NULL::BIGINT AS row, NULL::VARCHAR AS item,"
    " NULL::VARCHAR AS what WHERE false"
)


def _notes_of(con: duckdb.DuckDBPyConnection, dataset: str, scan: str) -> str:
    columns = {row[0] for row in con.execute(f"DESCRIBE SELECT * FROM {scan}").fetchall()}
    if "_notes" not in columns:
        return ""
    return (
        f"SELECT '{dataset}', _batch, _row, split_part(note, ':', 1), split_part(note, ':', 2)"
        f" FROM (SELECT _batch, _row, unnest(_notes) AS note FROM {scan})"
    )


def _score_kind(con: duckdb.DuckDBPyConnection, kind: str) -> dict[str, Any]:
    detector = detectors.of(kind)
    planted = con.execute("SELECT count(DISTINCT (dataset, key, item)) FROM planted WHERE kind = ?", [kind]).fetchone()
    score: dict[str, Any] = {
        "kind": kind,
        "title_zh": detector.title_zh,
        "title_en": detector.title_en,
        "planted": planted[0] if planted else 0,
        "found": None,
        "false": None,
    }
    if not detector.decidable:
        return score
    _notice(con, detector)
    same = "dataset, number" if detector.by_number else "dataset, key"
    found, false = con.execute(
        "WITH excused AS (SELECT DISTINCT d.dataset, d.key, d.number FROM planted p"
        "                 JOIN delivered d USING (dataset, key) WHERE p.kind IN (SELECT unnest($like)))"
        " SELECT (SELECT count(DISTINCT (p.dataset, p.key, p.item)) FROM planted p"
        "         SEMI JOIN noticed USING (dataset, key) WHERE p.kind = $kind),"
        f"       (SELECT count(DISTINCT (n.dataset, n.key)) FROM noticed n ANTI JOIN excused USING ({same}))",
        {"kind": kind, "like": _alike(detector)},
    ).fetchone() or (0, 0)
    return {**score, "found": found, "false": false}


def _notice(con: duckdb.DuckDBPyConnection, detector: Detector) -> None:
    rules = " OR ".join(f"what = '{rule}' OR ends_with(what, '{rule}')" for rule in detector.rules) or "false"
    notes = ", ".join(f"'{note}'" for note in detector.notes) or "NULL"
    con.execute(
        "CREATE OR REPLACE TEMP TABLE noticed AS SELECT DISTINCT d.dataset, d.key, d.number FROM delivered d JOIN ("
        f" SELECT dataset, batch, row FROM noticed_rules WHERE {rules}"
        f" UNION SELECT dataset, batch, row FROM noticed_notes WHERE what IN ({notes})) n USING (dataset, batch, row)"
    )


def _alike(detector: Detector) -> list[str]:
    """Kinds noticed by the same rules or notes: a row planted with any of them is no false alarm."""
    marks = {*detector.rules, *detector.notes}
    return [kind for kind, other in DETECTORS.items() if marks & {*other.rules, *other.notes}]


def _quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
