"""`shuniu run`: what the pipelines did, and starting a department's pipeline in Airflow."""

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from exchange_api.cli.speaking import door
from exchange_api.cli.speaking.speech import as_json, facts, listing, named, say, tell, worded

if TYPE_CHECKING:
    from catalog.errors import Unavailable
    from catalog.settings import Settings

app = door.noun("流水线运行", "Runs of the pipelines")


@app.command("list", help=say("列出运行步骤，最新在前", "List steps, newest first"))
def list_(
    agency: Annotated[str, typer.Option(help=say("部门代码", "Code of the department"))] = "",
    dataset: Annotated[str, typer.Option(help=say("数据集代码", "Code of the dataset"))] = "",
    failed: Annotated[bool, typer.Option("--failed", help=say("只看失败的", "Failed steps only"))] = False,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help=say("条数", "How many"))] = 50,
    in_json: door.Json = False,
) -> None:
    """Steps with their outcome, and the sentence of those that failed."""
    from catalog import queries
    from exchange_api.views import runs

    with door.reading() as session:
        if agency:
            queries.agency(session, agency)
        found = runs.steps(session, agency=agency, dataset=dataset, outcome="failed" if failed else "", size=limit)
        if dataset and not runs.steps(session, dataset=dataset, size=1).steps:
            queries.dataset(session, dataset)  # steps of usage feedback have a name no catalogue entry has
    rows = [asdict(step) for step in found.steps]
    if not in_json:
        rows = [row | {"stage": worded("stage", row["stage"]), "message": named(row["message"])} for row in rows]
    columns = {
        "step_id": say("编号", "Id"),
        "stage": say("步骤", "Stage"),
        "dataset": say("数据集", "Dataset"),
        "started_at": say("开始", "Started"),
        "seconds": say("秒", "Seconds"),
        "cpu_seconds": say("处理器秒", "Processor seconds"),
        "rows": say("行数", "Rows"),
        "ok": say("成功", "Ok"),
        "message": say("说明", "What happened"),
    }
    listing(rows, columns, in_json=in_json, empty=say("没有匹配的步骤。", "No step matches."))


@app.command(help=say("查看一个步骤", "Show one step"))
def show(
    step_id: Annotated[int, typer.Argument(help=say("步骤编号", "Id of the step"))], in_json: door.Json = False
) -> None:
    """One step in full."""
    from catalog.errors import NotFound
    from catalog.models import RunStep
    from exchange_api.views import names as called

    with door.reading() as session:
        step = session.get(RunStep, step_id)
        name = called.name_of(called.agencies(session), step.agency) if step else ("", "")
    if step is None:
        raise NotFound(
            f"没有编号为 {step_id} 的步骤。请用 shuniu run list 查看编号。",
            f"There is no step {step_id}. Look the ids up with: shuniu run list.",
            code="step_unknown",
            step=step_id,
        )
    names = (
        "step_id",
        "stage",
        "dataset",
        "agency",
        "batch",
        "started_at",
        "seconds",
        "cpu_seconds",
        "rows",
        "peak_mib",
        "ok",
        "code",
    )
    found = {name: getattr(step, name) for name in names} | {"message": named((step.message_zh, step.message_en))}
    headings = {
        "stage": say("步骤", "Stage"),
        "dataset": say("数据集", "Dataset"),
        "agency": say("部门", "Department"),
        "batch": say("批次", "Batch"),
        "started_at": say("开始", "Started"),
        "seconds": say("秒", "Seconds"),
        "rows": say("行数", "Rows"),
        "peak_mib": say("内存峰值（MiB）", "Peak memory (MiB)"),
        "ok": say("成功", "Ok"),
        "message": say("说明", "What happened"),
    }
    shown = found if in_json else found | {"stage": worded("stage", step.stage), "agency": named(name)}
    facts(shown, in_json=in_json, headings=headings)


@app.command(help=say("现在运行一个部门的流水线", "Run a department's pipeline now"))
def start(
    agency: Annotated[str, typer.Argument(help=say("部门代码", "Code of the department"))], in_json: door.Json = False
) -> None:
    """Ask Airflow for a run of the department's DAG; says where to watch it."""
    from catalog import queries

    given = door.settings()
    with door.reading() as session:
        queries.agency(session, agency)
    dag = f"department_{agency}"
    run = start_dag(given, dag)
    if in_json:
        as_json({"dag": dag, "run": run["dag_run_id"], "state": run.get("state")})
        return
    tell(
        say(
            f"已启动 {dag}，运行号 {run['dag_run_id']}。进度：shuniu run list --agency {agency}",
            f"Started {dag}, run {run['dag_run_id']}. Watch it with: shuniu run list --agency {agency}",
        )
    )


