"""`shuniu base build`: the base and topic databases built now, by the pipeline that builds them every night."""

from typing import Final

from exchange_api.cli.speaking import door
from exchange_api.cli.speaking.speech import as_json, say, tell

DAG: Final = "build_bases"


def build(in_json: door.Json = False) -> None:
    """Ask Airflow for a run of the pipeline; it judges and publishes what it built, as at night."""
    from exchange_api.cli.run import start_dag

    run = start_dag(door.settings(), DAG)
    if in_json:
        as_json({"dag": DAG, "run": run["dag_run_id"], "state": run.get("state")})
        return
    tell(
        say(
            f"已启动 {DAG}，运行号 {run['dag_run_id']}。进度：shuniu run list",
            f"Started {DAG}, run {run['dag_run_id']}. Watch it with: shuniu run list",
        )
    )
