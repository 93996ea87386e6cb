"""What a person reads at the end of a run: the summary as tables, Chinese or English."""

from collections.abc import Iterable
from typing import Any

from rich.console import Console
from rich.table import Table

from demo.agencies import AGENCIES


def show(summary: dict[str, Any], *, language: str, console: Console) -> None:
    """Print the summary as tables."""
    zh = language == "zh"
    console.print(_systems_table(summary, zh))
    console.print(_stages_table(summary, zh))
    console.print(_zones_table(summary, zh))
    console.print(_planted_table(summary, zh))
    if real := [row for row in summary["quality"]["found"] if row["real"]]:
        console.print(_found_table(real, zh))
    console.print(_truth_table(summary, zh))
    console.print(_usage_table(summary, zh))
    console.print(_explained(zh))
    for step in summary["failed_steps"]:
        console.print(f"[yellow]! {step['stage']} {step['dataset']}: {step['zh' if zh else 'en']}[/yellow]")


STAGE_NAMES = {
    "generate": "生成城市", "fill": "装入部门系统", "register": "登记目录", "airflow": "启动 Airflow",
    "night": "夜间任务", "share": "授权共享", "usage_feedback": "反馈任务", "score": "与真相对照",
    "collect": "归集", "standardise": "标准化", "judge": "质量评判", "build": "建基础库", "publish": "发布",
    "feedback": "送达反馈",
}  # fmt: skip


ZONE_NAMES = {
    "raw": "原始区", "standard": "标准区", "quarantine": "隔离区",
    "findings": "问题清单", "base": "基础库", "topic": "主题库",
}  # fmt: skip
BASE_NAMES = {"population": "人口", "legal_person": "法人"}


def _agency(code: str, zh: bool) -> str:
    """A department's name; its code where it has none here."""
    return AGENCIES[code][0 if zh else 1] if code in AGENCIES else code


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
            (
                (entry.login, entry.role, _agency(entry.agency, zh), entry.name_zh if zh else entry.name_en)
                for entry in entries
            ),
        )
    )


def _explained(zh: bool) -> str:
    """What a reader could stumble over in the tables above."""
    return (
        "缩进的阶段在“夜间任务”或“反馈任务”之内，秒数为各数据集之和。“—”：单凭一行无法判断，由基础库的融合对照体现；"
        "没有身份号码的行按姓名、日期、电话和地址归并，拿不准的留待人工核对，因此召回率低于 1。"
        if zh
        else "Stages set in ran inside the night or the feedback task; their seconds are summed over datasets. A dash:"
        " no rule on one row can tell; see the bases. Rows without a number are matched by name, date, telephone and"
        " address; the doubtful wait for a person, so recall is below 1."
    )


def _systems_table(summary: dict[str, Any], zh: bool) -> Table:
    return _table(
        "部门系统" if zh else "Departments' systems",
        ("部门", "类型", "位置") if zh else ("department", "kind", "where"),
        ((_agency(row["agency"], zh), row["kind"], row["where"]) for row in summary["systems"]),
    )


def _stages_table(summary: dict[str, Any], zh: bool) -> Table:
    return _table(
        "各阶段" if zh else "Stages",
        ("阶段", "秒", "行数", "峰值 MiB", "结果") if zh else ("stage", "seconds", "rows", "peak MiB", "ok"),
        (
            (
                _stage_name(stage, zh),
                f"{stage['seconds']:.1f}",
                f"{stage['rows']:,}",
                str(stage["peak_mib"]),
                "✓" if stage["ok"] else "✗",
            )
            for stage in summary["stages"]
        ),
        numbers=(1, 2, 3),
    )


def _truth_table(summary: dict[str, Any], zh: bool) -> Table:
    return _table(
        "与真相对照" if zh else "Held against the truth",
        ("基础库", "精确率", "召回率", "F1") if zh else ("base", "precision", "recall", "F1"),
        (
            (
                BASE_NAMES.get(base, base) if zh else base,
                f"{score['precision']:.4f}",
                f"{score['recall']:.4f}",
                f"{score['f1']:.4f}",
            )
            for base, score in summary["bases"]["truth"].items()
        ),
        numbers=(1, 2, 3),
    )


def _usage_table(summary: dict[str, Any], zh: bool) -> Table:
    return _table(
        "调用情况反馈" if zh else "Usage fed back",
        ("提供部门", "次数", "行数", "送达方式") if zh else ("provider", "calls", "rows", "delivered by"),
        (
            (_agency(usage["provider"], zh), str(usage["calls"]), f"{usage['rows']:,}", ", ".join(usage["delivered"]))
            for usage in summary["usage"]
        ),
        numbers=(1, 2),
    )


def _zones_table(summary: dict[str, Any], zh: bool) -> Table:
    rows = (
        (ZONE_NAMES.get(zone, zone) if zh else zone, str(len(found)), f"{sum(found.values()):,}")
        for zone, found in summary["zones"].items()
    )
    heads = ("库区", "表", "行数") if zh else ("zone", "tables", "rows")
    return _table("各库区" if zh else "Zones", heads, rows, numbers=(1, 2))


def _found_table(rows: list[dict[str, Any]], zh: bool) -> Table:
    return _table(
        "真实数据中发现的问题" if zh else "Found in the real files",
        ("数据集", "规则", "问题行", "检查行") if zh else ("dataset", "rule", "failed", "assessed"),
        (
            (row["dataset"], row["title_zh" if zh else "title_en"], f"{row['failed']:,}", f"{row['assessed']:,}")
            for row in rows
        ),
        numbers=(2, 3),
    )


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
