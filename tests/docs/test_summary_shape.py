"""docs/reference/summary.md is the contract of summary.json: an example made by the code has exactly these fields."""

import json
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from catalog.actions import datasets, runs, systems, usage_reports, verdicts
from catalog.contracts import load_contracts
from catalog.database import open_session
from catalog.models import RuleResult, Verdict
from catalog.settings import Settings
from catalog.systems import SystemSpec
from demo import score, summary
from demo.agencies import register_all
from demo.plan import Plan
from demo.reading import Reading
from demo.watch import Stage
from lake import tables
from lake.layout import Layout

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "reference" / "summary.md"
CONTRACTS = ROOT / "demo" / "contracts"
NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
TYPES: dict[str, tuple[type, ...]] = {
    "integer": (int,),
    "integer?": (int, type(None)),
    "integer or string": (int, str),
    "number": (int, float),
    "string": (str,),
    "string?": (str, type(None)),
    "boolean": (bool,),
}


def documented() -> dict[str, str]:
    """Field → type, from the table of the page."""
    rows = re.findall(r"^\| `([^`]+)` \| ([a-z? ]+) \|", PAGE.read_text(encoding="utf-8"), flags=re.M)
    return dict(rows)


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """(path, value) of every leaf; members of lists are `[]`."""
    match value:
        case dict():
            for name, member in value.items():
                yield from leaves(member, f"{path}.{name}" if path else name)
        case list():
            for member in value:
                yield from leaves(member, f"{path}[]")
        case _:
            yield path, value


def pattern(field: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"<[^>]+>", r"[^.\\[\\]]+", re.escape(field).replace(r"\<", "<").replace(r"\>", ">")))


@pytest.fixture
def small_day(registry: Settings) -> Settings:
    """One table of two rows about one person, one planted defect and its note, one step of each kind, one report."""
    layout, truth = Layout(registry.lake_url), registry.home / "demo" / "truth"
    (registry.home / "demo" / "deliveries").mkdir(parents=True)
    (registry.home / "demo" / "deliveries" / "police_person.parquet").touch()
    registry.contracts_dir.mkdir(parents=True)
    truth.mkdir(parents=True)
    shutil.copy(CONTRACTS / "police_person.odcs.yaml", registry.contracts_dir)
    raw = {"rybh": ["1", "2"], "gmsfhm": ["x", "y"], "_batch": ["b", "b"], "_row": [1, 2]}
    standard = {"_row": [1, 2], "_batch": ["b", "b"], "_notes": [["resident_id:upgraded15"], []]}
    links = {"dataset": ["police_person"] * 2, "batch": ["b", "b"], "row": [1, 2], "person_id": ["p", "p"]}
    links["record_id"] = ["R1", "R2"]
    tables.write(layout.raw("police_person"), pa.table(raw), run_id="r1")
    tables.write(layout.standard("police_person"), pa.table(standard), run_id="r2")
    tables.write(layout.base("population_links"), pa.table(links), run_id="r3")
    defects = {"dataset": ["police_person"] * 2, "key": ["1", "2"], "item": ["resident_id", "name"]}
    pq.write_table(pa.table({**defects, "kind": ["id_15", "name_variant"]}), truth / "planted.parquet")
    people = {"dataset": ["police_person"] * 2, "key": ["1", "2"], "entity": ["person"] * 2, "uid": ["u", "u"]}
    pq.write_table(pa.table(people), truth / "links.parquet")
    step: dict[str, Any] = {"dataset": "police_person", "agency": "police", "started": NOW, "rows": 2}
    step |= {"seconds": 1.5, "cpu_seconds": 1.0}
    runs.record_step(registry, stage="collect", peak_mib=90, ok=True, **step)
    told = {"code": "column_lost", "message_zh": "缺列。", "message_en": "A column is missing."}
    runs.record_step(registry, stage="standardise", peak_mib=95, ok=False, **step, **told)
    told = {"title_zh": "长度", "title_en": "Length", "dimension": "0102", "severity": "warning", "outcome": "failed"}
    result = RuleResult(verdict_id="v", rule_id="name.length", item="name", a=1, b=2, **told)
    counts = {"rows": 2, "accepted": 2, "quarantined": 0, "judged_at": NOW}
    verdict = Verdict(verdict_id="v", dataset="police_person", batch_id="b", outcome="warned", **counts)
    contract = load_contracts(registry.contracts_dir)["police_person"]
    with open_session(registry) as session:
        register_all(session, by="t", now=NOW)
        spec = SystemSpec(contract.system, contract.agency, "sqlite", "somewhere")
        systems.register(session, settings=registry, spec=spec, by="t", now=NOW)
        datasets.register_contract(session, contract=contract, hub_id="h", by="t", now=NOW)
        verdicts.record(session, verdict=verdict, results=[result], by="t", now=NOW)
        body = {"report_id": "r-1", "provider": "police", "period_start": "", "period_end": "", "calls": 1, "rows": 2}
        body |= {"merkle_root": "", "signature": ""}
        usage_reports.store(session, body=body, by="t", now=NOW)
        usage_reports.delivered(session, report_id="r-1", roads=["file", "database"], by="t", now=NOW)
    return registry


@pytest.fixture
def example(small_day: Settings) -> dict[str, Any]:
    """The summary of that day, as a reader of the file gets it."""
    read = Reading(rows=2, items=("name",), calls=1, sharing_rows=2, refused={"a stranger": (403, "access_denied")})
    made = summary.collect(
        small_day,
        Plan(),
        [replace(Stage("generate"), seconds=1.0, rows=2, peak_mib=100, ok=True)],
        planted=score.score_quality(small_day),
        truth=score.score_bases(small_day),
        share={**asdict(read), "ok": read.ok},
        failed_dags=["department_police"],
        now=NOW,
    )
    found: dict[str, Any] = json.loads(json.dumps(made))
    return found


def test_every_field_of_the_summary_is_documented_with_its_type(example: dict[str, Any]) -> None:
    fields = [(pattern(field), TYPES[kind]) for field, kind in documented().items()]
    for path, value in leaves(example):
        kinds = [kinds for matches, kinds in fields if matches.fullmatch(path)]
        assert kinds, f"document {path} in docs/reference/summary.md"
        assert isinstance(value, kinds[0]), f"{path} is {type(value).__name__}"
        assert not isinstance(value, bool) or bool in kinds[0], f"{path} is a boolean"


def test_every_documented_field_is_in_the_summary(example: dict[str, Any]) -> None:
    paths = [path for path, _ in leaves(example)]
    missing = [field for field in documented() if not any(pattern(field).fullmatch(path) for path in paths)]
    assert missing == []


def test_a_kind_no_rule_can_decide_is_neither_found_nor_missed(example: dict[str, Any]) -> None:
    by_kind = {kind["kind"]: (kind["planted"], kind["found"], kind["false"]) for kind in example["quality"]["planted"]}
    assert by_kind == {"id_15": (1, 1, 0), "name_variant": (1, None, None)}


def test_no_stage_stands_twice(example: dict[str, Any]) -> None:
    assert max(Counter(stage["name"] for stage in example["stages"]).values()) == 1


def test_the_summary_is_written_whole(settings: Settings, example: dict[str, Any]) -> None:
    path = summary.write(settings, example)
    assert json.loads(path.read_text(encoding="utf-8")) == example
    assert list(path.parent.glob("summary*")) == [path], "no half-written file stays behind"
