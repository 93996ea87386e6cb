"""summary.json, whose shape is a contract (docs/reference/summary.md): what the run did, found and built."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select

from catalog.contracts import load_contracts
from catalog.database import open_reader
from catalog.models import RunStep, System, UsageReport
from catalog.settings import Settings
from demo import score
from demo.plan import Plan
from demo.watch import Stage
from exchange_api.views import quality
from lake import tables
from lake.layout import Layout

DATA_STAGES = ("collect", "standardise", "judge", "build", "publish")
ZONES = ("raw", "standard", "quarantine", "findings", "base", "topic")


def collect(
    settings: Settings,
    plan: Plan,
    stages: list[Stage],
    *,
    planted: list[dict[str, Any]],
    truth: dict[str, dict[str, float]],
    share: dict[str, Any],
    failed_dags: list[str],
    now: datetime,
) -> dict[str, Any]:
    """Everything summary.json holds. `ok`: every stage went well, and no step of any department failed."""
    failed_steps = _failed_steps(settings)
    return {
        "plan": plan.as_json(),
        "finished_at": now.isoformat(),
        "ok": all(stage.ok for stage in stages) and not failed_dags and not failed_steps,
        "seconds": round(sum(stage.seconds for stage in stages), 1),
        "data_span_seconds": _span(settings),
        "peak_mib": max((stage.peak_mib for stage in stages), default=0),
        "stages": [stage.as_json() for stage in stages] + _steps(settings),
        "systems": systems(settings),
        "zones": zones(settings),
        "quality": {"planted": planted, "found": found(settings)},
        "bases": {"truth": truth},
        "share": share,
        "usage": usage(settings),
        "failed_dags": failed_dags,
        "failed_steps": failed_steps,
    }


def write(settings: Settings, summary: dict[str, Any]) -> Path:
    """Write summary.json whole: a reader never sees half of it."""
    path = settings.home / "demo" / "summary.json"
    part = path.with_suffix(".part")
    part.write_text(json.dumps(summary, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    part.replace(path)
    return path


def systems(settings: Settings) -> list[dict[str, str]]:
    """Every department's system, by department: its kind and where it is. Never a password."""
    with open_reader(settings) as session:
        return [
            {"system": system.code, "agency": system.agency, "kind": system.kind, "where": system.location}
            for system in session.scalars(select(System).order_by(System.agency, System.code))
        ]


def found(settings: Settings) -> list[dict[str, Any]]:
    """Per dataset and rule of its newest verdict: how many of the assessed rows failed. Rules nothing failed: left out.

    `real`: the dataset comes from a real file (DATA=), in which nothing was planted.
    """
    rows, contracts, generated = [], load_contracts(settings.contracts_dir), score.generated(settings)
    with open_reader(settings) as session:
        for judged in sorted(quality.newest(session), key=lambda judged: judged.dataset):
            for rule in quality.rules_of(session, judged.verdict_id):
                if rule.a < rule.b:
                    title = {"title_zh": rule.title[0], "title_en": rule.title[1]}
                    counts = {"failed": rule.b - rule.a, "assessed": rule.b}
                    real = {"real": judged.dataset in contracts and judged.dataset not in generated}
                    where = {"dataset": judged.dataset, "rule": rule.rule_id, "item": rule.item}
                    rows.append(where | title | counts | real)
    return rows


def zones(settings: Settings) -> dict[str, dict[str, int]]:
    """Rows of every table by zone."""
    layout = Layout(settings.lake_url)
    found: dict[str, dict[str, int]] = {}
    for zone in ZONES:
        folder = Path(getattr(layout, zone)("any")).parent
        names = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
        uris = {name: getattr(layout, zone)(name) for name in names}
        found[zone] = {name: tables.rows(uri) for name, uri in uris.items() if tables.version(uri) is not None}
    return found


def usage(settings: Settings) -> list[dict[str, Any]]:
    """Per provider: calls, rows, and the roads by which its statement arrived."""
    with open_reader(settings) as session:
        reports = session.scalars(select(UsageReport).order_by(UsageReport.provider, UsageReport.report_id))
        return [
            {
                "provider": report.provider,
                "report": report.report_id,
                "calls": report.calls,
                "rows": report.rows,
                "delivered": sorted(report.delivered_by),
            }
            for report in reports
        ]


def _steps(settings: Settings) -> list[dict[str, Any]]:
    """The data stages from the registry: seconds and rows summed over datasets, memory the highest of one process."""
    totals: dict[str, dict[str, Any]] = {}
    with open_reader(settings) as session:
        for step in session.scalars(select(RunStep).order_by(RunStep.step_id)):
            empty = {"name": step.stage, "seconds": 0.0, "cpu_seconds": 0.0, "rows": 0, "peak_mib": 0, "ok": True}
            empty["steps"] = 0
            total = totals.setdefault(step.stage, empty)
            total["seconds"] = round(total["seconds"] + step.seconds, 2)
            total["cpu_seconds"] = round(total["cpu_seconds"] + step.cpu_seconds, 2)
            total["rows"] += step.rows
            total["peak_mib"] = max(total["peak_mib"], step.peak_mib)
            total["ok"] = total["ok"] and step.ok
            total["steps"] += 1
    return list(totals.values())


def _span(settings: Settings) -> float:
    """Seconds on the wall from the first collection's start to the last publication's end, waiting included."""
    with open_reader(settings) as session:
        steps = list(session.scalars(select(RunStep).where(RunStep.stage.in_(DATA_STAGES))))
    if not steps:
        return 0.0
    begun = min(step.started_at for step in steps)
    return round(max((step.started_at - begun).total_seconds() + step.seconds for step in steps), 2)


def _failed_steps(settings: Settings) -> list[dict[str, str]]:
    with open_reader(settings) as session:
        failed = session.scalars(select(RunStep).where(RunStep.ok.is_(False)).order_by(RunStep.step_id))
        return [
            {
                "stage": step.stage,
                "dataset": step.dataset,
                "code": step.code,
                "zh": step.message_zh,
                "en": step.message_en,
            }
            for step in failed
        ]
