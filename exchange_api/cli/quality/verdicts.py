"""`shuniu quality`: verdicts, rules and findings. Values of failing rows are not shown: they stay in the lake."""

from collections.abc import Collection, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from exchange_api.cli.publishing.dataset import Code
from exchange_api.cli.speaking import door, files, trail
from exchange_api.cli.speaking.speech import about, as_json, facts, listing, named, say, shown, tell, worded

if TYPE_CHECKING:
    from catalog.errors import NotFound
    from quality.figures.drift import Drift
    from quality.figures.profile import ColumnProfile

app = door.noun("数据质量", "Data quality")


@app.command("list", help=say("列出各数据集的最新判定，差的在前", "List the newest verdicts, the worst first"))
def list_(
    agency: Annotated[str, typer.Option(help=say("部门代码", "Code of the department"))] = "",
    in_json: door.Json = False,
) -> None:
    """The newest verdict of every dataset with A and B (GB/T 36344-2018)."""
    from catalog import queries
    from exchange_api.views import quality

    with door.reading() as session:
        if agency:
            queries.agency(session, agency)
        found = quality.newest(session, agency=agency)
    rows = [_rated(asdict(one)) for one in found]
    if not in_json:
        rows = [row | {"title": named(row["title"]), "outcome": _worded_outcome(row)} for row in rows]
    columns = {
        "dataset": say("数据集", "Dataset"),
        "title": say("标题", "Title"),
        "outcome": say("判定", "Verdict"),
        "rows": say("行数", "Rows"),
        "quarantined": say("隔离", "Quarantined"),
        "a": say("合格 A", "Conforming A"),
        "b": say("检查 B", "Assessed B"),
        "rate": say("合格率", "Rate"),
    }
    listing(rows, columns, in_json=in_json, empty=say("还没有质量判定。", "Nothing has been judged yet."))


@app.command(help=say("查看一个数据集的最新判定，逐条规则", "Show a dataset's newest verdict, rule by rule"))
def show(code: Code, in_json: door.Json = False) -> None:
    """Every rule of the newest verdict, most failures first; and what standardising had changed in the delivery."""
    from catalog import queries
    from catalog.actions import waivers
    from exchange_api.views import quality

    with door.reading() as session:
        queries.dataset(session, code)
        waived = {one.rule_id: one.until for one in waivers.in_force(session, code, door.now())}
        judged = next(iter(quality.newest(session, dataset=code)), None)
        rules = quality.rules_of(session, judged.verdict_id) if judged else ()
        changed = [asdict(one) for one in quality.changes_of(session, judged.verdict_id, code)] if judged else []
    rows = [_rated(asdict(rule)) | {"waived_until": waived.get(rule.rule_id)} for rule in rules]
    if in_json:
        as_json({"verdict": asdict(judged) if judged else None, "rules": rows, "changes": changed})
        return
    if judged:
        headings = {
            "outcome": say("判定", "Verdict"),
            "rows": say("行数", "Rows"),
            "quarantined": say("隔离", "Quarantined"),
        }
        told = asdict(judged) | {"outcome": _worded_outcome(asdict(judged))}
        facts(told, in_json=False, headings={**headings, "judged_at": say("时间", "When")})
    columns = {
        "rule_id": say("规则", "Rule"),
        "title": say("含义", "Meaning"),
        "severity": say("级别", "Severity"),
        "failing": say("不合格", "Failing"),
        "b": say("检查 B", "Assessed B"),
        "rate": say("合格率", "Rate"),
    }
    rows = [row | {"title": named(row["title"]), "severity": _worded_severity(row)} for row in rows]
    listing(rows, columns, in_json=False, empty=say("还没有质量判定。", "It has not been judged yet."))
    if changed:
        _put_right(changed)


def _put_right(changed: list[dict[str, Any]]) -> None:
    """What standardising changed before the rules were asked: a habit of the source its department may want to end."""
    columns = {
        "item": say("数据项", "Item"),
        "title": say("标准化所做的更改", "What standardising changed"),
        "rows": say("行数", "Rows"),
    }
    rows = [
        one | {"item": f"{named(one['item_title'])} {one['item']}", "title": named(one["title"])} for one in changed
    ]
    listing(rows, columns, in_json=False)


