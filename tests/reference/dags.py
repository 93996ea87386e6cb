"""docs/reference/dags.md: every DAG, read from its source: importing Airflow takes longer than all other pages."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from catalog.outline import outlines
from tests.reference.markdown import ROOT, code, document, section, table
from tests.reference.source import told

INTRO = """
One DAG per file in `dags/`; what a task does is in `dags/steps/`. Times are the county's (Asia/Shanghai). DAGs are
joined by assets: a DAG runs when those it waits for have been written. 时间为北京时间；流水线之间以资产衔接。
"""


@dataclass(frozen=True)
class Described:
    """What the page tells of one DAG."""

    dag_id: str
    schedule: str
    owner: str
    tags: tuple[str, ...]
    doc: str
    tasks: tuple[str, ...]
    path: str


def page() -> str:
    """The page."""
    return document("DAGs 流水线", INTRO, *(_section(dag) for dag in described()), _departments())


def described() -> list[Described]:
    """Every DAG of `dags/`, in order of the files."""
    return [
        dag for path in sorted((ROOT / "dags").glob("*.py")) for dag in _in_file(path.name, path.read_text("utf-8"))
    ]


def _section(dag: Described) -> str:
    facts = table(
        ("runs", "owner", "tags", "tasks", "file"),
        [(dag.schedule, dag.owner, ", ".join(dag.tags), ", ".join(map(code, dag.tasks)), code(f"dags/{dag.path}"))],
    )
    return section(code(dag.dag_id), dag.doc, facts)


def _departments() -> str:
    rows = []
    for agency, members in groupby(outlines(ROOT / "demo" / "contracts"), key=lambda outline: outline.agency):
        datasets = list(members)
        crons = sorted({outline.schedule for outline in datasets if outline.schedule})
        rows.append(
            (
                code(f"department_{agency}"),
                ", ".join(map(code, crons)),
                ", ".join(code(one.dataset) for one in datasets),
            )
        )
    return section("Departments of the demo city", table(("DAG", "runs", "datasets"), rows))


def _in_file(name: str, text: str) -> Iterator[Described]:
    tree = ast.parse(text)
    doc = next(
        (told(node.value) or "" for node in tree.body if isinstance(node, ast.Assign) and _named(node, "DOC")), ""
    )
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and (call := _decorated(node, "dag")) is not None:
            yield _described(node.name, call, doc, _tasks(node), name)
        if isinstance(node, ast.With) and isinstance(opened := node.items[0].context_expr, ast.Call):
            given = {keyword.arg: keyword.value for keyword in opened.keywords}
            yield _described(told(given["dag_id"]) or "", opened, doc, _tasks(tree), name)


def _described(dag_id: str, call: ast.Call, doc: str, tasks: tuple[str, ...], path: str) -> Described:
    given = {keyword.arg: keyword.value for keyword in call.keywords}
    arguments = given["default_args"]
    assert isinstance(arguments, ast.Dict)
    owner = told(arguments.values[0]) or f"the department ({code(ast.unparse(arguments.values[0]))})"
    tags = tuple(ast.literal_eval(given["tags"]))
    return Described(dag_id, _when(given["schedule"]), owner, tags, doc, tasks, path)


def _when(schedule: ast.expr) -> str:
    """A schedule in words: cron, the assets waited for, or what the departments' contracts say."""
    calls = [node for node in ast.walk(schedule) if isinstance(node, ast.Call)]
    names = [ast.unparse(call.func) for call in calls]
    if "schedule_of" in names:
        return "by the cron lines of its contracts, when watched files arrive, or on request"
    if "CronTriggerTimetable" in names:
        return f"cron {code(told(calls[names.index('CronTriggerTimetable')].args[0]))}"
    assets = [told(call.args[0]) or "" for call in calls if ast.unparse(call.func) == "Asset"]
    return "after " + ", ".join(map(code, assets)) if assets else "on request"


def _tasks(tree: ast.AST) -> tuple[str, ...]:
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and any("task" in ast.unparse(mark) for mark in node.decorator_list):
            found.append((node.lineno, _task_id(node)))
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("Operator"):
            given = {keyword.arg: keyword.value for keyword in node.keywords}
            found.append((node.lineno, told(given["task_id"]) or ""))
    return tuple(name for _, name in sorted(found))


def _task_id(node: ast.FunctionDef) -> str:
    for mark in node.decorator_list:
        if isinstance(mark, ast.Call):
            for keyword in mark.keywords:
                if keyword.arg == "task_id":
                    return told(keyword.value) or node.name
    return node.name


def _decorated(node: ast.FunctionDef, name: str) -> ast.Call | None:
    for mark in node.decorator_list:
        if isinstance(mark, ast.Call) and ast.unparse(mark.func) == name:
            return mark
    return None


def _named(node: ast.Assign, name: str) -> bool:
    return any(ast.unparse(target) == name for target in node.targets)