@app.command(help=say("重新归集一个数据集的某几天（补数）", "Load days of a dataset again"))
def backfill(
    dataset: Annotated[str, typer.Argument(help=say("数据集代码", "Code of the dataset"))],
    first: Annotated[str, typer.Option("--from", help=say("第一天，如 2026-03-01", "First day, such as 2026-03-01"))],
    last: Annotated[str, typer.Option("--to", help=say("最后一天，不给则只补一天", "Last day, if not the first"))] = "",
    in_json: door.Json = False,
) -> None:
    """Ask Airflow for a run of the department's DAG that loads these days of one dataset again."""
    from catalog import days, queries
    from catalog.contracts import load_contract
    from catalog.time_limits import local_day

    given = door.settings()
    asked = days.between(first, last or first, today=local_day(door.now()))
    with door.reading() as session:
        days.check_delivered(dataset, queries.dataset(session, dataset).zone)
    contract = load_contract(given.contracts_dir / f"{dataset}.odcs.yaml")
    days.check_has_days(contract)
    dag = f"department_{contract.agency}"
    conf = {"dataset": dataset, "from": asked[0].isoformat(), "to": asked[1].isoformat()}
    run = start_dag(given, dag, conf=conf)
    if in_json:
        as_json({"dag": dag, "run": run["dag_run_id"], "state": run.get("state"), **conf})
        return
    tell(
        say(
            f"已启动 {dag} 补数，运行号 {run['dag_run_id']}。进度：shuniu run list --dataset {dataset}",
            f"Started {dag} for these days, run {run['dag_run_id']}. Watch it: shuniu run list --dataset {dataset}",
        )
    )


def start_dag(given: "Settings", dag: str, **more: object) -> dict[str, Any]:
    """Ask Airflow for a run of `dag` and give what it says of it; raises NotFound, and Unavailable with what to do."""
    import httpx

    from catalog.errors import NotFound

    base = (given.airflow_url or f"http://127.0.0.1:{given.airflow_port}").rstrip("/")
    try:
        with httpx.Client(base_url=base, timeout=30) as client:
            login = {"username": given.airflow_user, "password": _password(given)}
            signed_in = client.post("/auth/token", json=login).raise_for_status().json()
            bearer = {"Authorization": f"Bearer {signed_in['access_token']}"}
            answer = client.post(f"/api/v2/dags/{dag}/dagRuns", json={"logical_date": None, **more}, headers=bearer)
            if answer.status_code == httpx.codes.NOT_FOUND:
                raise NotFound(
                    f"Airflow 中没有流水线 {dag}。若是部门的流水线，请检查部门代码，以及契约目录里是否有它的契约。",
                    f"Airflow has no pipeline {dag}. For a department's, check its code, and that the contracts folder"
                    " holds a contract of it.",
                    code="dag_unknown",
                    dag=dag,
                )
            started: dict[str, Any] = answer.raise_for_status().json()
    except (httpx.HTTPError, KeyError, ValueError):
        raise _unreachable(base) from None
    return started


def _password(given: "Settings") -> str:
    if given.airflow_password:
        return given.airflow_password
    try:
        generated: dict[str, str] = json.loads((given.home / "airflow" / "password.json").read_text())
    except (OSError, ValueError):
        return ""
    return generated.get(given.airflow_user, "")


def _unreachable(base: str) -> "Unavailable":
    from catalog.errors import Unavailable

    return Unavailable(
        f"无法通过 {base} 启动流水线：Airflow 未运行或拒绝登录。请先 make up；如已运行，"
        "请让 SHUNIU_HOME、SHUNIU_AIRFLOW_PORT（或 SHUNIU_AIRFLOW_URL）与启动它时相同，并检查口令。",
        f"Airflow at {base} does not answer or refuses the login. Start it with make up; if it runs, set"
        " SHUNIU_HOME and SHUNIU_AIRFLOW_PORT (or SHUNIU_AIRFLOW_URL) as it was started with, and check the password.",
        code="airflow_unavailable",
    )