@app.command(help=say("同一事实两部门说法不一：共享信息差异比", "The same fact told differently by two departments"))
def differences(in_json: door.Json = False) -> None:
    """Item by item, of the newest verdicts: told alike A of B that both tell, and the share that differs."""
    from exchange_api.views import quality

    with door.reading() as session:
        found = quality.differences(session)
    rows = [asdict(one) | {"ratio": one.ratio} for one in found]
    if not in_json:
        rows = [row | {"title": named(row["title"]), "ratio": _share(row["b"] - row["a"], row["b"])} for row in rows]
    columns = {
        "dataset": say("数据集", "Dataset"),
        "item": say("数据项", "Item"),
        "title": say("对比", "Held against"),
        "a": say("一致 A", "Alike A"),
        "b": say("可比 B", "Comparable B"),
        "ratio": say("差异比", "Differing"),
    }
    nothing = say("还没有可比的数据。", "Nothing could be compared yet.")
    listing(rows, columns, in_json=in_json, empty=nothing)


@app.command(help=say("查看已发布版本的数据画像和变化", "Show how a published version looks, and what moved"))
def profile(code: Code, in_json: door.Json = False) -> None:
    """Column by column: how full, how varied, how long; and how far from the version published before. No value."""
    from catalog import queries
    from quality.figures import profile as kept
    from quality.figures.drift import compare

    with door.reading() as session:
        queries.dataset(session, code)
    last, *before = kept.newest(door.settings(), code, count=2) or (None,)
    moved = {one.name: one for one in compare(last.columns, before[0].columns)} if last and before else {}
    rows = [_profiled(column, moved.get(column.name)) for column in last.columns] if last else []
    columns = {
        "name": say("数据项", "Item"),
        "filled": say("有值", "Filled"),
        "distinct": say("不同值", "Distinct"),
        "shortest": say("最短", "Shortest"),
        "longest": say("最长", "Longest"),
        "drift": say("变化", "Moved"),
    }
    if in_json:
        as_json({"version": last.version, "profiled_at": last.profiled_at, "columns": rows} if last else None)
        return
    rows = [row | {"distinct": about(row["distinct"], exact=row["exact"])} for row in rows]
    listing(rows, columns, in_json=False, empty=say("还没有发布过。", "Nothing of it has been published yet."))


def _worded_finding(row: dict[str, Any], titles: Mapping[str, str]) -> dict[str, Any]:
    """With the titles of its items, and in words whether the row was kept back."""
    named_items = [titles.get(name, name) for name in row["item"].split(",")]
    return row | {
        "item": say("、", ", ").join(named_items),
        "severity": _worded_consequence(row["rule"], row["severity"]),
    }


def _profiled(column: "ColumnProfile", drift: "Drift | None") -> dict[str, Any]:
    words = {
        "emptied": say("空值比例", "empty values"),
        "varied": say("不同值比例", "distinct values"),
        "spread_out": say("数值分布", "distribution"),
    }
    moved = [word for name, word in words.items() if drift is not None and getattr(drift, name)]
    return {
        **{name: getattr(column, name) for name in ("name", "type", "rows", "nulls", "distinct", "exact")},
        **{name: getattr(column, name) for name in ("shortest", "longest", "spread")},
        "filled": _share(column.rows - column.nulls, column.rows),
        "drift": say("、", ", ").join(moved),
        "emptiness": drift.emptiness if drift else None,
        "variety": drift.variety if drift else None,
        "psi": drift.spread if drift else None,
    }


@app.command(help=say("列出问题行的位置和规则", "List where rows broke rules"))
def findings(
    code: Code,
    rule: Annotated[str, typer.Option(help=say("只看这条规则", "This rule only"))] = "",
    batch: Annotated[str, typer.Option(help=say("批次，默认最近评判的", "Batch; default: the one judged last"))] = "",
    limit: Annotated[int, typer.Option(min=1, max=1_000_000, help=say("条数", "How many"))] = 100,
    in_json: door.Json = False,
) -> None:
    """Batch, row number, key (of grade L3 or L4: masked) and rule of each finding; the look is in the audit trail."""
    from catalog import queries
    from exchange_api.evidence import PURPOSE, shown_key
    from exchange_api.views import quality
    from quality.marking import evidence

    given = door.settings()
    with door.reading() as session:
        providers = queries.dataset(session, code).providers
        items = queries.items(session, code)
        judged = next(iter(quality.newest(session, dataset=code)), None)
        failing = {one.rule_id: one.b - one.a for one in quality.rules_of(session, judged.verdict_id)} if judged else {}
    found = evidence.findings(given, code, rule=rule, batch=batch, limit=limit)
    if not found.num_rows:
        _check_rule(rule, failing)
        if any(failing.values()) and not evidence.kept(given, code):
            raise _findings_missing(code, given.lake_url)
    else:
        keys = [item.name for item in items if item.key]
        trail.record(
            purpose=PURPOSE, dataset=code, surface="evidence", rows=found.num_rows, items=keys, providers=providers
        )
    headings = {
        "batch": say("批次", "Batch"),
        "row": say("行", "Row"),
        "key": say("主键", "Key"),
        "rule": say("规则", "Rule"),
        "item": say("数据项", "Item"),
        "severity": say("级别", "Severity"),
    }
    nothing = say("没有质量问题。", "There is no finding.")
    unjudged = say("还没有质量判定。", "It has not been judged yet.")
    shown_as = shown_key(items)
    rows = [row | {"key": shown_as(row["key"])} for row in found.drop_columns(["dataset"]).to_pylist()]
    if not in_json:
        titles = {item.name: f"{say(item.title_zh, item.title_en)} {item.name}" for item in items}
        rows = [_worded_finding(row, titles) for row in rows]
    listing(rows, headings, in_json=in_json, empty=nothing if judged else unjudged)


