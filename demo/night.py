"""Wait for the night's runs under Airflow, drawing how far they are from what the registry has on record."""

import time
from dataclasses import dataclass

from sqlalchemy import func, select

from catalog.database import open_reader
from catalog.models import Batch, DatasetVersion, RunStep
from catalog.settings import Settings
from demo.watch import Running
from launch.airflow import Airflow

LAST_DAG = "publish"
POLL_SECONDS = 1.0


@dataclass(frozen=True)
class Night:
    """How the night went: steps on record, versions published, and the DAGs that did not succeed."""

    steps: int
    published: int
    failed_dags: list[str]


def wait(settings: Settings, airflow: Airflow, running: Running, *, datasets: int, timeout: float) -> Night:
    """Wait until the publication DAG has ended. Raises TimeoutError after `timeout` seconds."""
    until = time.monotonic() + timeout
    while True:
        steps, _, _ = _counts(settings)
        running.show(done=steps, total=max(steps, datasets * 4))
        if airflow.finished(LAST_DAG) is not None:
            break
        if time.monotonic() > until:
            raise TimeoutError(f"the night took longer than {timeout:.0f} s")
        time.sleep(POLL_SECONDS)
    steps, rows, published = _counts(settings)
    running.count(rows)
    return Night(steps=steps, published=published, failed_dags=failed_dags(airflow))


def wait_for_run(airflow: Airflow, dag_id: str, run_id: str, *, timeout: float) -> str:
    """Wait until run `run_id` of `dag_id` has ended; returns its state. Raises TimeoutError."""
    until = time.monotonic() + timeout
    while time.monotonic() < until:
        for run in airflow.runs(dag_id):
            if run["dag_run_id"] == run_id and run["state"] in {"success", "failed"}:
                return str(run["state"])
        time.sleep(POLL_SECONDS / 2)
    raise TimeoutError(f"{dag_id} took longer than {timeout:.0f} s")


def failed_dags(airflow: Airflow) -> list[str]:
    """DAGs whose newest run failed."""
    known = airflow.call("GET", "/dags", params={"limit": 500})["dags"]
    return sorted(dag["dag_id"] for dag in known if airflow.finished(dag["dag_id"]) == "failed")


def _counts(settings: Settings) -> tuple[int, int, int]:
    with open_reader(settings) as session:
        steps = session.scalar(select(func.count()).select_from(RunStep)) or 0
        rows = session.scalar(select(func.coalesce(func.sum(Batch.rows), 0))) or 0
        published = session.scalar(select(func.count()).select_from(DatasetVersion)) or 0
    return steps, int(rows), published
