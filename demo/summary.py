"""What a person reads at the end, and summary.json, whose shape is a contract (docs/reference/summary.md)."""

import json
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from sqlalchemy import select

from catalog.database import open_reader
from catalog.models import RunStep, UsageReport
from catalog.settings import Settings
from demo.plan import Plan
from demo.watch import Stage
from lake import tables
from lake.layout import Layout

DATA_STAGES = ("collect", "standardise", "judge", "build", "publish")
ZONES = ("raw", "standard", "quarantine", "findings", "base", "topic")


def collect(
    settings: Settings,
    plan: Plan,
    stages: list[Stage],
    *,
    systems: list[dict[str, str]],
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
        "systems": systems,
        "zones": zones(settings),
        "quality": {"planted": planted},
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


def show(summary: dict[str, Any], *, language: str, console: Console) -> None:
    """Print the summary as tables."""
    zh = language == "zh"
    console.print(_systems_table(summary, zh))
    console.print(
        _table(
            "各阶段" if zh else "Stages",
            ("阶段", "秒", "行数", "峰值 MiB", "结果") if zh else ("stage", "seconds", "rows", "peak MiB", "ok"),
            (
                (
                    _stage_name(s, zh),
                    f"{s['seconds']:.1f}",
                    f"{s['rows']:,}",
                    str(s["peak_mib"]),
                    "✓" if s["ok"] else "✗",
                )
                for s in summary["stages"]
            ),
            numbers=(1, 2, 3),
        )
    )
    console.print(_zones_table(summary, zh))
    console.print(_planted_table(summary, zh))
    console.print(
        _table(
            "与真相对照" if zh else "Held against the truth",
            ("基础库", "精确率", "召回率", "F1") if zh else ("base", "precision", "recall", "F1"),
            (
                (base, f"{score['precision']:.4f}", f"{score['recall']:.4f}", f"{score['f1']:.4f}")
                for base, score in summary["bases"]["truth"].items()
            ),
            numbers=(1, 2, 3),
        )
    )
    console.print(
        _table(
            "调用情况反馈" if zh else "Usage fed back",
            ("提供部门", "次数", "行数", "送达方式") if zh else ("provider", "calls", "rows", "delivered by"),
            ((u["provider"], str(u["calls"]), f"{u['rows']:,}", ", ".join(u["delivered"])) for u in summary["usage"]),
            numbers=(1, 2),
        )
    )
    console.print(_explained(zh))
    for step in summary["failed_steps"]:
        console.print(f"[yellow]! {step['stage']} {step['dataset']}: {step['zh' if zh else 'en']}[/yellow]")


STAGE_NAMES = {
    "generate": "生成城市", "fill": "装入部门系统", "register": "登记目录", "airflow": "启动 Airflow",
    "night": "夜间任务", "share": "授权共享", "usage_feedback": "反馈任务", "score": "与真相对照",
    "collect": "归集", "standardise": "标准化", "judge": "质量评判", "build": "建基础库", "publish": "发布",
    "feedback": "送达反馈",
}  # fmt: skip


def _stage_name(stage: dict[str, Any], zh: bool) -> str:
    """The stage's name; what ran inside the night and the feedback task is set in: its seconds are in theirs."""
    name = STAGE_NAMES.get(stage["name"], stage["name"]) if zh else stage["name"]
    return f"  · {name}" if "steps" in stage else name


def show_accounts(entries: Iterable[Any], *, language: str, console: Console) -> None:
    """Print the demo's accounts; passwords and tokens stay in their file."""
    zh = language == "zh"
    console.print(
        _table(
            "演示账号" if zh else "Demo accounts",
            ("登录名", "角色", "部门", "说明") if zh else ("login", "role", "department", "who"),
            ((entry.login, entry.role, entry.agency, entry.name_zh if zh else entry.name_en) for entry in entries),
        )
    )


def _explained(zh: bool) -> str:
    """What a reader could stumble over in the tables above."""
    return (
        "缩进的阶段在“夜间任务”或“反馈任务”之内，秒数为各数据集之和。“—”：单凭一行无法判断，由基础库的融合对照体现；"
        "没有身份号码的行目前不参与融合，因此召回率低于 1。"
        if zh
        else "Stages set in ran inside the night or the feedback task; their seconds are summed over datasets. A dash:"
        " no rule on one row can tell; see the bases. Rows without an id number are not linked yet: recall is below 1."
    )


def _systems_table(summary: dict[str, Any], zh: bool) -> Table:
    return _table(
        "部门系统" if zh else "Departments' systems",
        ("部门", "类型", "位置") if zh else ("department", "kind", "where"),
        ((row["agency"], row["kind"], row["where"]) for row in summary["systems"]),
    )


def _zones_table(summary: dict[str, Any], zh: bool) -> Table:
    rows = (
        (zone, str(len(found)), f"{sum(found.values()):,}") for zone, found in summary["zones"].items()
    )  # fmt: skip
    heads = ("库区", "表", "行数") if zh else ("zone", "tables", "rows")
    return _table("各库区" if zh else "Zones", heads, rows, numbers=(1, 2))


def _planted_table(summary: dict[str, Any], zh: bool) -> Table:
    def number(value: int | None) -> str:
        return "—" if value is None else f"{value:,}"

    return _table(
        "植入与发现" if zh else "Planted and found",
        ("问题类型", "植入", "发现", "误报") if zh else ("kind of dirt", "planted", "found", "false"),
        (
            (
                kind["title_zh" if zh else "title_en"],
                number(kind["planted"]),
                number(kind["found"]),
                number(kind["false"]),
            )
            for kind in summary["quality"]["planted"]
        ),
        numbers=(1, 2, 3),
    )


def _table(title: str, heads: Iterable[str], rows: Iterable[Iterable[str]], *, numbers: tuple[int, ...] = ()) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold")
    for position, head in enumerate(heads):
        table.add_column(head, justify="right" if position in numbers else "left")
    for row in rows:
        table.add_row(*row)
    return table