@app.command(help=say("部门质量月报，.xlsx 或 .html", "Monthly report of the departments, .xlsx or .html"))
def report(
    month: Annotated[str, typer.Option("--month", help=say("月份，如 2026-11", "Month, as 2026-11"))],
    out: Annotated[Path, typer.Option("--out", help=say("文件，.xlsx 或 .html", "File, .xlsx or .html"))],
) -> None:
    """The ranking of a month and, from the same numbers, what each department must mend."""
    from exchange_api.views import ranking
    from quality.figures.report import as_bytes

    given = door.settings()
    files.check_place(out)
    with door.reading() as session:
        standings = ranking.report(session, given, month=month)
    over = files.write(out, as_bytes(standings, month, out.suffix.removeprefix(".").lower()))
    tell(say(f"已写入 {len(standings)} 个部门：{out}{over}", f"{len(standings)} departments written: {out}{over}"))


@app.command(help=say("部门排名：得分、等级、较上月", "Departments by score, with grade and change"))
def ranking(
    month: Annotated[str, typer.Option("--month", help=say("月份，默认最近", "Month; default: the newest"))] = "",
    in_json: door.Json = False,
) -> None:
    """The ranking of a month (GB/T 36344-2018), as the portal shows it."""
    from exchange_api.views import ranking as views

    given = door.settings()
    with door.reading() as session:
        found = views.board(session, given, month=month)
        if month and not found.places:
            raise views.month_empty(session, month)
    rows = [asdict(one) for one in found.places]
    if not in_json:
        rows = [one | {"name": named(one["name"]), "grade": _graded(one)} for one in rows]
    columns = {
        "place": say("名次", "Rank"),
        "name": say("部门", "Department"),
        "points": say("得分", "Score"),
        "grade": say("等级", "Grade"),
        "change": say("较上月", "Since the month before"),
        "failing": say("待改处数", "Failures to correct"),
    }
    listing(rows, columns, in_json=in_json, empty=say("还没有质量判定。", "Nothing has been judged yet."))


def _graded(one: dict[str, Any]) -> str:
    return f"{one['grade']} {named(one['grade_title'])}" if one["grade"] else "—"


def _findings_missing(code: str, lake_url: str) -> "NotFound":
    from catalog.errors import NotFound

    return NotFound(
        f"数据湖 {lake_url} 中没有 {code} 的问题表，而最新判定有不合格项。请检查 SHUNIU_HOME 与 SHUNIU_LAKE_URL。",
        f"The lake {lake_url} holds no findings of {code}, yet its newest verdict counts failures. Check SHUNIU_HOME"
        " and SHUNIU_LAKE_URL.",
        code="findings_missing",
        dataset=code,
    )


def _check_rule(rule: str, known: Collection[str]) -> None:
    from quality.rules.waivable import rule_unknown

    if rule and rule not in known:
        raise rule_unknown(rule)


def _worded_outcome(row: dict[str, Any]) -> str:
    """The outcome in words; marked when a newer delivery waits or was not found fit, so that older rows still stand."""
    return worded("outcome", row["outcome"]) + (say("（沿用旧数据）", " (older rows stand)") if row["stale"] else "")


def _worded_consequence(rule: str, severity: str) -> str:
    """What follows when the rule is broken, in words."""
    from quality.rules.rule import consequence

    return worded("severity", consequence(rule, severity))


def _worded_severity(row: dict[str, Any]) -> str:
    """The severity in words; of a waived rule, until when."""
    until = row["waived_until"]
    if until is None:
        return _worded_consequence(row["rule_id"], row["severity"])
    day = shown(until)[:10]
    return say(f"已豁免至 {day}", f"Waived until {day}")


def _rated(row: dict[str, Any]) -> dict[str, Any]:
    """With `failing` = B - A and `rate` = A/B (None where B is 0: not applicable)."""
    return row | {"failing": row["b"] - row["a"], "rate": _share(row["a"], row["b"])}


def _share(a: int, b: int) -> str | None:
    return f"{int(10_000 * a / b) / 100:.2f} %" if b else None
